import { type BucketPlace, clientSettings } from '../../config/backups/place.ts'

/** What is asked of a bucket; each rejects with an error of the AWS SDK. */
export interface BucketQuestions {
  list(): Promise<unknown>
  /** `Enabled`, `Suspended`, or undefined where it never had versions. */
  versioning(): Promise<string | undefined>
  /** Removes a version of an object that is not there: nothing, whatever the answer. */
  removeVersion(key: string): Promise<unknown>
  /** Reads an object that is not there. */
  read(key: string): Promise<unknown>
  /** Sends a part of an upload that nobody began: writes nothing, whatever the answer. */
  write(key: string): Promise<unknown>
  /** Removes an object that is not there, if it is of a certain content: nothing. */
  remove(key: string): Promise<unknown>
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
    read: (Key) => client.send(new s3.GetObjectCommand({ Bucket, Key })),
    write: (Key) =>
      client.send(
        new s3.UploadPartCommand({ Bucket, Key, UploadId: NO_UPLOAD, PartNumber: 1, Body: 'x' }),
      ),
    remove: (Key) => client.send(new s3.DeleteObjectCommand({ Bucket, Key, IfMatch: NO_CONTENT })),
  }
}

/** Of an object that was there before the bucket had versions; of a key that never was, nothing. */
const NO_VERSION = 'null'
const NO_UPLOAD = 'nobody-began-it'
/** An ETag that no object has, so that a bucket with versions gets no mark of a removal. */
const NO_CONTENT = `"${'0'.repeat(32)}"`
