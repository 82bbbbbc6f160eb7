import { compare, type Resource, within } from './resources.ts'

/** What a newcomer calls a kind; the others go by kind and name. */
const PLAIN: Record<string, string> = {
  Client: 'the Auth0 application',
  DatabaseCluster: 'the managed database',
  DatabaseConnectionPool: 'the managed database’s connection pool',
  DatabaseDb: 'the app’s database in the cluster',
  DatabaseFirewall: 'the managed database’s firewall',
  DatabaseUser: 'the app’s user in the managed database',
  ClientCredentials: 'the Auth0 credentials',
  ConnectionClient: 'the login’s connections',
  DnsRecord: 'the DNS records',
  Domain: 'the DNS zone',
  Droplet: 'the droplet',
  Firewall: 'the firewall',
  PrivateKey: 'the ssh key pairs',
  Project: 'the project',
  ReservedIp: 'the reserved IP',
  SpacesBucket: 'the bucket',
  SpacesKey: 'the keys to the bucket',
}

/** `the droplet, the firewall and 2 more`. */
export function names(some: Resource[]): string {
  const words = some.map((one) => {
    if (one.name.endsWith('-admin-keys')) return 'the list of ssh keys'
    if (one.name.endsWith('-buckets-known')) return 'the keys to the bucket'
    if (one.name.endsWith('-kept')) return 'the receipt of what a destroy leaves'
    if (within(one) === 'Authority') return 'the certificates'
    if (within(one) === 'DataVolume') return 'the volume'
    if (within(one) === 'Backups') return 'the backups'
    if (within(one) === 'Tunnels') return 'the tunnels'
    if (within(one) === 'LocalDatabase') return 'the database on the host'
    if (within(one) === 'ManagedDatabase' && one.kind === 'remote:Command')
      return 'the managed database'
    if (within(one) === 'Edge') return 'the login in front of the app'
    return within(one) === 'Site' ? 'the reverse proxy' : plainName(one)
  })
  const each = [...new Set(words)].sort(compare)
  const shown = each.slice(0, 3)
  if (each.length > 3) shown.push(`${each.length - 3} more`)
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join()
}

export const plainName = (one: Resource) => PLAIN[one.kind] ?? `the ${one.kind} ${one.name}`
