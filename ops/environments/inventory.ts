import { keyName, ownerOfNote, ownerOfTag } from '../../config/checkout/owner.ts'
import { expiryOfMetadata, expiryOfTag } from '../../config/expiry.ts'
import type { Tenant } from '../accounts/auth0.ts'
import type { DigitalOcean } from '../accounts/digitalocean.ts'
import { type Cluster, clusters } from './databases.ts'
import { stackOf } from './names.ts'
import { keysOfSpaces, type SpacesKey } from './spaces-keys.ts'
import { disks, type Snapshot, type Volume } from './volumes.ts'

/**
 * Whose a resource is by what it carries itself or by a marked thing that it belongs to: this
 * owner's, another one's, or nobody can tell.
 */
export type Mark = 'ours' | 'other' | 'none'

/** Something in an account that bears the name of a stack of this project. */
export interface Owned {
  kind: string
  id: string
  name: string
  /** Empty for an unassigned reserved address, which bears no name: any stack's, or a stranger's. */
  stack: string
  mark: Mark
  /** Only what carries the expiry itself: droplet, volume, snapshot, database, tag and Auth0 application. */
  expires?: Date
  /** It may be another stack's, or be kept: no verb removes it, whoever has the account. */
  unsure?: boolean
  /** US dollars an hour; only droplets, volumes and databases. */
  pricePerHour?: number
  remove(): Promise<unknown>
}

export interface Accounts {
  digitalocean: DigitalOcean
  auth0: Tenant
}

/** What tells this project's resources from others in the same accounts. */
export interface Marks {
  /** Pulumi project, the first part of every name. */
  project: string
  /** Owner id of this backend and repository (`config/checkout/owner.ts`). */
  owner: string
  zone: string
  /** Label under which the environments' names lie: `preview` in `pr-12.preview.example.com`. */
  parent: string
}

interface Droplet {
  id: number
  name: string
  tags: string[]
  size: { price_hourly: number }
  networks?: { v4?: { ip_address: string }[]; v6?: { ip_address: string }[] }
}

export interface Firewall {
  id: string
  name: string
  tags?: string[]
}

interface ReservedIp {
  ip: string
  project_id?: string
  droplet: { id: number; name: string } | null
}

interface Project {
  id: string
  name: string
  description: string
}

interface Record {
  id: number
  name: string
  type: string
  data: string
}

export interface InventoryOptions {
  /** The account's firewalls, where the caller has asked for them already. */
  asked?: Promise<Firewall[]>
  /** What an earlier inventory found: a snapshot is known by its volume, which may be gone by now. */
  before?: Owned[]
}

/**
 * Everything in both accounts that bears the project's names, by list calls alone: their number
 * grows with the pages, not with the stacks. In the order in which it can be removed, what carries
 * a mark for others after these: a record that leads to a droplet is marked by it, and must not lead
 * to an address that is somebody else's by then.
 */
export async function inventory(
  { digitalocean, auth0 }: Accounts,
  { project, owner, zone, parent }: Marks,
  { asked = listFirewalls(digitalocean), before = [] }: InventoryOptions = {},
): Promise<Owned[]> {
  type Named = { id: string; name: string }
  const [
    droplets,
    volumes,
    databases,
    snapshots,
    firewalls,
    ips,
    keys,
    bucketKeys,
    projects,
    tags,
    records,
    applications,
  ] = await Promise.all([
    digitalocean.list<Droplet>('/droplets', 'droplets'),
    digitalocean.list<Volume>('/volumes', 'volumes'),
    digitalocean.list<Cluster>('/databases', 'databases'),
    digitalocean.list<Snapshot>('/snapshots?resource_type=volume', 'snapshots'),
    asked,
    digitalocean.list<ReservedIp>('/reserved_ips', 'reserved_ips'),
    digitalocean.list<Named>('/account/keys', 'ssh_keys'),
    digitalocean.list<SpacesKey>('/spaces/keys', 'keys'),
    digitalocean.list<Project>('/projects', 'projects'),
    digitalocean.list<{ name: string }>('/tags', 'tags'),
    digitalocean.list<Record>(`/domains/${zone}/records`, 'domain_records'),
    auth0.applications(),
  ])
  const owned: Owned[] = []
  const own = (stack: string | undefined, rest: Omit<Owned, 'stack' | 'remove'>, path: string) => {
    if (stack !== undefined) owned.push({ ...rest, stack, remove: () => digitalocean.remove(path) })
  }
  const markOf = (ids: (string | undefined)[]): Mark => markBy(ids, owner)
  const tagMark = (list: string[], stack: string | undefined) =>
    markOf(list.filter((tag) => stackOf('tag', tag, project) === stack).map(ownerOfTag))
  /** Addresses that lead to a marked droplet. */
  const addresses = new Map<string, Mark>()
  const dropletMarks = new Map<number, Mark>()

  for (const { id, name, size, tags: carried, networks } of droplets) {
    const stack = stackOf('droplet', name, project)
    const mark = stack === undefined ? strangerMark(carried) : tagMark(carried, stack)
    dropletMarks.set(id, mark)
    for (const { ip_address } of [...(networks?.v4 ?? []), ...(networks?.v6 ?? [])])
      addresses.set(ip_address.toLowerCase(), mark)
    const expires = latest(carried.map(expiryOfTag))
    const rest = { kind: 'droplet', id: String(id), name, pricePerHour: size.price_hourly }
    own(stack, { ...rest, mark, ...(expires && { expires }) }, `/droplets/${id}`)
  }
  // After the droplets: an attached volume cannot go.
  for (const { stack, path, ...rest } of disks({ volumes, snapshots, before }, project, tagMark)) {
    own(stack, rest, path)
  }
  for (const { stack, path, ...rest } of clusters(databases, project, tagMark)) {
    own(stack, rest, path)
  }
  const projectsById = new Map(projects.map((one) => [one.id, one]))
  for (const { ip, project_id, droplet } of ips) {
    const home = projectsById.get(project_id ?? '')
    const inOthers = ownerOfNote(home?.description ?? '') !== undefined
    const by = droplet
      ? stackOf('droplet', droplet.name, project)
      : (stackOf('project', home?.name ?? '', project) ?? (inOthers ? undefined : ''))
    const mark = droplet
      ? (dropletMarks.get(droplet.id) ?? 'none')
      : markOf([ownerOfNote(home?.description ?? '')])
    addresses.set(ip, mark)
    own(by, { kind: 'reserved ip', id: ip, name: ip, mark }, `/reserved_ips/${ip}`)
  }
  for (const { id, name, tags: followed = [] } of firewalls) {
    const stack = stackOf('firewall', name, project)
    own(stack, { kind: 'firewall', id, name, mark: tagMark(followed, stack) }, `/firewalls/${id}`)
  }
  const leading = records.filter(({ type }) => /^A{1,4}$/.test(type))
  const markOfAddress = ({ data }: Record) => addresses.get(data.toLowerCase()) ?? 'none'
  const addressesAt = Map.groupBy(leading, ({ name }) => name)
  const others = records.filter((record) => !leading.includes(record))
  // The others of a name are marked by those with an address.
  for (const record of [...others, ...leading]) {
    const { id, name, type, data } = record
    const stack = name.endsWith(`.${parent}`) ? name.slice(0, -parent.length - 1) : undefined
    const mark = leading.includes(record)
      ? markOfAddress(record)
      : markOfAll((addressesAt.get(name) ?? []).map(markOfAddress))
    const rest = { kind: 'dns record', id: String(id), name: `${name}.${zone} ${type} ${data}` }
    own(stack, { ...rest, mark }, `/domains/${zone}/records/${id}`)
  }
  for (const { id, name } of keys) {
    const stack = stackOf('ssh key', name, project)
    const mark = name === keyName(`${project}-${stack}`, owner) ? 'ours' : 'none'
    own(stack, { kind: 'ssh key', id: String(id), name, mark }, `/account/keys/${id}`)
  }
  const owners = Map.groupBy(
    tags.map(({ name }) => name).filter((name) => ownerOfTag(name)),
    (name) => stackOf('tag', name, project),
  )
  const markOfStack = (stack: string | undefined) =>
    markOf((owners.get(stack) ?? []).map(ownerOfTag))
  const tagged = new Set(tags.map(({ name }) => stackOf('tag', name, project)))
  const isTagged = (stack: string) => tagged.has(stack)
  for (const { stack, path, ...rest } of keysOfSpaces(bucketKeys, project, markOfStack, isTagged)) {
    own(stack, rest, path)
  }
  for (const { id, name, metadata } of applications) {
    if (metadata.project !== project || !metadata.stack) continue
    const expires = expiryOfMetadata(metadata.expires)
    const mark = markOf([metadata.owner])
    const remove = () => auth0.remove(id)
    const rest = { kind: 'auth0 client', id, name, stack: metadata.stack, mark, remove }
    owned.push({ ...rest, ...(expires && { expires }) })
  }
  for (const { id, name, description } of projects) {
    const mark = markOf([ownerOfNote(description ?? '')])
    own(stackOf('project', name, project), { kind: 'project', id, name, mark }, `/projects/${id}`)
  }
  // An owner's tag goes last: it tells whose the others are.
  const ordered = [...tags].sort(
    (a, b) => Number(ownerOfTag(a.name) !== undefined) - Number(ownerOfTag(b.name) !== undefined),
  )
  for (const { name } of ordered) {
    const stack = stackOf('tag', name, project)
    const ids = ownerOfTag(name) ? [name] : (owners.get(stack) ?? [])
    const expires = expiryOfTag(name)
    const rest = { kind: 'tag', id: name, name, mark: markOf(ids.map(ownerOfTag)) }
    own(stack, { ...rest, ...(expires && { expires }) }, `/tags/${encodeURIComponent(name)}`)
  }
  const isRecord = ({ kind }: Owned) => kind === 'dns record'
  return owned.sort((a, b) => Number(isRecord(b)) - Number(isRecord(a)))
}

export function listFirewalls(digitalocean: DigitalOcean): Promise<Firewall[]> {
  return digitalocean.list('/firewalls', 'firewalls')
}

/** Another project's droplet is another's, though the key `owner` may give both one id. */
const strangerMark = (tags: string[]): Mark => (tags.some(ownerOfTag) ? 'other' : 'none')

/** Whose a record without an address is: as much ours as every address at its name. */
function markOfAll(marks: Mark[]): Mark {
  if (marks.includes('other')) return 'other'
  return marks.length > 0 && marks.every((mark) => mark === 'ours') ? 'ours' : 'none'
}

/** What carries another owner's mark as well is not ours. */
function markBy(ids: (string | undefined)[], owner: string): Mark {
  const found = ids.filter((id) => id !== undefined)
  if (found.length === 0) return 'none'
  return found.every((id) => id === owner) ? 'ours' : 'other'
}

function latest(times: (Date | undefined)[]): Date | undefined {
  const found = times.flatMap((time) => (time ? [time.getTime()] : []))
  return found.length > 0 ? new Date(Math.max(...found)) : undefined
}
