import { randomUUID } from 'node:crypto'
import { log } from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import { type BucketPlace, clientSettings } from '../../config/backups/place.ts'
import { configurationError } from './error.ts'

/** What is asked of a bucket; each rejects with an error of the AWS SDK. */
export interface BucketQuestions {
  list(): Promise<unknown>
  /** `Enabled`, `Suspended`, or undefined where it never had versions. */
  versioning(): Promise<string | undefined>
  /** Removes a version of an object that is not there: nothing, whatever the answer. */
  removeVersion(key: string): Promise<unknown>
}

/**
 * Asks a bucket that is not the stack's, before anything is created, whether it is there, opens to the
 * key and has versions, and whether the key may remove those. Writes nothing.
 * @throws RunError that names the key that is wrong
 */
export async function checkBucket(
  name: string,
  settings: BackupSettings | undefined,
  questions: (place: BucketPlace) => Promise<BucketQuestions> = (one) => askedByClient(one),
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  if (settings?.kind !== 's3') return
  const { place } = settings
  const ask = await questions(place)
  await ask.list().catch((error) => fail(place, error))
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

function fail(place: BucketPlace, error: S3Error): never {
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
      `backupAccessKey is not known at ${endpoint}`,
      'an access key of its account',
      'pulumi config set --secret backupAccessKey KEY',
    )
  }
  if (code === 'SignatureDoesNotMatch') {
    throw configurationError(
      `backupSecretKey does not belong to backupAccessKey at ${endpoint}`,
      'the secret of that access key',
      'pulumi config set --secret backupSecretKey SECRET',
    )
  }
  if (code === 'AccessDenied' || statusOf(error) === 403) {
    throw configurationError(
      `backupAccessKey may not list the bucket ${bucket} (${code})`,
      'a key with the policy in docs/backups.md',
      'give the key that policy, or set another one: pulumi config set --secret backupAccessKey KEY',
    )
  }
  throw configurationError(
    `backupEndpoint: ${endpoint} does not answer as an S3 does: ${error.message || code}`,
    'a host, or host:port, that speaks S3 over https',
    'pulumi config set backupEndpoint HOST',
  )
}

/**
 * By AWS's client, which is loaded for it alone.
 * @param more settings of the client, in tests
 */
export async function askedByClient(place: BucketPlace, more = {}): Promise<BucketQuestions> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ ...clientSettings(place), ...more })
  const Bucket = place.bucket
  return {
    list: () => client.send(new s3.ListObjectsV2Command({ Bucket, MaxKeys: 1 })),
    async versioning() {
      return (await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status
    },
    removeVersion: (Key) =>
      client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId: NO_VERSION })),
  }
}

/** Of an object that was there before the bucket had versions; of a key that never was, nothing. */
const NO_VERSION = 'null'
