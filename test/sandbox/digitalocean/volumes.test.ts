/** What the client's own tests do not reach: refusals by name, restarts, limits, and what is left. */
import { setTimeout as sleep } from 'node:timers/promises'
import { regionBySlug } from '../../../sandbox/digitalocean/catalogue.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'
import { type Account, startAccount } from './account.ts'

let account: Account
afterEach(() => account.end())

const VOLUME = { name: 'data', region: 'ams3', size_gigabytes: 1 }

async function volume(change = {}): Promise<string> {
  const made = await account.call('POST', '/volumes', { ...VOLUME, ...change })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return made.body.volume.id
}
const act = (id: string, body: object) => account.call('POST', `/volumes/${id}/actions`, body)
async function done(id: string, body: object): Promise<string> {
  const { action } = (await act(id, body)).body
  await account.api.settled()
  return (await account.call('GET', `/actions/${action.id}`)).body.action.status
}
const dropletsOf = async (id: string) =>
  (await account.call('GET', `/volumes/${id}`)).body.volume.droplet_ids

const NAME =
  'Name must begin with a letter and consist of lowercase letters, numbers, and "-", up to a limit of 64 characters'
test.each([
  [{ name: '' }, 422, NAME],
  [{ name: '1st' }, 422, NAME],
  [{ name: 'Data' }, 422, NAME],
  [{ name: 'my_data' }, 422, NAME],
  [{ name: 'd'.repeat(65) }, 422, NAME],
  [{ region: 'mars1' }, 422, 'You specified an invalid region.'],
  [{ region: undefined }, 422, 'You specified an invalid region.'],
  [{ region: 'nyc2' }, 422, 'Volumes are not available in this region.'],
  [{ size_gigabytes: 0 }, 422, 'size_gigabytes must be between 1 and 16384'],
  [{ size_gigabytes: 16385 }, 422, 'size_gigabytes must be between 1 and 16384'],
  [{ size_gigabytes: 1.5 }, 422, 'size_gigabytes must be an integer'],
  [{ size_gigabytes: undefined }, 422, 'size_gigabytes must be between 1 and 16384'],
  [{ snapshot_id: 'none' }, 422, 'failed to resolve snapshot'],
  [{ tags: ['a b'] }, 422, /^Tag name must be/],
  [{ filesystem_type: 'ext4' }, 501, /does not format volumes/],
  [{ name: 'taken' }, 409, 'already exists'],
  [{ name: 'third' }, 403, 'volume/snapshot capacity limit exceeded'],
])('a volume %j: %d %s', async (change, status, message) => {
  account = await startAccount({ limits: { volumes: 2 } })
  const { features } = regionBySlug('nyc2') as { features: string[] }
  const at = features.indexOf('storage')
  features.splice(at, 1)
  try {
    await volume({ name: 'taken' })
    await volume({ name: 'taken', region: 'fra1' })
    const before = account.api.inventory()
    const answer = await account.call('POST', '/volumes', { ...VOLUME, ...change })
    expect(answer.status).toBe(status)
    expect(answer.body.message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    )
    expect(account.api.inventory()).toEqual(before)
  } finally {
    features.splice(at, 0, 'storage')
  }
})

test('actions and removal by name need the region', async () => {
  account = await startAccount()
  const id = await volume()
  const droplet = await account.droplet()
  const named = { volume_name: 'data', region: 'ams3', droplet_id: droplet.id }
  const post = (body: object) => account.call('POST', '/volumes/actions', body)
  expect((await post({ ...named, type: 'attach', region: undefined })).status).toBe(404)
  expect((await post({ ...named, type: 'resize', size_gigabytes: 2 })).body.message).toBe(
    'The action type "resize" is not supported: one of attach, detach',
  )
  expect((await post({ ...named, type: 'attach' })).status).toBe(202)
  await account.api.settled()
  expect(await dropletsOf(id)).toEqual([droplet.id])
  expect((await account.call('DELETE', '/volumes?name=data&region=ams3')).status).toBe(409)
  expect((await post({ ...named, type: 'detach' })).status).toBe(202)
  await account.api.settled()
  expect((await account.call('DELETE', '/volumes?name=data')).status).toBe(422)
  expect((await account.call('DELETE', '/volumes?name=data&region=ams3')).status).toBe(204)
  expect(account.api.inventory().filter(({ kind }) => kind === 'volume')).toEqual([])
})

test('fifteen volumes fit a droplet', async () => {
  account = await startAccount()
  const { id } = await account.droplet()
  for (let number = 1; number <= 15; number++) {
    const one = await volume({ name: `data-${number}` })
    expect(await done(one, { type: 'attach', droplet_id: id })).toBe('completed')
  }
  const { status, body } = await act(await volume(), { type: 'attach', droplet_id: id })
  expect([status, body.message]).toEqual([422, 'cannot attach more volumes to the Droplet'])
})

test('no event of the droplet meets another: address, power, volume', async () => {
  let goOn = () => {}
  let held: Promise<void> | undefined
  /** What begins now goes on until it may end. */
  const hold = () => {
    ;({ promise: held, resolve: goOn } = Promise.withResolvers<void>())
  }
  const ended = async () => {
    goOn()
    held = undefined
    await account.api.settled()
  }
  account = await startAccount({ hold: () => held })
  const { id } = await account.droplet()
  const data = await volume()
  const { ip } = (await account.call('POST', '/reserved_ips', { region: 'ams3' })).body.reserved_ip
  const said = ({ status, body }: { status: number; body: { message: string } }) => [
    ...[status, body.message],
  ]
  const pending = [422, 'Droplet already has a pending event.']
  const assign = () =>
    account.call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: id })
  const attach = () => act(data, { type: 'attach', droplet_id: id })
  const powerOff = () => account.call('POST', `/droplets/${id}/actions`, { type: 'power_off' })

  hold()
  expect((await assign()).status).toBe(201)
  expect(said(await attach())).toEqual(pending)
  expect(said(await powerOff())).toEqual(pending)
  await ended()
  hold()
  expect((await attach()).status).toBe(202)
  expect(said(await powerOff())).toEqual(pending)
  expect(said(await act(data, { type: 'detach', droplet_id: id }))).toEqual(pending)
  await ended()
  hold()
  expect((await powerOff()).status).toBe(201)
  expect(said(await act(data, { type: 'resize', size_gigabytes: 2 }))).toEqual(pending)
  await ended()
  expect(await dropletsOf(data)).toEqual([id])
})

test('a droplet that is off takes a volume, and one that goes lets go of it when it is gone', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  const { id } = await account.droplet()
  const data = await volume()
  await account.call('POST', `/droplets/${id}/actions`, { type: 'power_off' })
  await account.api.settled()
  expect(await done(data, { type: 'attach', droplet_id: id })).toBe('completed')
  const gone = Promise.withResolvers<void>()
  const destroy = machines.destroy
  machines.destroy = () => gone.promise
  expect((await account.call('DELETE', `/droplets/${id}`)).status).toBe(204)
  expect(await dropletsOf(data)).toEqual([id])
  expect((await account.call('DELETE', `/volumes/${data}`)).status).toBe(409)
  await destroy(id)
  gone.resolve()
  await account.api.settled()
  expect(await dropletsOf(data)).toEqual([])
  expect((await account.call('DELETE', `/volumes/${data}`)).status).toBe(204)
})

test('a volume is not attached to a droplet that went while the action went on', async () => {
  let held: Promise<void> | undefined
  account = await startAccount({ hold: () => held })
  const { id } = await account.droplet()
  const data = await volume()
  const { promise, resolve } = Promise.withResolvers<void>()
  held = promise
  const { action } = (await act(data, { type: 'attach', droplet_id: id })).body
  expect((await account.call('DELETE', `/droplets/${id}`)).status).toBe(204)
  const there = () => account.api.inventory().some(({ kind }) => kind === 'droplet')
  while (there()) await sleep(10)
  resolve()
  await account.api.settled()
  expect((await account.call('GET', `/actions/${action.id}`)).body.action.status).toBe('errored')
  expect(await dropletsOf(data)).toEqual([])
  expect((await account.call('DELETE', `/volumes/${data}`)).status).toBe(204)
})

test('an attachment that was interrupted is carried on, and a failed one changes nothing', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  const { id } = await account.droplet()
  const data = await volume()
  const attach = machines.volumes.attach
  machines.volumes.attach = () => new Promise(() => {})
  const { action } = (await act(data, { type: 'attach', droplet_id: id })).body
  machines.volumes.attach = attach
  await account.restart()
  await account.api.settled()
  expect((await account.call('GET', `/actions/${action.id}`)).body.action.status).toBe('completed')
  expect(await dropletsOf(data)).toEqual([id])

  machines.volumes.detach = () => Promise.reject(new Error('the monitor gave no answer'))
  expect(await done(data, { type: 'detach', droplet_id: id })).toBe('errored')
  expect(await dropletsOf(data)).toEqual([id])
  expect(account.lines).toContain(
    `detach_volume of volume ${data} failed: the monitor gave no answer`,
  )
})

test('a volume whose file cannot be made is none', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  machines.volumes.create = () => Promise.reject(new Error('no space left on device'))
  const answer = await account.call('POST', '/volumes', VOLUME)
  expect([answer.status, answer.body.message]).toEqual([500, 'no space left on device'])
  expect(account.api.inventory()).toEqual([])
})

test('projects hold volumes, and tags forget them', async () => {
  account = await startAccount()
  const id = await volume({ tags: ['shop'] })
  const { body } = await account.call('POST', '/projects', { name: 'shop', purpose: 'x' })
  const moved = await account.call('POST', `/projects/${body.project.id}/resources`, {
    resources: [`do:volume:${id}`, 'do:volume:none'],
  })
  expect(moved.body.resources.map(({ status }: { status: string }) => status)).toEqual([
    'assigned',
    'not_found',
  ])
  expect(moved.body.resources[0].links.self).toBe(`${account.api.url}/v2/volumes/${id}`)
  await account.call('DELETE', '/tags/shop')
  expect((await account.call('GET', `/volumes/${id}`)).body.volume.tags).toEqual([])
  expect(account.api.inventory()).toContainEqual({ kind: 'volume', id, name: 'data' })
  await account.call('DELETE', `/volumes/${id}`)
  const left = await account.call('GET', `/projects/${body.project.id}/resources`)
  expect(left.body.resources).toEqual([])
})

test.each([{}, { size_gigabytes: 1 }, { size_gigabytes: 200 }])(
  'a volume from a snapshot has its size, asked with %j',
  async (size) => {
    account = await startAccount()
    const from = await volume({ size_gigabytes: 2 })
    const taken = await account.call('POST', `/volumes/${from}/snapshots`, { name: 'before' })
    const snapshot = { snapshot_id: taken.body.snapshot.id, name: 'copy' }
    const id = await volume({ size_gigabytes: undefined, ...snapshot, ...size })
    expect((await account.call('GET', `/volumes/${id}`)).body.volume.size_gigabytes).toBe(2)
  },
)

test('a volume has 25 snapshots at most', async () => {
  account = await startAccount({ limits: { snapshotPauseMs: 0 } })
  const id = await volume()
  const snapshot = (name: string) => account.call('POST', `/volumes/${id}/snapshots`, { name })
  for (let number = 1; number <= 25; number++) {
    expect((await snapshot(`s-${number}`)).status).toBe(201)
  }
  expect((await snapshot('s-26')).body.message).toBe('a volume can have up to 25 snapshots')
  expect((await snapshot('')).body.message).toBe("Name can't be blank")
  expect(account.api.inventory().filter(({ kind }) => kind === 'volume_snapshot')).toHaveLength(25)
})
