import { listed } from '../resolution/delegation.ts'

/** A record that somebody else keeps. */
export interface Wanted {
  type: Type
  /** An address, or the authority as CAA names it; absent where there must be no such record. */
  value?: string
}

type Type = 'A' | 'AAAA' | 'CAA'

/** Seconds that are asked for: an address that changes is then soon forgotten. */
const TTL_SECONDS = 300

/** One line of a zone file (RFC 1035 section 5.1), as most providers take it or show it. */
export function line(host: string, { type, value }: Wanted): string {
  const data = type === 'CAA' ? `0 issue "${value}"` : value
  return `${host}. ${TTL_SECONDS} IN ${type} ${data}`
}

/** The records of a site, in the order in which they are told. */
export function wantedRecords(site: {
  ipv4?: string
  /** Absent where nothing is asked of AAAA; `none` where there must be no such record. */
  ipv6?: string
  caaIssuer?: string
}): Wanted[] {
  const { ipv4, ipv6, caaIssuer } = site
  return [
    ...(ipv4 ? [{ type: 'A' as const, value: ipv4 }] : []),
    ...(ipv6 ? [{ type: 'AAAA' as const, value: ipv6 === 'none' ? undefined : ipv6 }] : []),
    ...(caaIssuer ? [{ type: 'CAA' as const, value: caaIssuer }] : []),
  ]
}

/** A record that a server does not answer with. */
export interface Wrong {
  wanted: Wanted
  server: string
  /** What it answers; empty for nothing. */
  found: string[]
}

/** `A: found 192.0.2.7 at ns1.example.net, wanted 203.0.113.5`. */
export function described({ wanted: { type, value }, server, found }: Wrong): string {
  const seen = found.length > 0 ? listed(found) : 'none'
  return `${type}: found ${seen} at ${server}, wanted ${value ?? 'none'}`
}
