import { log, RunError } from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import { KEYS_OF } from '../../config/backups/rules.ts'
import { VERSION_DAYS } from '../../config/backups/versions.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'
import { isGivenUp } from './given-up.ts'

const CONSENT = "pulumi config set --path 'allowDelete[0]' backups"
const KEEP = '(umask 077; pulumi stack output backupAccess --show-secrets > access.json)'

type Outputs = Former['outputs']

/** What a state has of one of the components, and whether its loss was consented to. */
interface Had {
  outputs?: Outputs
  bucket?: Outputs
  givenUp: boolean
}

/**
 * Can the backups that the stack has become the ones that are wanted? Their passphrase and a bucket of the
 * stack's own are not deleted without a consent, and a bucket does not move.
 * @throws RunError before anything is made
 */
export function checkBackups(state: Former[], wanted: BackupSettings | undefined): void {
  if (!wanted) {
    const kept = keptBackups(state)
    if (kept) throw wouldEnd(state, kept)
    return
  }
  checkFirst(state, had(state, 'SpacesBackups'), wanted)
  checkSecond(had(state, 'SpacesCopy'), wanted)
}

/** The bucket of snapshots is in another component. */
function had(state: Former[], component: string): Had {
  const former = ofKind(state, component)[0]
  const inIt = `padlock:index:${component}$digitalocean:`
  const bucket = ofKind(state, 'SpacesBucket').find(({ urn }) => urn.includes(inIt))?.outputs
  return { outputs: former?.outputs, bucket, givenUp: isGivenUp(former) }
}

/** The backups that a state has and nobody has given up, for a stack that cannot go on with them. */
export interface KeptBackups {
  /** What names them in the settings. */
  settings: Record<string, string>
  /** Keys that go once they are given up. */
  keys: string[]
  /** Of the stack's own, which must be empty by then. */
  buckets: string[]
}

export function keptBackups(state: Former[]): KeptBackups | undefined {
  const made = had(state, 'Backups')
  const [first, copy] = [had(state, 'SpacesBackups'), had(state, 'SpacesCopy')]
  const own = [first, copy].filter(({ bucket, givenUp }) => bucket && !givenUp)
  if ((!made.outputs || made.givenUp) && own.length === 0) return undefined
  const kind = first.bucket || copy.bucket ? 'spaces' : 's3'
  return {
    settings: { backups: kind, ...(copy.bucket && { backupCopyRegion: copy.bucket.region }) },
    keys: ['backups', ...KEYS_OF[kind]],
    buckets: own.flatMap(({ bucket }) => bucket?.name ?? []),
  }
}

/** The engine deletes what a program no longer has. */
function wouldEnd(state: Former[], { settings, keys, buckets }: KeptBackups): RunError {
  const bucket = had(state, 'SpacesBackups').bucket
  const where = had(state, 'Backups').outputs?.place ?? bucket?.name ?? 'a bucket'
  const what = bucket ? `the bucket ${bucket.name} and the one passphrase` : 'the one passphrase'
  const copied = bucket
    ? `, and copy what is in the bucket ${bucket.name} to another one (aws s3 sync), whose endpoint, region, bucket, key and secret access.json is to name,`
    : ''
  const again = set(settings)
  return new RunError(
    `backups is not set, but this stack has backups in ${where} and would delete ${what} that opens them. Allowed: ${settings.backups}, until they are given up. Fix, one of:\n` +
      `    the stack goes on with them: ${again}\n` +
      `    they stay readable elsewhere, as nothing else opens them: ${KEEP}${copied} before they are given up\n` +
      `    they are given up: ${again} && ${CONSENT} && pulumi up, ${emptied(buckets)}then pulumi config rm-all ${keys.join(' ')} && pulumi up\n` +
      'Nothing was created or changed.',
  )
}

const set = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([key, value]) => `pulumi config set ${key} ${value}`)
    .join(' && ')

/** What comes before an update that deletes buckets; empty for none. */
export const emptied = (buckets: string[]): string =>
  buckets.length > 0 ? `empty ${buckets.map((name) => `the bucket ${name}`).join(' and ')}, ` : ''

/** Another kind takes it out of the program, and another region puts an empty one in its place. */
function checkFirst(state: Former[], { bucket, givenUp }: Had, wanted: BackupSettings): void {
  if (!bucket) return
  const { name, region } = bucket
  if (wanted.kind !== 'spaces') {
    const kept = keptBackups(state)
    if (givenUp || !kept) return
    // Beside Spaces the keys of s3 are refused, and a region of another S3 is none of theirs.
    const back = `pulumi config rm-all ${KEYS_OF.s3.join(' ')} && ${set({ backupRegion: region, ...kept.settings })}`
    throw configurationError(
      `backups = "${wanted.kind}" has no bucket of the stack's own, but this stack has the bucket ${name} and would delete it, with every backup in it`,
      'spaces, until that bucket is given up',
      `${back}, or give it up: ${back} && ${CONSENT} && pulumi up, ${emptied(kept.buckets)}then pulumi config rm-all backupRegion ${KEYS_OF.spaces.join(' ')} && pulumi config set backups ${wanted.kind}, its keys again, and pulumi up`,
    )
  }
  if (wanted.region === region || !wanted.keep) return
  throw configurationError(
    `backupRegion (where it is not set, region) = "${wanted.region}" is not where the stack's bucket ${name} is, and a bucket cannot move: the stack would get an empty one`,
    `${region}, where the backups are`,
    `pulumi config set backupRegion ${region}, or give the backups up: ${CONSENT}, and empty the bucket ${name}`,
  )
}

function checkSecond({ bucket, givenUp }: Had, wanted: BackupSettings): void {
  const region = wanted.kind === 'spaces' ? wanted.copyRegion : undefined
  if (!bucket || region === bucket.region) return
  if (region === undefined ? givenUp : !wanted.keep) return
  const value = region === undefined ? 'is not set' : `= "${region}"`
  throw configurationError(
    `backupCopyRegion ${value}, but this stack has a copy of its backups in the bucket ${bucket.name} in ${bucket.region} and would delete it`,
    `${bucket.region}, where the copy is`,
    `pulumi config set backupCopyRegion ${bucket.region}, or give the copy up: with that, ${CONSENT} && pulumi up, empty the bucket ${bucket.name}, and then change backupCopyRegion`,
  )
}

/**
 * Tells what a destroy will do with the backups, while there is time: without protection it lets go of the
 * passphrase, and by consent it deletes a bucket, which DigitalOcean does with an empty one alone.
 */
export async function warnOfBackups(
  state: Former[],
  wanted: BackupSettings | undefined,
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  if (!wanted || wanted.protect) return
  if (wanted.keep) {
    await warn(
      `backups are not protected: a destroy leaves them where they are, and their passphrase goes with the state. Before one: ${KEEP}`,
    )
    return
  }
  const buckets = ['SpacesBackups', 'SpacesCopy'].flatMap(
    (one) => had(state, one).bucket?.name ?? [],
  )
  const before =
    buckets.length > 0
      ? ` DigitalOcean deletes an empty bucket alone, so before that, in the panel: empty ${buckets.join(' and ')}, older versions too.`
      : ''
  await warn(
    `allowDelete names backups: a destroy, or an update without them, deletes what they need. Nothing opens them without their passphrase: ${KEEP}.${before}`,
  )
}

/** Tells which backups go by a lower number: the host deletes them after its next backup. */
export async function warnOfFewer(
  state: Former[],
  wanted: BackupSettings | undefined,
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  const former = had(state, 'Backups').outputs
  if (!wanted || !former) return
  const fewer = (['keepDaily', 'keepWeekly'] as const)
    .filter((key) => wanted[key] < former[key])
    .map((key) => `${key} goes from ${former[key]} to ${wanted[key]}`)
  if (fewer.length === 0) return
  const where =
    wanted.kind === 'spaces'
      ? `in Spaces older versions stay ${VERSION_DAYS.backups} days`
      : 'in a bucket with versions these stay as long as its own rules say'
  await warn(
    `${fewer.join(', and ')}: what is older goes with the next backup (${where}: docs/backups.md)`,
  )
}
