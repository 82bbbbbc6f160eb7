/** What takes time with droplets: becoming ready, changing, going away. */
import type { Change, Work } from '../bridge/resource.ts'
import { waitFor } from '../bridge/wait.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean, isGone } from './api.ts'
import { member } from './reading.ts'
import { retag } from './retag.ts'

/** Waits until the new droplet runs and is not locked. */
export async function untilReady(api: DigitalOcean, id: string, work: Work): Promise<void> {
  const words = `Error waiting for droplet (${id}) to become ready`
  await attempt(
    words,
    until(api, id, work, (droplet) => droplet.status === 'active' && !droplet.locked),
  )
}

/** Asks for the droplet until `test` is content with it. */
function until(
  api: DigitalOcean,
  id: string,
  work: Work,
  test: (droplet: Values) => boolean,
): Promise<Values> {
  return waitFor(work, async () => {
    const answer = await attempt('Error retrieving droplet', api.get(`/v2/droplets/${id}`))
    const droplet = isObject(answer.droplet) ? answer.droplet : {}
    return test(droplet) ? droplet : undefined
  })
}

export async function updateDroplet(
  api: DigitalOcean,
  id: string,
  { old, wanted, changes }: Change,
  work: Work,
): Promise<void> {
  let seen: Values | undefined
  if (changes('size')) seen = await resize(api, id, wanted, work)
  if (changes('name')) {
    await act(api, id, { type: 'rename', name: wanted.name! }, `Error renaming droplet (${id})`)
    const words = `Error waiting for rename droplet (${id}) to finish`
    seen = await attempt(
      words,
      until(api, id, work, (droplet) => droplet.name === wanted.name),
    )
  }
  if (changes('backups')) {
    // The real plugin reads the droplet while it waits, and then believes what it read instead of what is wanted.
    const features = seen?.features
    const on = Array.isArray(features) ? features.includes('backups') : wanted.backups === true
    const type = on ? 'enable_backups' : 'disable_backups'
    const verb = on ? 'enabling' : 'disabling'
    const body: Values & { type: string } = { type }
    if (on && wanted.backupPolicy) body.backup_policy = wanted.backupPolicy
    await actAndWait(api, id, body, `Error ${verb} backups on droplet (${id})`, work)
  } else if (changes('backupPolicy') && wanted.backupPolicy) {
    const body = { type: 'change_backup_policy', backup_policy: wanted.backupPolicy }
    await actAndWait(api, id, body, `error changing backup policy on droplet (${id})`, work)
  }
  if (changes('ipv6') && wanted.ipv6) {
    await act(api, id, { type: 'enable_ipv6' }, `Error turning on ipv6 for droplet (${id})`)
    const words = `Error waiting for ipv6 to be turned on for droplet (${id})`
    const hasIpv6 = ({ features }: Values) => Array.isArray(features) && features.includes('ipv6')
    await attempt(words, until(api, id, work, hasIpv6))
  }
  if (changes('tags')) await retag(api, 'droplet', id, old.tags, wanted.tags)
}

async function resize(api: DigitalOcean, id: string, wanted: Values, work: Work): Promise<Values> {
  try {
    await act(api, id, { type: 'power_off' }, `Error powering off droplet (${id})`)
  } catch (error) {
    // An earlier attempt may have come this far: the real plugin goes on as well.
    if (!(error as Error).message.includes('Droplet is already powered off')) throw error
  }
  const off = until(api, id, work, (droplet) => droplet.status === 'off')
  await attempt(`Error waiting for droplet (${id}) to become powered off`, off)
  const body = { type: 'resize', size: wanted.size!, disk: wanted.resizeDisk ?? true }
  try {
    await actAndWait(api, id, body, `Error resizing droplet (${id})`, work)
  } catch (error) {
    // As the real plugin: a droplet that cannot be resized goes on as it was.
    await powerOn(api, id, `Error powering on droplet (${id}) after failed resize`, work)
    throw error
  }
  return powerOn(api, id, `Error powering on droplet (${id}) after resize`, work)
}

async function powerOn(api: DigitalOcean, id: string, words: string, work: Work): Promise<Values> {
  await act(api, id, { type: 'power_on' }, words)
  const on = until(api, id, work, (droplet) => droplet.status === 'active')
  return attempt(`Error waiting for droplet (${id}) to become active`, on)
}

/** Starts an action on the droplet and returns its id. */
async function act(
  api: DigitalOcean,
  id: string,
  body: Values & { type: string },
  words: string,
): Promise<Value> {
  const answer = await attempt(words, api.post(`/v2/droplets/${id}/actions`, body))
  return member(answer, 'action', 'id')
}

async function actAndWait(
  api: DigitalOcean,
  id: string,
  body: Values & { type: string },
  words: string,
  work: Work,
): Promise<void> {
  const action = await act(api, id, body, words)
  const done = waitFor(work, async () => {
    const status = member(await api.get(`/v2/actions/${action}`), 'action', 'status')
    if (status === 'errored') throw new Error(`action ${action} ended in status errored`)
    return status === 'completed' || undefined
  })
  await attempt(words, done)
}

/** Waits for the lock, shuts down if asked to, deletes, and waits until the droplet is gone. */
export async function destroyDroplet(
  api: DigitalOcean,
  id: string,
  state: Values,
  work: Work,
): Promise<void> {
  const waiting = `Error waiting for droplet to be unlocked for destroy (${id})`
  try {
    await until(api, id, work, (droplet) => !droplet.locked)
  } catch (error) {
    const reason = isGone(error)
      ? "unexpected state 'Not Found', wanted target 'false'. last error: %!s(<nil>)"
      : (error as Error).message
    throw new Error(`${waiting}: ${reason}`)
  }
  if (state.gracefulShutdown) {
    await act(api, id, { type: 'shutdown' }, `Error shutting down droplet (${id})`)
    const off = until(api, id, work, (droplet) => droplet.status === 'off')
    await attempt(`Error waiting for droplet (${id}) to become off`, off)
  }
  // A refusal is not reported: it is tried again until time is up.
  const deleted = waitFor(work, async () => {
    try {
      await api.call('DELETE', `/v2/droplets/${id}`)
      return true
    } catch (error) {
      return isGone(error) || undefined
    }
  })
  await attempt('Error deleting droplet', deleted)
  const gone = waitFor(work, async () => {
    try {
      await api.get(`/v2/droplets/${id}`)
      return undefined
    } catch (error) {
      if (isGone(error)) return true
      throw error
    }
  })
  await attempt('Error deleting droplet', gone)
}
