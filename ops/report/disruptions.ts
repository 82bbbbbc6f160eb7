import { FIRST_BOOT } from './difference.ts'
import { hostSoftware } from './host-software.ts'
import { names, plainName } from './names.ts'
import { componentOf, ends, isComponent, isLook, type Resource, within } from './resources.ts'
import type { Change } from './security/finding.ts'
import { closedToAll } from './security/firewall.ts'
import { releases } from './security/release.ts'
import { short } from './visible.ts'
import { detached, HAND_OVER_SECONDS, handsOver } from './volume.ts'

/** Something that a visitor or the owner notices while, or after, a change is made. */
interface Disruption {
  text: string
  /** An estimate of how long the site does not answer. */
  seconds?: number
}

/** Programs without components/address.ts lead the address to a droplet that has no app yet. */
const BARE_SECONDS = 180
/** A new droplet with no certificate carried over orders one once the name leads to it. */
const CERTIFICATE_SECONDS = 60
/** Caddy ends, within its grace period, and starts. */
const PROXY_SECONDS = 1
/** The app's containers end and start. */
const APP_SECONDS = 10
/** Switched off, resized, booted; the provider waits 30 s at least. */
const RESIZE_SECONDS = 60
/** How long resolvers remember the old address: the records' time to live (components/dns.ts). */
const TTL_SECONDS = 300

const WITHOUT_IPV6 = 'Takes the name away from visitors with IPv6 alone'

/** Kinds that hold what people have put there. */
const DATA = new Set(['DatabaseCluster', 'DatabaseDb', 'Domain', 'SpacesBucket', 'Volume'])
/** Kinds whose end stops nothing; the security part says who is shut out. */
const HARMLESS = /^(ConnectionClient|Project|SpacesKey|SshKey|Tag|MonitorAlert|Uptime\w+)$/

/** Everything that stops or loses something, the worst first; empty where nothing does. */
export function disruptions(change: Change): Disruption[] {
  const changed = change.resources.filter((one) => one.operation !== 'same' && !isComponent(one))
  const of = (kind: string) => changed.filter((one) => one.kind === kind)
  return [
    ...changed
      .filter((one) => DATA.has(one.kind) && ends(one))
      .flatMap((one) => lost(one, changed)),
    ...letsGo(changed).map((text) => ({ text })),
    ...of('Droplet').flatMap((one) => droplet(one, change)),
    ...restarts(change),
    ...(of('ReservedIp').some(ends) ? [newAddress()] : []),
    ...of('ReservedIpAssignment').flatMap((one) =>
      one.operation === 'delete' && !of('Droplet').some(ends)
        ? [{ text: 'Takes the address from the droplet: the site goes away' }]
        : [],
    ),
    ...of('VolumeAttachment').flatMap((one) =>
      ends(one) && !of('Droplet').some(ends) ? [detached(one)] : [],
    ),
    ...(changed.some(isBackups) ? [ENDS_BACKUPS] : []),
    ...fewerBackups(change),
    ...restartsDatabase(change),
    ...(changed.some(isDatabase) && !of('Droplet').some(ends) ? [STOPS_DATABASE] : []),
    ...REACHED.flatMap(of).flatMap((one) => reached(one, changed)),
    ...moved(change, of('DnsRecord')),
    ...changed.filter((one) => one.operation === 'delete' && isLook(one)).flatMap(letGo),
    ...(of('Client').some(ends)
      ? [{ text: `${verbOf(of('Client'))} the Auth0 application: nobody can log in meanwhile` }]
      : []),
    ...of('Firewall').flatMap((one) => firewall(one, change)),
    ...others(changed),
  ]
}

/** The database on the host, which goes and leaves its rows. */
const isDatabase = (one: Resource) => one.operation === 'delete' && within(one) === 'LocalDatabase'
const STOPS_DATABASE = { text: 'Stops the database on the host; its rows stay on the volume' }

/** What a host is told of backups, and the passphrase: they go while the droplet stays. */
const isBackups = (one: Resource) => one.operation === 'delete' && within(one) === 'Backups'
const ENDS_BACKUPS = {
  text: 'Ends the backups and deletes their passphrase: those that there are stay where they are, and whoever has not kept it cannot read them',
}

/** Numbers of backups, of which a lower one deletes those that there are. */
const KEPT = ['keepDaily', 'keepWeekly']

function fewerBackups({ resources }: Change): Disruption[] {
  const backups = componentOf(resources, 'Backups')
  if (!backups?.old || !backups.new) return []
  // Of an earlier program the state has them among the outputs.
  const former = { ...backups.oldOutputs, ...backups.old }
  const lower = KEPT.map((key) => [key, Number(former[key]), Number(backups.new?.[key])] as const)
    .filter(([, before, after]) => after < before)
    .map(([key, before, after]) => `${key} ${before} → ${after}`)
  if (lower.length === 0) return []
  return [{ text: `Keeps fewer backups (${lower.join(', ')}): the next one deletes what is older` }]
}

/** Its server reads `archive_mode`, which backups set, and some other settings at a start alone. */
function restartsDatabase({ resources }: Change): Disruption[] {
  const droplet = resources.find(({ kind }) => kind === 'Droplet')
  const stays = resources.some(
    (one) =>
      (one.type === 'padlock:index:LocalDatabase' || within(one) === 'LocalDatabase') &&
      one.old &&
      one.new,
  )
  if (!stays || (droplet && (ends(droplet) || !droplet.old))) return []
  const end = 'connections end for some seconds'
  const backups = componentOf(resources, 'Backups')
  if (backups && !(backups.old && backups.new)) {
    const why = backups.new ? 'begin' : 'end'
    return [{ text: `Restarts the database on the host, as its backups ${why}: ${end}` }]
  }
  const anew = (hostSoftware(resources)?.units ?? []).some(
    ({ unit, action }) => unit === 'padlock-database.service' && action === 'restart',
  )
  const text = `Restarts the database on the host where the host software has other settings for it: ${end}`
  return anew ? [{ text }] : []
}

const verbOf = (some: Resource[]) =>
  some.some((one) => one.operation === 'delete') ? 'Deletes' : 'Replaces'

function lost(one: Resource, changed: Resource[]): Disruption[] {
  if (goesWithCluster(one, changed)) return []
  const what = `${verbOf([one])} ${plainName(one)}`
  if (!one.retained) return [{ text: `${what}: what it holds is lost` }]
  if (one.operation === 'delete') return []
  return [{ text: `${what}: the new one is empty, and the former stays in the account` }]
}

/** A part of a managed database, which ends with the cluster and is told with it. */
const goesWithCluster = (one: Resource, changed: Resource[]) =>
  within(one) === 'ManagedDatabase' &&
  one.kind !== 'DatabaseCluster' &&
  changed.some((each) => each.kind === 'DatabaseCluster' && ends(each))

/** What the stack gives up and the account keeps; empty where nothing is. */
export function letsGo(changed: Resource[]): string[] {
  const kept = changed.filter(
    (one) => one.operation === 'delete' && one.retained && !goesWithCluster(one, changed),
  )
  const what = names(kept)
  if (what === '') return []
  return [`Lets go of ${what}, which ${what.includes(' and ') ? 'stay' : 'stays'} in the account`]
}

/** How the app reaches a managed database. */
const REACHED = ['DatabaseUser', 'DatabaseConnectionPool']

function reached(one: Resource, changed: Resource[]): Disruption[] {
  if (!ends(one) || goesWithCluster(one, changed)) return []
  return [{ text: `${verbOf([one])} ${plainName(one)}: the app’s connections by it end` }]
}

function droplet(one: Resource, change: Change): Disruption[] {
  if (one.operation === 'replace') return [replacement(one, change)]
  if (one.operation === 'delete') return [{ text: 'Deletes the droplet: the site goes away' }]
  if (one.operation !== 'update' || !one.reasons.includes('size')) return []
  const sizes = [one.old?.size, one.new?.size].map((size) => short(size, 40)).join(' → ')
  return [
    {
      text: `Resizes the droplet (${sizes}): about ${duration(RESIZE_SECONDS)} of downtime`,
      seconds: RESIZE_SECONDS,
    },
  ]
}

function replacement(one: Resource, { resources }: Change): Disruption {
  const what = `Replaces the droplet (${causes(one).join(', ') || 'on request'}) and loses what is on its disk`
  const down = (seconds: number, why: string): Disruption => ({
    text: `${what}: about ${duration(seconds)} of downtime, ${why}`,
    seconds,
  })
  if (!componentOf(resources, 'Address')?.new) {
    return down(BARE_SECONDS, 'as the address moves before the app is on the new one')
  }
  if (!componentOf(resources, 'Certificates')?.old) {
    return down(CERTIFICATE_SECONDS, 'in which the new one orders a certificate')
  }
  if (handsOver(resources)) {
    return {
      text: `${what}, not what is on its volume: about ${duration(HAND_OVER_SECONDS)} of downtime, in which the volume moves to the new one`,
      seconds: HAND_OVER_SECONDS,
    }
  }
  const moves = resources.some((one) => one.kind === 'ReservedIpAssignment' && one.new)
    ? 'address'
    : 'name'
  return { text: `${what}, no downtime: the new droplet serves before the ${moves} moves` }
}

/** Why the droplet is replaced, in the words of the configuration and of the first boot. */
function causes(one: Resource): string[] {
  return [...one.replaceReasons, ...(one.triggered ? [`${FIRST_BOOT} changed`] : [])]
}

/** Host software that restarts what serves visitors; a droplet that is new itself restarts nothing. */
function restarts({ resources }: Change): Disruption[] {
  const serving = (hostSoftware(resources)?.units ?? []).filter(({ interrupts }) => interrupts)
  if (serving.length === 0) return []
  const seconds = Math.max(
    ...serving.map(({ unit }) => (unit === 'caddy.service' ? PROXY_SECONDS : APP_SECONDS)),
  )
  const units = serving.map(({ unit }) => unit).join(' and ')
  return [
    {
      text: `Updates the host software and restarts ${units}: about ${duration(seconds)} of downtime`,
      seconds,
    },
  ]
}

const newAddress = (): Disruption => ({
  text: `Gives the site a new address, which resolvers learn within ${duration(TTL_SECONDS)}`,
  seconds: TTL_SECONDS,
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
          ? WITHOUT_IPV6
          : 'Takes the name away: visitors do not find the site by it',
    }))
}

/** Names that the stack makes no records of at DigitalOcean. */
function letGo(one: Resource): Disruption[] {
  if (one.name.endsWith('-duckdns-aaaa')) return [{ text: WITHOUT_IPV6 }]
  if (within(one) !== 'ExternalRecords' || !one.name.endsWith('-records')) return []
  const triggers = one.old?.triggers
  const host = Array.isArray(triggers) ? short(triggers[0]) : 'one'
  return [
    {
      text: `Gives up the name ${host}, whose records somebody else keeps: the update prints those to delete`,
    },
  ]
}

function firewall(one: Resource, change: Change): Disruption[] {
  if (one.operation === 'delete') return [{ text: 'Deletes the firewall' }]
  return closedToAll(one, change.config).map((port) => ({
    text: `Closes ${port} to the internet: visitors cannot reach it`,
  }))
}

/** An end that none of the above has explained is not called harmless. */
function others(changed: Resource[]): Disruption[] {
  const explained = /^(Droplet|VolumeAttachment|ReservedIp|ReservedIpAssignment|Client|Firewall)$/
  const replaced = changed.some((one) => one.kind === 'Droplet' && ends(one))
  const left = changed.filter(
    (one) =>
      ends(one) &&
      !explained.test(one.kind) &&
      !DATA.has(one.kind) &&
      !HARMLESS.test(one.kind) &&
      // Of records, those of addresses are explained, and no other is the site's but for its mail.
      !(one.kind === 'DnsRecord' && one.old?.type !== 'MX') &&
      // What runs on a host is made anew with it; releases, packages, sites and their certificates
      // swap in place.
      !/^(Release|DataVolume|Processes|Probe|Packages|Authority|Certificates|Edge|Site|Tunnels|AcmeChecklist)$/.test(
        within(one),
      ) &&
      !isLook(one) &&
      !REACHED.includes(one.kind) &&
      !goesWithCluster(one, changed) &&
      !(one.operation === 'delete' && one.retained) &&
      // What a destroy tells (components/kept).
      !(one.kind === 'local:Command' && one.name.endsWith('-kept')) &&
      !isDatabase(one) &&
      !isBackups(one) &&
      // The order alone; another passphrase opens nothing that there is.
      !(within(one) === 'Backups' && one.kind === 'remote:Command') &&
      // Admin keys before the last two.
      !(one.kind === 'PrivateKey' && one.operation === 'delete') &&
      !(replaced && /^(Host|LocalDatabase)$/.test(within(one))),
  )
  if (left.length === 0) return []
  return [{ text: `${verbOf(left)} ${names(left)}: judge by its purpose what stops meanwhile` }]
}

/** Minutes where they are whole; 145 s are not two of them. */
function duration(seconds: number): string {
  const isWhole = seconds > 0 && seconds % 60 === 0
  const [count, unit] = isWhole ? [seconds / 60, 'minute'] : [seconds, 'second']
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`
}
