import { getServers } from 'node:dns'
import { isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import DNS, { Packet } from 'dns2'

/** What a name server answers, with what Node's own resolver leaves out. */
export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, ... */
  rcode: string
  /** By a server of the zone itself, not from a resolver's memory. */
  authoritative: boolean
  answers: ResourceRecord[]
  /** A parent's delegation, or the SOA of a zone that has no such record. */
  authorities: ResourceRecord[]
}

/** A, AAAA, NS and SOA have what they are asked for here. */
export interface ResourceRecord {
  /** Lower case, no final dot. */
  name: string
  type: string
  /** Seconds. */
  ttl: number
  address?: string
  ns?: string
  /** Of an SOA: for how many seconds at most it is remembered that there is nothing. */
  minimum?: number
}

export type Type = 'A' | 'AAAA' | 'NS'

export type Query = typeof query

const TIMEOUT_MS = 3000
/** Of UDP packets; a truncated answer is asked for again over TCP by the library. */
const TRIES = 2

/**
 * One question to one name server.
 * @param server `IP` or `IP:port`; the system's own resolvers, in their order, if absent
 * @param recursive false asks for what the server itself holds
 * @throws Error where nothing comes back; whatever does come back is a reply
 */
export async function query(
  name: string,
  type: Type,
  server?: string,
  recursive = true,
): Promise<Reply> {
  let failure: Error | undefined
  for (const one of server ? [server] : getServers()) {
    for (let left = TRIES; left > 0; left--) {
      try {
        return await queryOne(name, type, one, recursive)
      } catch (error) {
        failure = error as Error
      }
    }
  }
  throw failure ?? new Error('this computer has no name server')
}

async function queryOne(
  name: string,
  type: Type,
  server: string,
  recursive: boolean,
): Promise<Reply> {
  const { dns, port } = endpoint(server)
  const v6 = isIPv6(dns)
  const client = DNS.UDPClient({
    dns,
    port,
    socketType: v6 ? 'udp6' : 'udp4',
    timeout: TIMEOUT_MS,
    retryOverTCP: !v6,
  })
  const late = new AbortController()
  const reply = await Promise.race([
    client(name, type, Packet.CLASS.IN, { recursive }),
    sleep(2 * TIMEOUT_MS, undefined, { signal: late.signal, ref: false }),
  ]).finally(() => late.abort())
  if (!reply) throw new Error(`${server} does not answer`)
  return {
    rcode: rcodeOf(reply.header.rcode),
    authoritative: reply.header.aa === 1,
    answers: reply.answers.map(record),
    authorities: reply.authorities.map(record),
  }
}

function endpoint(server: string): { dns: string; port: number } {
  const [, bracketed, port] = /^\[(.+)\]:(\d+)$/.exec(server) ?? []
  if (bracketed) return { dns: bracketed, port: Number(port) }
  if (isIPv6(server)) return { dns: server, port: 53 }
  const [dns = '', own = '53'] = server.split(':')
  return { dns, port: Number(own) }
}

const rcodeOf = (code: number) =>
  Object.entries(Packet.RCODE).find(([, each]) => each === code)?.[0] ?? `RCODE ${code}`

const record = ({
  name,
  type,
  ttl,
  address,
  ns,
  minimum,
}: DNS.Packet.Resource): ResourceRecord => ({
  name: bare(name),
  type: Packet.TYPE_NAME[type] ?? String(type),
  ttl,
  ...(address !== undefined && { address }),
  ...(ns !== undefined && { ns: bare(ns) }),
  ...(minimum !== undefined && { minimum }),
})

const bare = (name: string) => name.toLowerCase().replace(/\.$/, '')
