import { setTimeout as sleep } from 'node:timers/promises'
import { expiryOfTag, expiryTag } from '../../config/expiry.ts'
import type { DigitalOcean } from '../accounts/digitalocean.ts'

/**
 * A second firewall on a stack's tag that lets one address in to ssh for a while. Rules of several
 * firewalls add up (https://docs.digitalocean.com/products/networking/firewalls/), so the stack's
 * own one stays as its program made it. Names may have letters, digits, dashes and periods.
 */
export interface Access {
  id: string
  name: string
  stack: string
  /** Whose it is: a run's number, or a word. */
  label: string
  expires: Date
}

export interface AccessOptions {
  project: string
  stack: string
  /** Port of sshd. */
  port: number
  /** Network in CIDR notation. */
  from: string
  expires: Date
  label: string
}

/** A firewall takes seconds to reach its droplets. */
const ROUNDS = 30
const PAUSE_MS = 2_000

type Api = Pick<DigitalOcean, 'list' | 'create' | 'remove'>

/** Opens the way, waits until it is open, and closes what earlier runs have left. */
export async function openAccess(api: Api, options: AccessOptions): Promise<string> {
  const { project, stack, port, from, expires, label } = options
  const tag = `${project}-${stack}`
  const name = nameOf(tag, expires, label)
  for (const one of await listAccess(api, project)) {
    if (one.stack === stack && one.expires <= new Date()) await closeOne(api, one)
  }
  // Before a stack's first update there is no such tag, and a firewall wants one that is there.
  await api.create('/tags', { name: tag })
  await api.create('/firewalls', {
    name,
    tags: [tag],
    inbound_rules: [{ protocol: 'tcp', ports: `${port}`, sources: { addresses: [from] } }],
    outbound_rules: [],
  })
  for (let round = 0; round < ROUNDS; round++) {
    const rows = await api.list<{ name: string; status: string }>('/firewalls', 'firewalls')
    if (rows.some((row) => row.name === name && row.status === 'succeeded')) return name
    await sleep(PAUSE_MS)
  }
  throw new Error(`the firewall ${name} does not reach the droplets. Fix: run this again`)
}

/**
 * Closes what was opened for a stack under this label.
 * @returns the names of what is gone
 * @throws Error that names what is still there
 */
export async function closeAccess(
  api: Api,
  { project, stack, label }: Pick<AccessOptions, 'project' | 'stack' | 'label'>,
): Promise<string[]> {
  const mine = async () =>
    (await listAccess(api, project)).filter((one) => one.stack === stack && one.label === label)
  const found = await mine()
  for (const one of found) await closeOne(api, one)
  const left = await mine()
  if (left.length === 0) return found.map(({ name }) => name)
  throw new Error(`still open: ${left.map(({ name, id }) => `${name} (${id})`).join(', ')}`)
}

/** Every such firewall of the project. */
async function listAccess(api: Api, project: string): Promise<Access[]> {
  return accessAmong(await api.list('/firewalls', 'firewalls'), project)
}

/** Those of an account's firewalls that are such a way in to a host of the project. */
export function accessAmong(firewalls: { id: string; name: string }[], project: string): Access[] {
  return firewalls.flatMap(({ id, name }) => {
    const [, stack = '', time = '', label = ''] =
      /^(.+?)\.access\.(\d{8}T\d{4}Z)\.(.+)$/.exec(withoutProject(name, project)) ?? []
    const expires = expiryOfTag(`:expires:${time}`)
    return expires ? [{ id, name, stack, label, expires }] : []
  })
}

export async function closeOne(api: Api, { id }: Access): Promise<void> {
  await api.remove(`/firewalls/${id}`)
}

function withoutProject(name: string, project: string): string {
  return name.startsWith(`${project}-`) ? name.slice(project.length + 1) : ''
}

/** `padlock-production.access.20261123T0900Z.run-7` */
function nameOf(tag: string, expires: Date, label: string): string {
  if (!/^[A-Za-z0-9-]{1,60}$/.test(label)) {
    throw new Error(`--label is "${label}". Allowed: letters, digits and dashes, 60 at most`)
  }
  const time = expiryTag('', expires).replace(/^:expires:/, '')
  return `${tag.replace(/[^A-Za-z0-9.-]/g, '-')}.access.${time}.${label}`
}
