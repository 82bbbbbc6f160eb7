import { isIPv4, isIPv6 } from 'node:net'
import { unprocessable } from './errors.ts'
import { type Body, integer, text } from './request.ts'
import type { DomainRow, RecordRow } from './state.ts'

const TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT']
/** Types whose data is a host name that must be written with its last dot. */
const DOTTED = ['CAA', 'CNAME', 'MX', 'NS', 'SRV']
const CAA_TAGS = ['issue', 'issuewild', 'iodef']
const LOWEST_TTL = 30
const DEFAULT_TTL = 1800

/**
 * Checks a record to be made, or, with the old one, to be changed: what is left out of a change
 * stays as it was, and its type always does.
 */
export function readRecord(body: Body, domain: DomainRow, old?: RecordRow): Omit<RecordRow, 'id'> {
  const type = old?.type ?? (text(body, 'type') ?? '').toUpperCase()
  if (!old && !TYPES.includes(type)) {
    throw unprocessable(`Type is not included in the list: ${TYPES.join(', ')}`)
  }
  const name = readName(text(body, 'name') ?? old?.name ?? '@', domain)
  const given = text(body, 'data')
  const data = given === undefined && old ? old.data : readData(type, given ?? '', domain)
  const ttl = integer(body, 'ttl') ?? old?.ttl ?? DEFAULT_TTL
  if (ttl < LOWEST_TTL) throw unprocessable(`record ttl must be greater than ${LOWEST_TTL}`)
  checkAlias(type, name, domain, old)
  return { type, name, data, ttl, ...readExtras(type, body, old) }
}

function readName(given: string, domain: DomainRow): string {
  const suffix = `.${domain.name}.`
  const lower = given.toLowerCase()
  if (lower === '' || lower === '@' || `.${lower}` === suffix) return '@'
  const name = lower.endsWith(suffix) ? lower.slice(0, -suffix.length) : lower
  const label = /^(\*|(?!-)[a-z0-9_-]{1,63}(?<!-))$/
  if (!name.split('.').every((each) => label.test(each))) {
    throw unprocessable('Name Only valid hostname characters are allowed')
  }
  return name
}

function readData(type: string, given: string, domain: DomainRow): string {
  if (given === '') throw unprocessable("Data can't be blank")
  if (type === 'A' && !isIPv4(given)) {
    throw unprocessable('IP address did not match IPv4 format (e.g. 127.0.0.1).')
  }
  if (type === 'AAAA' && !isIPv6(given)) {
    throw unprocessable('IP address did not match IPv6 format (e.g. 2001:db8::ff00:42:8329).')
  }
  if (!DOTTED.includes(type) || given === '@') return given
  if (!given.endsWith('.')) throw unprocessable('Data needs to end with a dot (.)')
  const host = given.slice(0, -1)
  return host === domain.name && type !== 'CAA' ? '@' : host
}

function checkAlias(type: string, name: string, domain: DomainRow, old?: RecordRow): void {
  const others = domain.records.filter((record) => record !== old && record.name === name)
  if (others.some((record) => type === 'CNAME' || record.type === 'CNAME')) {
    throw unprocessable('CNAME records cannot share a name with other records')
  }
}

/** The fields that only some types have; the API gives null for the others. */
function readExtras(
  type: string,
  body: Body,
  old?: RecordRow,
): Pick<RecordRow, 'priority' | 'port' | 'weight' | 'flags' | 'tag'> {
  const extras = { priority: null, port: null, weight: null, flags: null, tag: null }
  const number = (key: 'priority' | 'port' | 'weight' | 'flags', most: number) => {
    const value = integer(body, key) ?? old?.[key] ?? undefined
    const label = `${key[0]?.toUpperCase()}${key.slice(1)}`
    if (value === undefined) throw unprocessable(`${label} can't be blank`)
    if (value < 0 || value > most) throw unprocessable(`${label} must be between 0 and ${most}`)
    return value
  }
  if (type === 'MX') return { ...extras, priority: number('priority', 65535) }
  if (type === 'SRV') {
    return {
      ...extras,
      priority: number('priority', 65535),
      port: number('port', 65535),
      weight: number('weight', 65535),
    }
  }
  if (type !== 'CAA') return extras
  const tag = text(body, 'tag') ?? old?.tag ?? ''
  if (!CAA_TAGS.includes(tag)) throw unprocessable(`Tag must be one of: ${CAA_TAGS.join(', ')}`)
  return { ...extras, flags: number('flags', 255), tag }
}
