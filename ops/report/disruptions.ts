import { names, plainName } from './names.ts'
import { isComponent, type Resource } from './resources.ts'
import type { Change } from './security/finding.ts'
import { closedToAll } from './security/firewall.ts'
import { releases } from './security/release.ts'
import { short } from './visible.ts'

/** Something that a visitor or the owner notices while, or after, a change is made. */
interface Disruption {
  text: string
  /** An estimate of how long the site does not answer. */
  seconds?: number
}

/**
 * A new droplet takes the address over before the app is on it: unassigning and assigning take the
 * provider 23 s, the first build or pull of the app about two minutes, its certificate seconds.
 */
const REPLACEMENT_SECONDS = 180
/** Switched off, resized, booted; the provider waits 30 s at least. */
const RESIZE_SECONDS = 60
/** How long resolvers remember the old address: the records' time to live (components/dns.ts). */
const TTL_SECONDS = 300

/** Kinds that hold what people have put there. */
const DATA = new Set(['DatabaseCluster', 'DatabaseDb', 'Domain', 'SpacesBucket', 'Volume'])
/** Kinds whose end stops nothing; the security part says who is shut out. */
const HARMLESS = /^(ConnectionClient|Project|SshKey|Tag|MonitorAlert|Uptime\w+)$/

/** Everything that stops or loses something, the worst first; empty where nothing does. */
export function disruptions(change: Change): Disruption[] {
  const changed = change.resources.filter((one) => one.operation !== 'same' && !isComponent(one))
  const of = (kind: string) => changed.filter((one) => one.kind === kind)
  return [
    ...changed.filter((one) => DATA.has(one.kind) && ends(one)).map(lostData),
    ...of('Droplet').flatMap(droplet),
    ...(of('ReservedIp').some(ends) ? [newAddress()] : []),
    ...of('ReservedIpAssignment').flatMap((one) =>
      one.operation === 'delete' && !of('Droplet').some(ends)
        ? [{ text: 'Takes the address from the droplet: the site goes away' }]
        : [],
    ),
    ...moved(change, of('DnsRecord')),
    ...(of('Client').some(ends)
      ? [{ text: `${verbOf(of('Client'))} the Auth0 application: nobody can log in meanwhile` }]
      : []),
    ...of('Firewall').flatMap((one) => firewall(one, change)),
    ...others(changed),
  ]
}

/** What was there is not there afterwards. */
const ends = (one: Resource) => one.operation === 'replace' || one.operation === 'delete'

const verbOf = (some: Resource[]) =>
  some.some((one) => one.operation === 'delete') ? 'Deletes' : 'Replaces'

const lostData = (one: Resource): Disruption => ({
  text: `${verbOf([one])} ${plainName(one)}: what it holds is lost`,
})

function droplet(one: Resource): Disruption[] {
  if (one.operation === 'replace') {
    const why = one.replaceReasons.join(', ') || 'on request'
    return [
      {
        text: `Replaces the droplet (${why}): about ${minutes(REPLACEMENT_SECONDS)} of downtime, and what is on its disk is lost`,
        seconds: REPLACEMENT_SECONDS,
      },
    ]
  }
  if (one.operation === 'delete') return [{ text: 'Deletes the droplet: the site goes away' }]
  if (one.operation !== 'update' || !one.reasons.includes('size')) return []
  const sizes = [one.old?.size, one.new?.size].map((size) => short(size, 40)).join(' → ')
  return [
    {
      text: `Resizes the droplet (${sizes}): about ${minutes(RESIZE_SECONDS)} of downtime`,
      seconds: RESIZE_SECONDS,
    },
  ]
}

const newAddress = (): Disruption => ({
  text: `Gives the site a new address, which resolvers learn within ${minutes(TTL_SECONDS)}`,
})

/** Another name or port of the site, or records that lead nowhere any more. */
function moved(change: Change, records: Resource[]): Disruption[] {
  const { before, after } = releases(change.resources)
  const [old, now] = [before?.env.APP_URL, after?.env.APP_URL]
  if (old && now && old !== now) {
    return [
      { text: `Moves the site from ${short(old)} to ${short(now)}: the old one stops answering` },
    ]
  }
  const address = records.filter((one) => /^A(AAA)?$/.test(String(one.old?.type)))
  return address
    .filter((one) => ends(one) || one.old?.name !== one.new?.name)
    .map((one) => ({
      text:
        one.old?.type === 'AAAA'
          ? 'Takes the name away from visitors with IPv6 alone'
          : 'Takes the name away: visitors do not find the site by it',
    }))
}

function firewall(one: Resource, change: Change): Disruption[] {
  if (one.operation === 'delete') return [{ text: 'Deletes the firewall' }]
  return closedToAll(one, change.config).map((port) => ({
    text: `Closes ${port} to the internet: visitors cannot reach it`,
  }))
}

/** An end that none of the above has explained is not called harmless. */
function others(changed: Resource[]): Disruption[] {
  const explained = /^(Droplet|ReservedIp|ReservedIpAssignment|Client|Firewall)$/
  const replaced = changed.some((one) => one.kind === 'Droplet' && ends(one))
  const left = changed.filter(
    (one) =>
      ends(one) &&
      !explained.test(one.kind) &&
      !DATA.has(one.kind) &&
      !HARMLESS.test(one.kind) &&
      // Of records, those of addresses are explained, and no other is the site's but for its mail.
      !(one.kind === 'DnsRecord' && one.old?.type !== 'MX') &&
      // What runs on a host is made anew with it, and a release swaps without a gap.
      !/^padlock:index:(Release|Probe)$/.test(one.components.at(-1) ?? '') &&
      !(replaced && one.components.at(-1) === 'padlock:index:Host'),
  )
  if (left.length === 0) return []
  return [{ text: `${verbOf(left)} ${names(left)}: judge by its purpose what stops meanwhile` }]
}

const minutes = (seconds: number) =>
  seconds === 60 ? '1 minute' : `${Math.round(seconds / 60)} minutes`
