import { setTimeout as sleep } from 'node:timers/promises'
import {
  delegationOf,
  described,
  enclosingZone,
  listed,
  NAME_SERVERS,
} from '../resolution/delegation.ts'
import { reached } from '../resolution/name-servers.ts'
import { query, type Reply } from '../resolution/query.ts'
import { Finding } from './site.ts'

/** Where a name must lead, and nowhere else. */
export interface Name {
  host: string
  zone: string
  type: 'A' | 'AAAA'
  address: string
  /** `IP:port` of the server to ask; absent for this computer's resolver. */
  dnsServer?: string
  /** Is the zone served by others than DigitalOcean, and kept by hand? */
  external?: boolean
}

/** How long is waited, in seconds. */
export interface Patience {
  /** For a zone's own servers, until all have what was changed. */
  settle: number
  /** For a resolver, until it has forgotten an earlier answer; above our records' time to live. */
  forget: number
}

const patient = (): Patience => ({
  settle: Number(process.env.PADLOCK_SETTLE_SECONDS) || 30,
  forget: 330,
})
const PAUSE_MS = 2000
const SAID_EVERY_MS = 30_000

/** Whom to ask: the zone's own servers remember nothing. */
export interface Source {
  label: string
  server?: string
  own: boolean
}

interface Answer {
  /** Absent where nothing came back. */
  rcode?: string
  /** Why nothing did. */
  failure?: string
  addresses: string[]
  /** Seconds for which it may be remembered; absent where that is not said. */
  ttl?: number
  /** Not from a resolver's memory. */
  fresh: boolean
}

/**
 * Asks the zone's own servers and a resolver where the name leads. What a resolver remembers of an
 * earlier record is waited for. What it will remember for longer, or of a former delegation, is told,
 * and is no failure where the zone's own servers are right: nothing but time changes it. Nor is it one
 * that a network has the zone to itself, or lets nobody be asked.
 * @param say gets a line every half minute of waiting
 * @param found whom to ask, the zone's own servers first
 * @returns lines for the summary
 * @throws Finding where somebody goes on to say something else
 */
export async function leadsTo(
  name: Name,
  say: (line: string) => void,
  patience: Patience = patient(),
  found: Promise<Source[]> = sources(name),
): Promise<string[]> {
  const notes: string[] = []
  const right: string[] = []
  let agreed = 0
  for (const source of await found) {
    const note = await judge(name, source, right, patience, say)
    if (note) notes.push(note)
    else agreed++
    if (source.own) right.push(source.label)
  }
  const { host, address, type } = name
  if (agreed === 0)
    return [...notes, `whether ${host} leads to ${address} could not be asked from here`]
  return [`${host} leads to ${address} (${type})`, ...notes]
}

/** A server that holds the zone itself is enough; a resolver leads to those that do. */
async function sources(name: Name): Promise<Source[]> {
  const { dnsServer, external } = name
  const zone = external
    ? await enclosingZone(name.zone, dnsServer).catch(() => name.zone)
    : name.zone
  const label = dnsServer ?? 'the resolver of this computer'
  const asked = { label, server: dnsServer, own: false }
  const first = dnsServer ? await ask(name, asked) : undefined
  if (first?.fresh) return [asked]
  const delegation = await delegationOf(zone, dnsServer).catch(() => undefined)
  if (delegation && !delegation.servers.length) {
    throw new Finding(`${zone} is not delegated: ${described(delegation)}`, [
      external
        ? `the registrar of ${zone}: enter the name servers of whoever serves it`
        : `the registrar of ${zone}: enter ${listed(NAME_SERVERS)}`,
      `dig NS ${zone}`,
    ])
  }
  const own = await reached(zone, delegation?.servers ?? [], dnsServer)
  return [...own.map((one) => ({ label: one.name, server: one.server, own: true })), asked]
}

/** @param right the zone's own servers, which lead the name there */
async function judge(
  name: Name,
  source: Source,
  right: string[],
  { settle, forget }: Patience,
  say: (line: string) => void,
): Promise<string | undefined> {
  const began = Date.now()
  const confirmed = right.length > 0
  let until = began + settle * 1000
  let remembered: string | undefined
  let said = began
  for (;;) {
    const answer = await ask(name, source)
    if (answer.addresses.length === 1 && answer.addresses[0] === canonical(name.address)) return
    const words = spoken(answer)
    if (isAnswer(answer) && !answer.fresh && !source.own && remembered !== words) {
      remembered = words
      const long = answer.ttl === undefined || answer.ttl > forget
      const former = confirmed ? await formerServers(name, source, right) : undefined
      if (confirmed && (long || former)) return outlasting(source, answer, former)
      const seconds = long ? forget : (answer.ttl ?? 0) + 1
      until = Math.min(Date.now() + seconds * 1000, began + forget * 1000)
    }
    const left = until - Date.now()
    if (left <= 0) {
      // Nobody can be asked from here, which says nothing of the name.
      if (!source.own && answer.rcode === undefined)
        return `${source.label} does not answer: ${words}`
      if (confirmed && answer.fresh && !source.own)
        return `${source.label} serves ${name.zone} itself and says ${words}; visitors outside of this network are led right`
      throw elsewhere(name, source, answer)
    }
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

function outlasting({ label }: Source, answer: Answer, former: string | undefined): string {
  const time = former || answer.ttl === undefined ? 'a while' : `${answer.ttl} s`
  const what = former ? `a former delegation (${former})` : 'an earlier record'
  return `${label} still says ${spoken(answer)}, and may for ${time}: it remembers ${what}`
}

async function ask({ host, type }: Name, { server }: Source): Promise<Answer> {
  const reply = await query(host, type, server).catch((error: Error) => error)
  if (reply instanceof Error) {
    return { failure: reply.message, addresses: [], fresh: false }
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
function negativeTtl({ authorities }: Reply): number | undefined {
  const soa = authorities.find(({ type }) => type === 'SOA')
  return soa && Math.min(soa.ttl, soa.minimum ?? soa.ttl)
}

const isAnswer = ({ rcode }: Answer) => rcode === 'NOERROR' || rcode === 'NXDOMAIN'

function spoken(answer: Answer): string {
  if (!isAnswer(answer)) return answer.rcode ?? answer.failure ?? 'nothing'
  return answer.addresses.length === 0 ? 'no address' : listed(answer.addresses)
}

/** The servers that a resolver still asks, where none of them is among the zone's own any more. */
async function formerServers(
  { zone }: Name,
  { server }: Source,
  own: string[],
): Promise<string | undefined> {
  const reply = await query(zone, 'NS', server).catch(() => undefined)
  const known = (reply?.answers ?? []).flatMap(({ ns }) => ns ?? [])
  const isFormer = known.length > 0 && !known.some((one) => own.includes(one))
  return isFormer ? listed(known.sort()) : undefined
}

function elsewhere(name: Name, source: Source, answer: Answer): Finding {
  const { host, zone, type, address, external } = name
  const where = `${host} must lead to ${address} alone (${type})`
  const ttl = answer.ttl ? `, to be remembered for ${answer.ttl} s` : ''
  const network =
    'this network may answer otherwise than the public one: pulumi config set dnsServer 1.1.1.1:53'
  return new Finding(`${where}, but ${source.label} says ${spoken(answer)}${ttl}`, [
    ...(external ? [`the ${type} records of ${host} where ${zone} is served`] : ours(zone, answer)),
    ...(source.own ? [] : [network]),
  ])
}

const ours = (zone: string, { rcode }: Answer): string[] => [
  `another record of the name: doctl compute domain records list ${zone}`,
  `another zone: dig NS ${zone} must show DigitalOcean's name servers alone`,
  ...(rcode === 'SERVFAIL'
    ? [`a DS record of ${zone} at its registrar: DigitalOcean signs no zones`]
    : []),
]

/** IPv6 addresses have many spellings. */
const canonical = (address: string) =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
