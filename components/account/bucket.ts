import { randomUUID } from 'node:crypto'
import { log } from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import type { BucketPlace } from '../../config/backups/place.ts'
import { type Former, ofKind } from '../state.ts'
import { codeOf, isAway, isRefusal, rightOf, type S3Error, statusOf } from './bucket-answers.ts'
import { askedByClient, type BucketQuestions } from './bucket-client.ts'
import { configurationError } from './error.ts'

/**
 * Asks a bucket that is not the stack's, before anything is created, whether it is there, opens to the
 * key and has versions, and whether the key may remove those; and of a key that is to read alone,
 * whether it does. Writes nothing. One that is away is told and no more where the stack has it already: a
 * release must not wait for it.
 * @param state before this update
 * @throws RunError that names the key that is wrong
 */
export async function checkBucket(
  name: string,
  settings: BackupSettings | undefined,
  state: Former[],
  questions: (place: BucketPlace) => Promise<BucketQuestions> = (one) => askedByClient(one),
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  if (settings?.kind !== 's3') return
  const { place, reader } = settings
  const ask = await questions(place)
  const away = isOrdered(state, place)
    ? (error: S3Error) => warn(awayFrom(place, error))
    : undefined
  if (!(await opens(place, ask, HOSTS, away))) return
  const [versioning, removal] = await Promise.allSettled([
    ask.versioning(),
    ask.removeVersion(`${name}/not-there-${randomUUID()}`),
  ])
  if (versioning.status === 'rejected') {
    await warn(
      `whether the bucket ${place.bucket} has versions was not told (${codeOf(versioning.reason)}); without them ` +
        'an intruder on the host destroys the backups. The key needs s3:GetBucketVersioning (docs/backups.md).',
    )
  } else if (versioning.value !== 'Enabled') {
    throw configurationError(
      `backupBucket = "${place.bucket}" has no versions, so an intruder on the host could destroy the backups`,
      'a bucket with versioning',
      `aws s3api put-bucket-versioning --bucket ${place.bucket} --versioning-configuration Status=Enabled`,
    )
  }
  if (rightOf(removal) === 'untold')
    await warn(untold(HOSTS, 'remove versions of objects', place, removal))
  if (rightOf(removal) === 'may') {
    await warn(
      `backupAccessKey may remove versions of objects in the bucket ${place.bucket}, and with it an intruder ` +
        'on the host: give it the policy in docs/backups.md.',
    )
  }
  if (reader)
    await checkReader(
      reader,
      await questions(reader),
      `${name}/not-there-${randomUUID()}`,
      warn,
      away,
    )
}

/** Has the stack its backups there, by its state? */
function isOrdered(state: Former[], { endpoint, bucket }: BucketPlace): boolean {
  // An older program left it to the stack's outputs alone.
  const place =
    ofKind(state, 'Backups')[0]?.outputs.place ?? ofKind(state, 'Stack')[0]?.outputs.backups
  return place === `${endpoint}/${bucket}`
}

type Away = (error: S3Error) => Promise<void>

/**
 * @param away is told of a bucket that does not answer; undefined: that is refused too
 * @returns false where it was told
 * @throws RunError that names the key that is wrong
 */
async function opens(
  place: BucketPlace,
  ask: BucketQuestions,
  names: KeyNames,
  away?: Away,
): Promise<boolean> {
  try {
    await ask.list()
    return true
  } catch (error) {
    if (!away || !isAway(error as S3Error)) fail(place, error as S3Error, names)
    await away(error as S3Error)
    return false
  }
}

const awayFrom = ({ bucket, endpoint }: BucketPlace, error: S3Error): string =>
  `the bucket ${bucket} at ${endpoint} does not answer (${codeOf(error)}), so whether it and its keys are as they ` +
  'must be was not asked: the next update asks again. No backup reaches it meanwhile: ./padlock status tells of them.'

/** The keys of the configuration that a bucket is opened with. */
interface KeyNames {
  key: string
  secret: string
  policy: string
}
const HOSTS: KeyNames = {
  ...{ key: 'backupAccessKey', secret: 'backupSecretKey' },
  policy: 'a key with the policy in docs/backups.md',
}
const READERS: KeyNames = {
  ...{ key: 'backupReaderAccessKey', secret: 'backupReaderSecretKey' },
  policy: 'a key with the policy for reading in docs/backups.md',
}

/**
 * A key that does more than it is for is refused and not warned of: who sets it wants a host to have no
 * more, and may leave it out. What was not told is warned of, as of the host's key.
 */
async function checkReader(
  place: BucketPlace,
  ask: BucketQuestions,
  key: string,
  warn: (text: string) => Promise<void>,
  away: Away | undefined,
): Promise<void> {
  if (!(await opens(place, ask, READERS, away))) return
  const rights = ['read objects', 'write', 'remove objects', 'remove versions of objects']
  const answers = await Promise.allSettled([
    ...[ask.read(key), ask.write(key), ask.remove(key), ask.removeVersion(key)],
  ])
  const [read, ...others] = answers.map(rightOf)
  const may = rights.slice(1).filter((_, at) => others[at] === 'may')
  const wrong =
    read === 'may not'
      ? `may not read objects in the bucket ${place.bucket}`
      : may.length > 0
        ? `may do more in the bucket ${place.bucket} than read: ${may.join(', ')}`
        : undefined
  if (wrong !== undefined) {
    throw configurationError(
      `${READERS.key} ${wrong}`,
      READERS.policy,
      `give the key that policy, or pulumi config rm-all ${READERS.key} ${READERS.secret}`,
    )
  }
  for (const [at, answer] of answers.entries())
    if (rightOf(answer) === 'untold')
      await warn(untold(READERS, rights[at] as string, place, answer))
}

const untold = (
  { key, policy }: KeyNames,
  right: string,
  { bucket }: BucketPlace,
  answer: PromiseSettledResult<unknown>,
): string =>
  `whether ${key} may ${right} in the bucket ${bucket} was not told ` +
  `(${answer.status === 'rejected' ? codeOf(answer.reason) : ''}): the next update asks again. It is to be ${policy}.`

const WRONG_REGION = [
  ...['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
]

function fail(place: BucketPlace, error: S3Error, { key, secret, policy }: KeyNames): never {
  const { bucket, endpoint, region } = place
  const code = error.name
  if (code === 'NoSuchBucket' || code === 'NotFound') {
    throw configurationError(
      `backupBucket = "${bucket}" is not at ${endpoint}`,
      'a bucket that is there: the stack makes none with backups = s3',
      'pulumi config set backupBucket NAME, or another backupEndpoint',
    )
  }
  if (WRONG_REGION.includes(code) || statusOf(error) === 301) {
    const at = error.Region ?? error.$response?.headers?.['x-amz-bucket-region']
    throw configurationError(
      `backupRegion: the bucket ${bucket} is not in ${region}${at ? ` but in ${at}` : ''}`,
      'the region of the bucket',
      `pulumi config set backupRegion ${at ?? 'REGION'}`,
    )
  }
  if (code === 'InvalidAccessKeyId') {
    throw configurationError(
      `${key} is not known at ${endpoint}`,
      'an access key of its account',
      `pulumi config set --secret ${key}`,
    )
  }
  if (code === 'SignatureDoesNotMatch') {
    throw configurationError(
      `${secret} does not belong to ${key} at ${endpoint}`,
      'the secret of that access key',
      `pulumi config set --secret ${secret}`,
    )
  }
  if (isRefusal(error)) {
    throw configurationError(
      `${key} may not list the bucket ${bucket} (${code})`,
      policy,
      `give the key that policy, or set another one: pulumi config set --secret ${key}`,
    )
  }
  throw configurationError(
    `backupEndpoint: ${endpoint} does not answer as an S3 does: ${error.message || code}`,
    'a host, or host:port, that speaks S3 over https',
    'pulumi config set backupEndpoint HOST',
  )
}
