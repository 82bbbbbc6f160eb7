import { expiryOfMetadata, expiryOfTag } from '../../config/expiry.ts'
import type { Auth0 } from '../accounts/auth0.ts'
import type { DigitalOcean } from '../accounts/digitalocean.ts'
import { stackOf } from './names.ts'

/** Something in an account that a stack of this project made. */
export interface Owned {
  kind: string
  id: string
  name: string
  /** Empty for an unassigned reserved address, which bears no name: any stack's, or a stranger's. */
  stack: string
  /** Only what carries the expiry itself: the tag and the Auth0 application. */
  expires?: Date
  /** US dollars an hour; only droplets. */
  pricePerHour?: number
  remove(): Promise<unknown>
}

export interface Accounts {
  digitalocean: DigitalOcean
  auth0: Auth0
}

/** What tells this project's resources from others in the same accounts. */
export interface Marks {
  /** Pulumi project, the first part of every name. */
  project: string
  zone: string
  /** Label under which the environments' names lie: `preview` in `pr-12.preview.example.com`. */
  parent: string
}

interface Droplet {
  id: number
  name: string
  tags: string[]
  size: { price_hourly: number }
}

interface ReservedIp {
  ip: string
  project_id?: string
  droplet: { name: string } | null
}

/**
 * Everything in both accounts that carries the project's marks, by list calls alone: their number
 * grows with the pages, not with the stacks. In the order in which it can be removed.
 */
export async function inventory(
  { digitalocean, auth0 }: Accounts,
  { project, zone, parent }: Marks,
): Promise<Owned[]> {
  type Named = { id: string; name: string }
  const [droplets, firewalls, ips, keys, projects, tags, records, applications] = await Promise.all(
    [
      digitalocean.list<Droplet>('/droplets', 'droplets'),
      digitalocean.list<Named>('/firewalls', 'firewalls'),
      digitalocean.list<ReservedIp>('/reserved_ips', 'reserved_ips'),
      digitalocean.list<Named>('/account/keys', 'ssh_keys'),
      digitalocean.list<Named>('/projects', 'projects'),
      digitalocean.list<{ name: string }>('/tags', 'tags'),
      digitalocean.list<{ id: number; name: string; type: string; data: string }>(
        `/domains/${zone}/records`,
        'domain_records',
      ),
      auth0.applications(),
    ],
  )
  const owned: Owned[] = []
  const own = (stack: string | undefined, rest: Omit<Owned, 'stack' | 'remove'>, path: string) => {
    if (stack !== undefined) owned.push({ ...rest, stack, remove: () => digitalocean.remove(path) })
  }

  for (const { id, name, size } of droplets) {
    const rest = { kind: 'droplet', id: String(id), name, pricePerHour: size.price_hourly }
    own(stackOf('droplet', name, project), rest, `/droplets/${id}`)
  }
  const projectNames = new Map(projects.map(({ id, name }) => [id, name]))
  for (const { ip, project_id, droplet } of ips) {
    const by = droplet
      ? stackOf('droplet', droplet.name, project)
      : (stackOf('project', projectNames.get(project_id ?? '') ?? '', project) ?? '')
    own(by, { kind: 'reserved ip', id: ip, name: ip }, `/reserved_ips/${ip}`)
  }
  for (const { id, name } of firewalls) {
    own(stackOf('firewall', name, project), { kind: 'firewall', id, name }, `/firewalls/${id}`)
  }
  for (const { id, name, type, data } of records) {
    const stack = name.endsWith(`.${parent}`) ? name.slice(0, -parent.length - 1) : undefined
    const rest = { kind: 'dns record', id: String(id), name: `${name}.${zone} ${type} ${data}` }
    own(stack, rest, `/domains/${zone}/records/${id}`)
  }
  for (const { id, name } of keys) {
    const rest = { kind: 'ssh key', id: String(id), name }
    own(stackOf('ssh key', name, project), rest, `/account/keys/${id}`)
  }
  for (const { id, name, metadata } of applications) {
    if (metadata.project !== project || !metadata.stack) continue
    const expires = expiryOfMetadata(metadata.expires)
    const remove = () => auth0.remove(id)
    owned.push({
      kind: 'auth0 client',
      id,
      name,
      stack: metadata.stack,
      ...(expires && { expires }),
      remove,
    })
  }
  for (const { id, name } of projects) {
    own(stackOf('project', name, project), { kind: 'project', id, name }, `/projects/${id}`)
  }
  for (const { name } of tags) {
    const expires = expiryOfTag(name)
    const rest = { kind: 'tag', id: name, name, ...(expires && { expires }) }
    own(stackOf('tag', name, project), rest, `/tags/${encodeURIComponent(name)}`)
  }
  return owned
}
