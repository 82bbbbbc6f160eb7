import type DNS from 'dns2'
import { Packet } from 'dns2'

/** The record types that a zone can hold here, by their names. */
export const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SRV', 'CAA', 'SOA'] as const
export type RecordType = (typeof TYPES)[number]

/**
 * One answer in the form that the wire codec takes.
 * @param data the record's data in zone file form (RFC 1035 section 5.1): `10 mail.example.com.`
 *   for MX, `0 issue "ca.example"` for CAA; a missing MX preference counts as 0
 */
export function encodeRecord(
  name: string,
  record: { type: string; data: string; ttl: number },
): DNS.Packet.Resource {
  const common = {
    name,
    type: Packet.TYPE[record.type as RecordType],
    class: Packet.CLASS.IN,
    ttl: record.ttl,
  }
  return Object.assign(new Packet.Resource(common), fields(record.type, record.data))
}

function fields(type: string, data: string): object {
  const words = data.trim().split(/\s+/)
  const target = (text = '') => text.replace(/\.$/, '')
  switch (type) {
    case 'A':
    case 'AAAA':
      return { address: data }
    case 'CNAME':
      return { domain: target(data) }
    case 'NS':
      return { ns: target(data) }
    case 'MX':
      return { priority: words.length > 1 ? Number(words[0]) : 0, exchange: target(words.at(-1)) }
    case 'SRV': {
      const [priority, weight, port] = words.map(Number)
      return { priority, weight, port, target: target(words[3]) }
    }
    case 'CAA':
      return { flags: Number(words[0]), tag: words[1], value: unquote(words.slice(2).join(' ')) }
    case 'TXT':
      return { data: characterStrings(unquote(data)) }
    case 'SOA': {
      const [serial, refresh, retry, expiration, minimum] = words.slice(2).map(Number)
      const [primary, admin] = words.map(target)
      return { primary, admin, serial, refresh, retry, expiration, minimum }
    }
    default:
      throw new Error(`no wire form for records of type ${type}`)
  }
}

function unquote(text: string): string {
  const quoted = /^"(.*)"$/s.exec(text)
  return quoted ? (quoted[1] ?? '').replace(/\\(["\\])/g, '$1') : text
}

/** A text is sent in pieces of at most 255 bytes (RFC 1035 section 3.3.14). */
function characterStrings(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'utf8')
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length || at === 0; at += 255) {
    pieces.push(bytes.subarray(at, at + 255))
  }
  return pieces
}
