import type { Cloud } from '../types.ts'
import { TYPES } from './records.ts'

/** Records of one name. */
export interface Answer {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED'
  answers: { name: string; type: string; data: string; ttl: number }[]
  /** The zone's SOA, which goes with an empty answer so that clients may remember it (RFC 2308). */
  authority: { name: string; type: string; data: string; ttl: number }[]
}

/** How many CNAMEs in a row are followed. */
const MAX_ALIASES = 8

/**
 * What an authoritative server says of a name (RFC 1034 section 4.3.2): records, an empty answer
 * where the name has others, NXDOMAIN where it has none, REFUSED where no zone here holds it.
 */
export function answer(resolve: Cloud['resolve'], question: string, type: string): Answer {
  const result: Answer = { rcode: 'NOERROR', answers: [], authority: [] }
  let name = question.toLowerCase().replace(/\.$/, '')
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const found = resolve(name, type)
    if (found === undefined) {
      // A name that an alias led to is for the client to look up elsewhere.
      if (aliases === 0) result.rcode = 'REFUSED'
      return result
    }
    const alias = found.length > 0 || type === 'CNAME' ? undefined : resolve(name, 'CNAME')?.[0]
    if (alias?.type !== 'CNAME') {
      for (const record of found) result.answers.push({ name, ...record })
      if (found.length === 0) {
        if (!exists(resolve, name)) result.rcode = 'NXDOMAIN'
        result.authority = startOfAuthority(resolve, name)
      }
      return result
    }
    result.answers.push({ name, ...alias })
    name = alias.data.toLowerCase().replace(/\.$/, '')
  }
  return result
}

function exists(resolve: Cloud['resolve'], name: string): boolean {
  return TYPES.some((type) => (resolve(name, type)?.length ?? 0) > 0)
}

function startOfAuthority(resolve: Cloud['resolve'], name: string): Answer['authority'] {
  const labels = name.split('.')
  for (let skip = 0; skip < labels.length; skip++) {
    const zone = labels.slice(skip).join('.')
    const soa = resolve(zone, 'SOA')?.find((record) => record.type === 'SOA')
    if (soa) return [{ name: zone, ...soa }]
  }
  return []
}
