import { LATER } from '../mask.ts'
import type { Properties } from '../preview.ts'
import type { Resource } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between } from './lists.ts'

const TOPIC = 'data'

/** Who gets at what lies in buckets and databases, and whether a bucket keeps what is overwritten. */
export function data({ resources }: Change): Finding[] {
  const changed = resources.filter(({ operation }) => operation !== 'same')
  const of = (kind: string, told: (one: Resource) => Finding[]) =>
    changed.filter((one) => one.kind === kind).flatMap(told)
  return [
    ...of('SpacesBucket', (one) => (one.new ? [...readers(one), ...versions(one)] : [])),
    ...of('SpacesKey', keys),
    ...of('DatabaseFirewall', (one) => sources(one, resources)),
  ]
}

/** By the bucket's acl, which is private where it names none. */
function readers(one: Resource): Finding[] {
  const acl = (side: Properties | undefined) => String(side?.acl ?? PRIVATE)
  const [before, after] = [acl(one.old), acl(one.new)]
  if (before === after) return []
  const bucket = `the bucket ${short(one.name)}`
  if (after === PRIVATE) return [closes(TOPIC, `${bucket} to everybody`)]
  const text = `${bucket} to everybody (acl ${short(after)})`
  return [before === PRIVATE ? opens(TOPIC, text) : alters(TOPIC, text)]
}

const PRIVATE = 'private'

/** Earlier versions of what is overwritten or deleted; those of a new bucket are nobody's loss. */
function versions(one: Resource): Finding[] {
  const kept = (side: Properties | undefined) =>
    (side?.versioning as { enabled?: boolean } | undefined)?.enabled === true
  if (!one.old || kept(one.old) === kept(one.new)) return []
  const text = `the bucket ${short(one.name)} to loss: what is overwritten or deleted in it`
  return [
    kept(one.new) ? closes(TOPIC, `${text} is kept`) : opens(TOPIC, `${text} is kept no longer`),
  ]
}

/** What a key to buckets opens (https://docs.digitalocean.com/products/spaces/how-to/manage-access/). */
function keys(one: Resource): Finding[] {
  const { come, gone } = between(grants(one.old), grants(one.new))
  const to = (grant: string) => `${grant} to the key ${short(one.name)}`
  return [
    ...come.map((grant) => opens(TOPIC, to(grant))),
    ...gone.map((grant) => closes(TOPIC, to(grant))),
  ]
}

function grants(side: Properties | undefined): string[] {
  return listed(side?.grants).map(({ bucket, permission }) => {
    if (permission === 'fullaccess') return 'every bucket of the account, in full,'
    const which = bucket === LATER ? 'a bucket that is made now' : `the bucket ${short(bucket)}`
    return `${which} (${short(permission)})`
  })
}

/** Whom a database answers to; one that no rule guards answers to everybody. */
function sources(one: Resource, resources: Resource[]): Finding[] {
  const database = `the database ${short(one.name)}`
  const everybody = opens(TOPIC, `${database} to the whole internet: its firewall has no rule`)
  if (!one.new) {
    const lives = resources.some(({ kind, new: after }) => kind === 'DatabaseCluster' && after)
    return lives ? [opens(TOPIC, `${database} to the whole internet: its firewall goes`)] : []
  }
  const [before, after] = [guests(one.old), guests(one.new)]
  const { come, gone } = between(before, after)
  return [
    ...(after.length === 0 ? [everybody] : []),
    ...come.map((guest) => opens(TOPIC, `${database} to ${guest}`)),
    ...gone.map((guest) => closes(TOPIC, `${database} to ${guest}`)),
  ]
}

const GUESTS: Record<string, string> = {
  tag: 'droplets tagged ',
  droplet: 'the droplet ',
  k8s: 'the cluster ',
  app: 'the app ',
  ip_addr: '',
}

const guests = (side: Properties | undefined): string[] =>
  listed(side?.rules).map(
    ({ type, value }) => `${GUESTS[String(type)] ?? `${short(type)} `}${short(value)}`,
  )

const listed = (value: unknown): Properties[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []
