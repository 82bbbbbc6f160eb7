/** The simulated zones as DNS sees them. */
import type { DomainRow, RecordRow, State } from './state.ts'

interface Answer {
  type: string
  data: string
  ttl: number
}

/**
 * Records of exactly this type at the name, or at the wildcard that stands for it (RFC 4592);
 * `undefined` if no zone holds the name. Data is in zone file form (RFC 1035 section 5.1) with
 * absolute names; aliases are not followed. Type ANY gives all.
 */
export function resolve(state: State, name: string, type: string): Answer[] | undefined {
  const wanted = name.toLowerCase().replace(/\.$/, '')
  const holds = (domain: DomainRow) => wanted === domain.name || wanted.endsWith(`.${domain.name}`)
  const zone = state.domains
    .filter(holds)
    .sort((one, other) => other.name.length - one.name.length)[0]
  if (!zone) return undefined
  const owner = wanted === zone.name ? '@' : wanted.slice(0, -zone.name.length - 1)
  return recordsAt(zone, owner)
    .filter((record) => type === 'ANY' || record.type === type.toUpperCase())
    .map((record) => ({ type: record.type, data: presentation(record, zone), ttl: record.ttl }))
}

function recordsAt(zone: DomainRow, owner: string): RecordRow[] {
  const exact = zone.records.filter((record) => record.name === owner)
  if (exact.length > 0 || owner === '@') return exact
  const exists = (name: string) =>
    zone.records.some((record) => record.name === name || record.name.endsWith(`.${name}`))
  // A name with others below it exists, if empty; no wildcard stands for it.
  if (exists(owner)) return []
  const labels = owner.split('.')
  for (let skip = 1; skip <= labels.length; skip++) {
    const encloser = labels.slice(skip).join('.')
    if (encloser !== '' && !exists(encloser)) continue
    const wildcard = encloser === '' ? '*' : `*.${encloser}`
    return zone.records.filter((record) => record.name === wildcard)
  }
  return []
}

function presentation(record: RecordRow, zone: DomainRow): string {
  const host = record.data === '@' ? `${zone.name}.` : `${record.data}.`
  switch (record.type) {
    case 'CNAME':
    case 'NS':
      return host
    case 'MX':
      return `${record.priority} ${host}`
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${host}`
    case 'CAA':
      return `${record.flags} ${record.tag} ${quote(record.data)}`
    case 'TXT':
      return quote(record.data)
    case 'SOA':
      return `ns1.digitalocean.com. hostmaster.${zone.name}. ${zone.serial} 10800 3600 604800 ${record.data}`
    default:
      return record.data
  }
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** The zone in the form that `GET /v2/domains/:name` shows. */
export function zoneFile(domain: DomainRow): string {
  const lines = domain.records.map((record) => {
    const owner = record.name === '@' ? `${domain.name}.` : `${record.name}.${domain.name}.`
    return `${owner} ${record.ttl} IN ${record.type} ${presentation(record, domain)}`
  })
  return [`$ORIGIN ${domain.name}.`, `$TTL ${domain.ttl}`, ...lines, ''].join('\n')
}
