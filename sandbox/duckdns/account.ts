import { join } from 'node:path'
import { readIfThere, writeAtomically } from '../files.ts'
import type { Cloud } from '../types.ts'

/** Where a domain of the account leads; absent for nowhere. */
interface Addresses {
  ipv4?: string
  ipv6?: string
}

/** The account's domains by their labels, as its owner made them on the website. */
export type Domains = Record<string, Addresses>

/** The one domain of the simulated account. */
export const DOMAIN = 'padlock-sandbox'

const ZONE = 'duckdns.org'
const TTL_SECONDS = 60
const NAME_SERVERS = ['ns1.duckdns.org', 'ns2.duckdns.org', 'ns3.duckdns.org']

const fileOf = (dir: string) => join(dir, 'duckdns.json')

/** A new account's domain leads to where its owner was when he made it. */
export async function readDomains(dir: string): Promise<Domains> {
  const kept = await readIfThere(fileOf(dir))
  return kept ? JSON.parse(kept) : { [DOMAIN]: { ipv4: '127.0.0.1' } }
}

export const keepDomains = (dir: string, domains: Domains): Promise<void> =>
  writeAtomically(fileOf(dir), JSON.stringify(domains))

/**
 * A resolver that knows the domains below duckdns.org too, and as the real one does every name below
 * each of them; no CAA.
 */
export const withDuckDns =
  (resolve: Cloud['resolve'], domains: Domains): Cloud['resolve'] =>
  (name, type) => {
    const wanted = name.toLowerCase().replace(/\.$/, '')
    if (wanted !== ZONE && !wanted.endsWith(`.${ZONE}`)) return resolve(name, type)
    const record = (data: string) => [{ type, data, ttl: TTL_SECONDS }]
    if (type === 'NS' && wanted === ZONE) return NAME_SERVERS.flatMap((each) => record(`${each}.`))
    const { ipv4, ipv6 } = domains[wanted.split('.').at(-3) ?? ''] ?? {}
    if (type === 'A' && ipv4) return record(ipv4)
    return type === 'AAAA' && ipv6 ? record(ipv6) : []
  }
