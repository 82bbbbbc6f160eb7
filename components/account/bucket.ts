import { randomUUID } from 'node:crypto'
import { log } from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import type { BucketPlace } from '../../config/backups/place.ts'
import { askedByClient, type BucketQuestions } from './bucket-client.ts'
import { configurationError } from './error.ts'

/**
 * Asks a bucket that is not the stack's, before anything is created, whether it is there, opens to the
 * key and has versions, and whether the key may remove those; and of a key that is to read alone,
 * whether it does. Writes nothing.
 * @throws RunError that names the key that is wrong
 */
export async function checkBucket(
  name: string,
  settings: BackupSettings | undefined,
  questions: (place: BucketPlace) => Promise<BucketQuestions> = (one) => askedByClient(one),
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  if (settings?.kind !== 's3') return
  const { place, reader } = settings
  const ask = await questions(place)
  await ask.list().catch((error) => fail(place, error, HOSTS))
  const [versioning, removal] = await Promise.allSettled([
    ask.versioning(),
    ask.removeVersion(`${name}/not-there-${randomUUID()}`),
  ])
  if (versioning.status === 'rejected') {
    await warn(
      `whether the bucket ${place.bucket} has versions was not told (${versioning.reason.name}); without them ` +
        'an intruder on the host destroys the backups. The key needs s3:GetBucketVersioning (docs/backups.md).',
    )
  } else if (versioning.value !== 'Enabled') {
    throw configurationError(
      `backupBucket = "${place.bucket}" has no versions, so an intruder on the host could destroy the backups`,
      'a bucket with versioning',
      `aws s3api put-bucket-versioning --bucket ${place.bucket} --versioning-configuration Status=Enabled`,
    )
  }
  if (!isDenied(removal)) {
    await warn(
      `backupAccessKey may remove versions of objects in the bucket ${place.bucket}, and with it an intruder ` +
        'on the host: give it the policy in docs/backups.md.',
    )
  }
  if (reader)
    await checkReader(reader, await questions(reader), `${name}/not-there-${randomUUID()}`)
}

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
 * more, and may leave it out.
 */
async function checkReader(place: BucketPlace, ask: BucketQuestions, key: string): Promise<void> {
  await ask.list().catch((error) => fail(place, error, READERS))
  const [read, ...others] = await Promise.allSettled([
    ask.read(key),
    ask.write(key),
    ask.remove(key),
    ask.removeVersion(key),
  ])
  const may = ['write', 'remove objects', 'remove versions of objects'].filter(
    (_, at) => others[at] && !isDenied(others[at]),
  )
  const wrong = isDenied(read)
    ? `may not read objects in the bucket ${place.bucket}`
    : may.length > 0
      ? `may do more in the bucket ${place.bucket} than read: ${may.join(', ')}`
      : undefined
  if (wrong === undefined) return
  throw configurationError(
    `${READERS.key} ${wrong}`,
    READERS.policy,
    `give the key that policy, or pulumi config rm-all ${READERS.key} ${READERS.secret}`,
  )
}

/** Rights are looked at before the object is (AWS), so every other answer is one of somebody who may. */
const isDenied = (one: PromiseSettledResult<unknown>): boolean =>
  one.status === 'rejected' && (one.reason.name === 'AccessDenied' || statusOf(one.reason) === 403)

interface S3Error extends Error {
  Code?: string
  /** Where a bucket is, in answers of AWS. */
  Region?: string
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Record<string, string> }
}

const statusOf = ({ $metadata }: S3Error) => $metadata?.httpStatusCode

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
      `pulumi config set --secret ${key} KEY`,
    )
  }
  if (code === 'SignatureDoesNotMatch') {
    throw configurationError(
      `${secret} does not belong to ${key} at ${endpoint}`,
      'the secret of that access key',
      `pulumi config set --secret ${secret} SECRET`,
    )
  }
  if (code === 'AccessDenied' || statusOf(error) === 403) {
    throw configurationError(
      `${key} may not list the bucket ${bucket} (${code})`,
      policy,
      `give the key that policy, or set another one: pulumi config set --secret ${key} KEY`,
    )
  }
  throw configurationError(
    `backupEndpoint: ${endpoint} does not answer as an S3 does: ${error.message || code}`,
    'a host, or host:port, that speaks S3 over https',
    'pulumi config set backupEndpoint HOST',
  )
}
