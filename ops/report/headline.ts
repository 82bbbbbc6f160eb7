import { changes as listed } from './changes.ts'
import { disruptions, letsGo } from './disruptions.ts'
import { hostSoftware } from './host-software.ts'
import { names } from './names.ts'
import { rescaled, siteFollows } from './replicas.ts'
import { isComponent, isLook, type Resource, within } from './resources.ts'
import type { Change } from './security/finding.ts'
import { short } from './visible.ts'

export type Kind = 'failed' | 'refused' | 'drift' | 'destroy' | 'first' | 'none' | 'change'

export interface Headline {
  kind: Kind
  text: string
  /** An estimate of how long the site does not answer, seconds. */
  downtimeSeconds: number
}

/**
 * What a tired reviewer has to know, in one sentence.
 * @param errors what stands in the way, for a preview that failed or was refused
 */
export function headline(change: Change, kind: Kind, errors: string[]): Headline {
  const quiet = (text: string): Headline => ({ kind, text, downtimeSeconds: 0 })
  const changed = change.resources.filter((one) => one.operation !== 'same')
  switch (kind) {
    case 'failed':
      return quiet(`The preview fails: ${firstSentence(errors[0] ?? 'the engine names no error')}`)
    case 'refused':
      return quiet(`Stopped by the policy ${firstSentence(errors[0] ?? '')}`)
    case 'drift':
      return quiet(driftText(changed))
    case 'destroy':
      return quiet(destroyText(changed))
    case 'first':
      return quiet(`First deployment: creates ${count(changed)}`)
    case 'none':
      return quiet('No change')
    case 'change':
      return changeHeadline(change, changed)
  }
}

function destroyText(changed: Resource[]): string {
  const stay = letsGo(changed)
  const gone = count(changed.filter((one) => !one.retained))
  return [`Destroys the whole deployment: ${gone} and the site with them`, ...stay]
    .map((text, index) => (index === 0 ? text : small(text)))
    .join('; ')
}

function changeHeadline(change: Change, changed: Resource[]): Headline {
  const found = disruptions(change)
  if (found.length === 0) return inPlace(change.resources, changed)
  const text = found
    .map(({ text }, index) => (index === 0 ? capital(text) : small(text)))
    .join('; ')
  const downtimeSeconds = Math.max(...found.map(({ seconds }) => seconds ?? 0))
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
  const software = hostSoftware(all)
  const replicas = rescaled(all)
  const released = !replicas && real.some((one) => within(one) === 'Release' && !reconnects(one))
  const follows = replicas !== undefined && siteFollows(all)
  const others = real.filter(
    (one) => !isFollower(one) && !reconnects(one) && !(follows && within(one) === 'Site'),
  )
  const also = [
    ...(software && others.length > 0 ? ['host software'] : []),
    ...(released && (software || others.length > 0) ? ['a release'] : []),
    ...(replicas && (software || others.length > 0) ? [replicas] : []),
  ]
  const alongside = also.length > 0 ? `, with ${also.join(' and ')}` : ''
  if (software && others.length === 0) return done(`Host software${alongside}`)
  if (replicas && others.length === 0) return done(replicas)
  if (released && others.length === 0) return done(rolledBack(real) ?? 'Release only')
  if (others.length === 0) {
    const flipped = all.filter((one) => one.protectBefore !== one.protectAfter).length
    return done(flipped > 0 ? 'Protection only' : 'Book-keeping only')
  }
  const added = others.every(({ operation }) => operation === 'create')
  const what = added ? `Adds ${names(others)}` : `Changes ${names(others)} in place`
  return done(`${what}${alongside}`)
}

/** `./padlock rollback` has marked the release's command, which now runs again as it did. */
function rolledBack(changed: Resource[]): string | undefined {
  const command = changed.find((one) => within(one) === 'Release' && one.kind === 'remote:Command')
  const create = String(command?.new?.create)
  const marked =
    command?.operation === 'replace' &&
    command.reasons.every((each) => each === 'id') &&
    create === command.old?.create
  return marked ? `Release ${create.split(' ').at(-1)} comes back after a rollback` : undefined
}

/** What is told as a release, as host software or as nothing. */
const isFollower = (one: Resource) =>
  /^(Release|Processes|Packages|Probe|Certificates|AcmeChecklist)$/.test(within(one)) || isLook(one)

/** A command that runs again because another key opens the host, with the same outcome. */
const reconnects = ({ kind, reasons }: Resource) =>
  kind.startsWith('remote:') && reasons.length > 0 && reasons.every((each) => each === 'connection')

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

/** Up to its first full stop or line break; the whole stands among the errors. */
function firstSentence(text: string): string {
  const [sentence = text] = text.split(/\.\s|\n/)
  return short(sentence, 160)
}

const count = (some: Resource[]) => {
  const { length } = some.filter((one) => !isComponent(one))
  return `${length} resource${length === 1 ? '' : 's'}`
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const small = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** Which of the few stories a preview tells. */
export function kindOf(
  all: Resource[],
  { failed, refused, refreshed }: { failed: boolean; refused: boolean; refreshed: boolean },
): Kind {
  if (failed) return 'failed'
  if (refused) return 'refused'
  if (refreshed) return 'drift'
  const stack = all.find(({ type }) => type === 'pulumi:pulumi:Stack')
  if (stack?.operation === 'delete') return 'destroy'
  const flipped = all.some((one) => one.protectBefore !== one.protectAfter)
  if (listed(all).length === 0 && !flipped) return 'none'
  // The stack itself stays where an earlier update failed half-way.
  const before = all.some((one) => !isComponent(one) && one.old)
  return before ? 'change' : 'first'
}
