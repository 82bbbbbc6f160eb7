import { setTimeout as sleep } from 'node:timers/promises'
import { delegationOf, listed } from '../resolution/delegation.ts'
import { serversOf } from '../resolution/name-servers.ts'
import { query, type Reply } from '../resolution/query.ts'
import { Finding } from './site.ts'

/** Where a name must lead, and nowhere else. */
export interface Name {
  host: string
  zone: string
  type: 'A' | 'AAAA'
  address: string
  /** `IP:port` of the one server to ask; absent for the zone's own and this computer's resolver. */
  dnsServer?: string
}

/** How long is waited, in seconds. */
export interface Patience {
  /** For a zone's own servers, until all have what was changed. */
  settle: number
  /** For a resolver, until it has forgotten an earlier answer; above our records' time to live. */
  forget: number
}

const PATIENCE: Patience = { settle: 30, forget: 330 }
const PAUSE_MS = 2000
const SAID_EVERY_MS = 30_000

/** Whom to ask: the zone's own servers remember nothing. */
interface Source {
  label: string
  server?: string
  own: boolean
}

interface Answer {
  rcode: string
  addresses: string[]
  /** Seconds for which it may be remembered. */
  ttl: number
  /** Not from a resolver's memory. */
  fresh: boolean
}

/**
 * Asks the zone's own servers and a resolver where the name leads. What a resolver remembers of an
 * earlier record is waited for; what it will remember longer than that, or of a former delegation,
 * is told and is no failure, as nothing but time changes it.
 * @param say gets a line every half minute of waiting
 * @returns lines for the summary
 * @throws Finding where somebody goes on to say something else
 */
export async function leadsTo(
  name: Name,
  say: (line: string) => void,
  patience: Patience = PATIENCE,
): Promise<string[]> {
  const notes: string[] = []
  for (const source of await sources(name)) {
    const note = await judge(name, source, patience, say)
    if (note) notes.push(note)
  }
  return [`${name.host} leads to ${name.address} (${name.type})`, ...notes]
}

async function sources({ zone, dnsServer }: Name): Promise<Source[]> {
  const resolver = { label: 'the resolver of this computer', own: false }
  if (dnsServer) return [{ label: dnsServer, server: dnsServer, own: false }]
  const servers = await serversOf(zone)
  if (servers.length === 0) {
    throw new Finding(`${zone} is not delegated: no name server is known for it`, [
      `the registrar of ${zone}`,
      `dig NS ${zone}`,
    ])
  }
  const own = servers.flatMap(({ name, server }) =>
    server ? [{ label: name, server, own: true }] : [],
  )
  return [...own, resolver]
}

async function judge(
  name: Name,
  source: Source,
  { settle, forget }: Patience,
  say: (line: string) => void,
): Promise<string | undefined> {
  const began = Date.now()
  let until = began + settle * 1000
  let remembered: string | undefined
  let said = began
  for (;;) {
    const answer = await ask(name, source)
    if (answer.addresses.length === 1 && answer.addresses[0] === canonical(name.address)) return
    const words = spoken(answer)
    if (!source.own && !answer.fresh && isAnswer(answer) && remembered !== words) {
      remembered = words
      const still = `${source.label} still says ${words}, and may for ${answer.ttl} s`
      if (answer.ttl > forget) return `${still}: it remembers an earlier record`
      const former = await formerServers(name, source)
      if (former) return `${still}: it remembers a former delegation (${former})`
      until = Math.min(Date.now() + (answer.ttl + 1) * 1000, began + forget * 1000)
    }
    const left = until - Date.now()
    if (left <= 0) throw elsewhere(name, source, answer)
    if (Date.now() - said >= SAID_EVERY_MS) {
      said = Date.now()
      say(
        `waiting until ${source.label} says that ${name.host} leads to ${name.address}: it says ${words}. ` +
          `Goes on for ${Math.ceil(left / 1000)} s`,
      )
    }
    await sleep(Math.min(PAUSE_MS, left))
  }
}

async function ask({ host, type }: Name, { server }: Source): Promise<Answer> {
  const reply = await query(host, type, server).catch((error: Error) => error)
  if (reply instanceof Error) {
    return { rcode: reply.message, addresses: [], ttl: 0, fresh: true }
  }
  const records = reply.answers.filter((one) => one.type === type)
  const addresses = records.flatMap(({ address }) => (address ? [canonical(address)] : []))
  const ttl = records.length > 0 ? Math.min(...records.map((one) => one.ttl)) : negativeTtl(reply)
  return {
    rcode: reply.rcode,
    addresses: [...new Set(addresses)].sort(),
    ttl,
    fresh: reply.authoritative,
  }
}

/** For how long it is remembered that there is nothing (RFC 2308 section 5). */
function negativeTtl({ authorities }: Reply): number {
  const soa = authorities.find(({ type }) => type === 'SOA')
  return soa ? Math.min(soa.ttl, soa.minimum ?? soa.ttl) : 0
}

const isAnswer = ({ rcode }: Answer) => rcode === 'NOERROR' || rcode === 'NXDOMAIN'

function spoken(answer: Answer): string {
  if (!isAnswer(answer)) return answer.rcode
  return answer.addresses.length === 0 ? 'no address' : listed(answer.addresses)
}

/** The servers that a resolver still asks, where the parent names none of them any more. */
async function formerServers(
  { zone, dnsServer }: Name,
  { server }: Source,
): Promise<string | undefined> {
  if (dnsServer) return undefined
  const reply = await query(zone, 'NS', server).catch(() => undefined)
  const known = (reply?.answers ?? []).flatMap(({ ns }) => ns ?? [])
  const { servers } = await delegationOf(zone)
  return known.length > 0 && !known.some((one) => servers.includes(one))
    ? listed(known.sort())
    : undefined
}

function elsewhere({ host, zone, type, address }: Name, source: Source, answer: Answer): Finding {
  const where = `${host} must lead to ${address} alone (${type})`
  const ttl = answer.ttl > 0 ? `, to be remembered for ${answer.ttl} s` : ''
  const network =
    'this network may answer otherwise than the public one: pulumi config set dnsServer 1.1.1.1:53'
  return new Finding(`${where}, but ${source.label} says ${spoken(answer)}${ttl}`, [
    `another record of the name: doctl compute domain records list ${zone}`,
    `another zone: dig NS ${zone} must show DigitalOcean's name servers alone`,
    ...(answer.rcode === 'SERVFAIL'
      ? [`a DS record of ${zone} at its registrar: DigitalOcean signs no zones`]
      : []),
    ...(source.own ? [] : [network]),
  ])
}

/** IPv6 addresses have many spellings. */
const canonical = (address: string) =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
