import { Resolver } from 'node:dns/promises'
import { delegationOf } from './delegation.ts'

/** One name server, and the answers that the checklist needs. */
export interface NameServer {
  /** What a message calls it. */
  name: string
  /** `IP` or `IP:port`; absent for the system's own resolver. */
  server?: string
  /** Addresses of a name, IPv4 unless said otherwise; none where there is no such record. */
  addresses(name: string, type?: 'A' | 'AAAA'): Promise<string[]>
  /** The `issue` values of the CAA records of exactly this name; undefined where it has no CAA. */
  caa(name: string): Promise<string[] | undefined>
}

const TIMEOUT_MS = 3000
/** Said of a name without such records, or of no such name. */
const NOTHING = ['ENODATA', 'ENOTFOUND']

/**
 * @param server `IP` or `IP:port`; the system's own resolver if absent
 * @param above who is asked for names above the server's zone; they have no records if absent
 */
function nameServer(
  name: string,
  server?: string,
  above?: NameServer,
): NameServer & { resolver: Resolver } {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  if (server) resolver.setServers([server])
  const orNone = async <T>(asked: Promise<T[]>): Promise<T[]> =>
    asked.catch((error: NodeJS.ErrnoException) => {
      if (NOTHING.includes(error.code ?? '')) return []
      throw error
    })
  return {
    name,
    server,
    resolver,
    addresses: (asked, type = 'A') =>
      orNone(type === 'A' ? resolver.resolve4(asked) : resolver.resolve6(asked)),
    async caa(asked) {
      try {
        const found = await orNone(resolver.resolveCaa(asked))
        if (found.length === 0) return undefined
        return found.flatMap(({ issue }) => (issue === undefined ? [] : [issue]))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EREFUSED') throw error
        return above?.caa(asked)
      }
    },
  }
}

/**
 * The name servers that a certificate authority ends at: those of the zone, which remember no
 * earlier answer. Where they cannot be asked from here, the system's resolver stands for them.
 * @param server the one to ask instead, `IP:port`
 * @returns none for a zone that is not delegated
 */
export async function serversOf(zone: string, server?: string): Promise<NameServer[]> {
  if (server) return [nameServer(server, server)]
  const { servers } = await delegationOf(zone)
  const answering = await reached(zone, servers)
  return servers.length > 0 && answering.length === 0
    ? [nameServer('the resolver of this computer')]
    : answering
}

/**
 * Those of a zone's name servers that can be asked from here.
 * @param via the resolver that finds their addresses, `IP:port`; the system's if absent
 */
export async function reached(zone: string, names: string[], via?: string): Promise<NameServer[]> {
  const resolver = nameServer('the resolver of this computer', via)
  const found: NameServer[] = []
  for (const name of names) {
    const [address] = await resolver.addresses(name).catch(() => [])
    if (address) found.push(nameServer(name, address, resolver))
  }
  const answers = await Promise.all(
    found.map((one) =>
      one.addresses(zone).then(
        () => [one],
        () => [],
      ),
    ),
  )
  return answers.flat()
}
