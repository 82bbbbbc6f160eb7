import { query as askServer, type Query, type Reply } from './query.ts'

/** Those of every zone at DigitalOcean. */
export const NAME_SERVERS = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']

/** Who serves a zone, as its parent says. */
export interface Delegation {
  /** Their names, sorted; none where the zone is not delegated. */
  servers: string[]
  /** Those that are not DigitalOcean's. */
  foreign: string[]
}

/** A resolver cannot resolve the zone at all. */
export class Unresolvable extends Error {}

export const leadsToDigitalOcean = ({ servers, foreign }: Delegation): boolean =>
  servers.length > 0 && foreign.length === 0

/** What a message says of a delegation. */
export const described = ({ servers }: Delegation): string =>
  servers.length === 0 ? 'no name server is known for it' : `it is served by ${listed(servers)}`

export const listed = (words: string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/**
 * Who serves the zone. The parent's own servers are asked, since resolvers remember a former
 * delegation for up to two days; where these cannot be reached from here, the system's resolver.
 * @param server the one to ask instead, `IP:port`
 * @throws Unresolvable where the resolver says that it cannot find out; Error where nobody answers
 */
export async function delegationOf(
  zone: string,
  server?: string,
  query: Query = askServer,
): Promise<Delegation> {
  const servers = server
    ? serversIn(await query(zone, 'NS', server), zone)
    : ((await askParent(zone, query)) ?? serversIn(await query(zone, 'NS'), zone))
  return { servers, foreign: await foreign(servers, server, query) }
}

/**
 * The zone that holds a name: itself, or the nearest one above that is delegated. An operator may
 * call a part of a zone by the name that his hosts are below.
 * @returns the name itself where none is
 * @throws as `delegationOf` does
 */
export async function enclosingZone(
  name: string,
  server?: string,
  query: Query = askServer,
): Promise<string> {
  for (let zone = name; zone.includes('.'); zone = above(zone)) {
    const { servers } = await delegationOf(zone, server, query)
    if (servers.length > 0) return zone
  }
  return name
}

async function askParent(zone: string, query: Query): Promise<string[] | undefined> {
  for (const parent of await parentServers(zone, query)) {
    const reply = await query(zone, 'NS', parent, false).catch(() => undefined)
    const isAnswer = reply?.rcode === 'NXDOMAIN' || reply?.authoritative
    if (reply && (isAnswer || named(reply, zone).length > 0)) return serversIn(reply, zone)
  }
  return undefined
}

/** Addresses of some servers of the nearest zone above. */
async function parentServers(zone: string, query: Query): Promise<string[]> {
  for (let name = above(zone); name !== ''; name = above(name)) {
    const reply = await query(name, 'NS').catch(() => undefined)
    const names = reply ? named(reply, name) : []
    if (names.length === 0) continue
    const found = await Promise.all(
      names.slice(0, 3).map((one) => addressesOf(one, undefined, query)),
    )
    return found.flat()
  }
  return []
}

const above = (name: string) => name.split('.').slice(1).join('.')

const named = ({ answers, authorities }: Reply, zone: string): string[] => [
  ...new Set(
    [...answers, ...authorities]
      .filter(({ type, name }) => type === 'NS' && name === zone.toLowerCase())
      .flatMap(({ ns }) => ns ?? []),
  ),
]

function serversIn(reply: Reply, zone: string): string[] {
  if (reply.rcode === 'NXDOMAIN' || reply.rcode === 'NOERROR') return named(reply, zone).sort()
  throw new Unresolvable(`${zone} cannot be resolved (${reply.rcode})`)
}

/** Servers under names of one's own may have the addresses of DigitalOcean's. */
async function foreign(
  servers: string[],
  server: string | undefined,
  query: Query,
): Promise<string[]> {
  const others = servers.filter((name) => !NAME_SERVERS.includes(name))
  if (others.length === 0) return []
  const ours = (
    await Promise.all(NAME_SERVERS.map((name) => addressesOf(name, server, query)))
  ).flat()
  const judged = await Promise.all(
    others.map(async (name) => {
      const addresses = await addressesOf(name, server, query)
      return addresses.length > 0 && addresses.every((one) => ours.includes(one)) ? [] : [name]
    }),
  )
  return judged.flat()
}

async function addressesOf(name: string, server: string | undefined, query: Query) {
  const reply = await query(name, 'A', server).catch(() => undefined)
  return (reply?.answers ?? []).flatMap(({ type, address }) =>
    type === 'A' && address ? [address] : [],
  )
}
