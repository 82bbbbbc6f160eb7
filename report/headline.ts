import { changes as listed } from './changes.ts'
import type { Resource } from './resources.ts'
import { compare, isComponent } from './resources.ts'
import { short } from './visible.ts'

export type Kind = 'failed' | 'drift' | 'destroy' | 'first' | 'none' | 'change'

export interface Headline {
  kind: Kind
  text: string
  /** An estimate of how long the site does not answer, seconds. */
  downtimeSeconds: number
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

/** What a tired reviewer has to know, in one sentence. */
export function headline(all: Resource[], kind: Kind, errors: string[]): Headline {
  const quiet = (text: string): Headline => ({ kind, text, downtimeSeconds: 0 })
  const changed = all.filter((one) => one.operation !== 'same')
  switch (kind) {
    case 'failed':
      return quiet(`The preview fails: ${firstSentence(errors[0] ?? 'the engine names no error')}`)
    case 'drift':
      return quiet(driftText(changed))
    case 'destroy':
      return quiet(`Destroys the whole deployment: ${count(changed)} and the site with them`)
    case 'first':
      return quiet(`First deployment: creates ${count(changed)}`)
    case 'none':
      return quiet('No change')
    case 'change':
      return changeHeadline(all, changed)
  }
}

/** Replaced or deleted: what was there is not there afterwards. */
const ends = (one: Resource) => one.operation === 'replace' || one.operation === 'delete'

function changeHeadline(all: Resource[], changed: Resource[]): Headline {
  const find = (kind: string) => changed.filter((one) => one.kind === kind)
  const clauses: string[] = []
  let downtimeSeconds = 0
  const outage = (seconds: number) => {
    downtimeSeconds = Math.max(downtimeSeconds, seconds)
    return `about ${minutes(seconds)} of downtime`
  }

  for (const one of [...find('Volume'), ...find('DatabaseCluster'), ...find('Domain')]) {
    if (ends(one)) clauses.push(`${verb(one)} ${plainName(one)}: what it holds is lost`)
  }
  for (const one of find('Droplet')) {
    if (one.operation === 'replace') {
      clauses.push(
        `Replaces the droplet (${one.replaceReasons.join(', ') || 'on request'}): ${outage(REPLACEMENT_SECONDS)}, and what is on its disk is lost`,
      )
    } else if (one.operation === 'delete') {
      clauses.push('Deletes the droplet: the site goes away')
    } else if (one.operation === 'update' && one.reasons.includes('size')) {
      clauses.push(
        `Resizes the droplet (${short(one.old?.size, 40)} → ${short(one.new?.size, 40)}): ${outage(RESIZE_SECONDS)}`,
      )
    }
  }
  if (find('ReservedIp').some(ends)) {
    clauses.push(
      `gives the site a new address, which resolvers learn within ${minutes(TTL_SECONDS)}`,
    )
  }
  const moved = movedName(find('DnsRecord'))
  if (moved) clauses.push(moved)
  if (find('Client').some(ends)) {
    clauses.push(`${verb(find('Client')[0])} the Auth0 application: nobody can log in meanwhile`)
  }
  if (find('Firewall').some((one) => one.operation === 'delete')) {
    clauses.push('Deletes the firewall')
  }
  if (clauses.length === 0) return inPlace(all, changed)
  const text = clauses.map((one, index) => (index === 0 ? capital(one) : small(one))).join('; ')
  return { kind: 'change', text, downtimeSeconds }
}

/** Nothing stops: a release, or changes in place. */
function inPlace(all: Resource[], changed: Resource[]): Headline {
  const done = (what: string): Headline => ({
    kind: 'change',
    text: `${what}, no downtime`,
    downtimeSeconds: 0,
  })
  const real = changed.filter((one) => !isComponent(one))
  const others = real.filter((one) => !ofRelease(one))
  if (real.length > 0 && others.length === 0) return done('Release only')
  if (real.length === 0) {
    const flipped = all.filter((one) => one.protectBefore !== one.protectAfter).length
    return done(flipped > 0 ? 'Protection only' : 'Book-keeping only')
  }
  const release = real.length > others.length ? ', with a release' : ''
  return done(`Changes ${names(others)} in place${release}`)
}

const ofRelease = ({ components }: Resource) =>
  /^padlock:index:(Release|Probe)$/.test(components.at(-1) ?? '')

function movedName(records: Resource[]): string | undefined {
  const one = records.find(({ type, old, new: after }) => {
    const address = /^A(AAA)?$/.test(String(old?.type))
    return type && address && after && old?.name !== after.name
  })
  if (!one) return undefined
  const site = (inputs: Resource['old']) =>
    short(inputs?.name === '@' ? inputs.domain : `${inputs?.name}.${inputs?.domain}`)
  return `Moves the site from ${site(one.old)} to ${site(one.new)}: the old name stops answering`
}

function driftText(changed: Resource[]): string {
  if (changed.length === 0) return 'No drift: the accounts are as the state says'
  const gone = changed.filter((one) => one.operation === 'delete')
  const other = changed.filter((one) => one.operation !== 'delete')
  const words = [
    ...(gone.length > 0 ? [`gone: ${names(gone)}`] : []),
    ...(other.length > 0 ? [`not as the state says: ${names(other)}`] : []),
  ]
  return `Drift; ${words.join('; ')}`
}

/** What a newcomer calls a kind; the others go by kind and name. */
const PLAIN: Record<string, string> = {
  Client: 'the Auth0 application',
  ClientCredentials: 'the Auth0 credentials',
  ConnectionClient: 'the login’s connections',
  DnsRecord: 'the DNS records',
  Domain: 'the DNS zone',
  Droplet: 'the droplet',
  Firewall: 'the firewall',
  Project: 'the project',
  ReservedIp: 'the reserved IP',
}

function names(some: Resource[]): string {
  const words = some.map((one) =>
    one.name.endsWith('-admin-keys') ? 'the list of ssh keys' : plainName(one),
  )
  const each = [...new Set(words)].sort(compare)
  const shown = each.slice(0, 3)
  if (each.length > 3) shown.push(`${each.length - 3} more`)
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join()
}

const plainName = (one: Resource) => PLAIN[one.kind] ?? `the ${one.kind} ${one.name}`

/** Up to its first full stop or line break; the whole stands among the errors. */
function firstSentence(text: string): string {
  const [sentence = text] = text.split(/\.\s|\n/)
  return short(sentence, 160)
}

const verb = (one: Resource | undefined) => (one?.operation === 'delete' ? 'Deletes' : 'Replaces')
const count = (some: Resource[]) => {
  const { length } = some.filter((one) => !isComponent(one))
  return `${length} resource${length === 1 ? '' : 's'}`
}
const minutes = (seconds: number) =>
  seconds === 60 ? '1 minute' : `${Math.round(seconds / 60)} minutes`
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const small = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** Which of the few stories a preview tells. */
export function kindOf(all: Resource[], failed: boolean, refreshed: boolean): Kind {
  if (failed) return 'failed'
  if (refreshed) return 'drift'
  const stack = all.find(({ type }) => type === 'pulumi:pulumi:Stack')
  if (stack?.operation === 'delete') return 'destroy'
  const flipped = all.some((one) => one.protectBefore !== one.protectAfter)
  if (listed(all).length === 0 && !flipped) return 'none'
  // The stack itself stays where an earlier update failed half-way.
  const before = all.some((one) => !isComponent(one) && one.old)
  return before ? 'change' : 'first'
}
