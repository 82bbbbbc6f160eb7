import { setTimeout as sleep } from 'node:timers/promises'
import { expiryOfTag, expiryTag } from '../../config/expiry.ts'
import type { DigitalOcean } from './digitalocean.ts'

/**
 * A second firewall on a stack's tag that lets one address in to ssh for a while. Rules of several
 * firewalls add up (https://docs.digitalocean.com/products/networking/firewalls/), so the stack's
 * own one stays as its program made it. Names may have letters, digits, dashes and periods.
 */
export interface Access {
  id: string
  name: string
  stack: string
  /** Owner id of who opened it; version 0.1 wrote none. */
  owner?: string
  /** A run's number, or a word. */
  label: string
  expires: Date
}

export interface AccessOptions {
  project: string
  stack: string
  /** Owner id of the stack. */
  owner: string
  /** Are the accounts the project's alone? Then what has no owner is its own, too. */
  exclusive: boolean
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

/** Opens the way, waits until it is open, and closes what earlier runs of this owner have left. */
export async function openAccess(api: Api, options: AccessOptions): Promise<string> {
  const { project, stack, port, from } = options
  const tag = `${project}-${stack}`
  const name = nameOf(tag, options)
  for (const one of await listAccess(api, project)) {
    const over = one.stack === stack && one.expires <= new Date()
    if (over && isOwn(one, options)) await closeOne(api, one)
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
 * @throws Error that names what is still there, another owner's too, which is left
 */
export async function closeAccess(
  api: Api,
  options: Omit<AccessOptions, 'port' | 'from' | 'expires'>,
): Promise<string[]> {
  const { project, stack, label } = options
  const open = async () =>
    (await listAccess(api, project)).filter((one) => one.stack === stack && one.label === label)
  const found = (await open()).filter((one) => isOwn(one, options))
  for (const one of found) await closeOne(api, one)
  const left = await open()
  if (left.length === 0) return found.map(({ name }) => name)
  const shown = left.map((one) => {
    const whose = isOwn(one, options) ? '' : `, ${foreign(one)}: not touched`
    return `${one.name} (${one.id})${whose}`
  })
  throw new Error(`still open: ${shown.join('; ')}`)
}

/** Did this owner open it? */
export const isOwn = ({ owner }: Access, by: Pick<AccessOptions, 'owner' | 'exclusive'>): boolean =>
  owner === by.owner || (by.exclusive && owner === undefined)

/** Whose it is, where it is not this owner's. */
export const foreign = ({ owner }: Access): string =>
  owner === undefined ? 'without an owner' : `of the owner ${owner}`

/** Every such firewall of the project. */
async function listAccess(api: Api, project: string): Promise<Access[]> {
  return accessAmong(await api.list('/firewalls', 'firewalls'), project)
}

/** Those of an account's firewalls that are such a way in to a host of the project. */
export function accessAmong(firewalls: { id: string; name: string }[], project: string): Access[] {
  return firewalls.flatMap(({ id, name }) => {
    const [, stack = '', time = '', owner, label = ''] =
      /^(.+?)\.access\.(\d{8}T\d{4}Z)\.(?:([a-z0-9]{4,20})\.)?([A-Za-z0-9-]+)$/.exec(
        withoutProject(name, project),
      ) ?? []
    const expires = expiryOfTag(`:expires:${time}`)
    return expires ? [{ id, name, stack, label, expires, ...(owner && { owner }) }] : []
  })
}

export async function closeOne(api: Api, { id }: Access): Promise<void> {
  await api.remove(`/firewalls/${id}`)
}

function withoutProject(name: string, project: string): string {
  return name.startsWith(`${project}-`) ? name.slice(project.length + 1) : ''
}

/** `padlock-production.access.20261123T0900Z.1a2b3c4d.run-7` */
function nameOf(tag: string, { expires, owner, label }: AccessOptions): string {
  if (!/^[A-Za-z0-9-]{1,60}$/.test(label)) {
    throw new Error(`--label is "${label}". Allowed: letters, digits and dashes, 60 at most`)
  }
  const time = expiryTag('', expires).replace(/^:expires:/, '')
  return `${tag.replace(/[^A-Za-z0-9.-]/g, '-')}.access.${time}.${owner}.${label}`
}
