import { type BucketPlace, clientSettings } from '../../config/backups/place.ts'

/** A small object beside backups, as its bucket has it. */
export interface Note {
  text: string
  /** By the bucket's clock. */
  written: Date
}

/** Bytes; whoever has the host's key may have written a larger one, which nobody reads. */
const LARGEST = 16_384

/**
 * Writes a note into a bucket.
 * @param more settings of the client, in tests
 * @throws Error that names the bucket
 */
export async function writeNote(
  place: BucketPlace,
  key: string,
  content: object,
  more = {},
): Promise<void> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ ...clientSettings(place), ...more })
  const Body = `${JSON.stringify(content)}\n`
  try {
    await client.send(new s3.PutObjectCommand({ Bucket: place.bucket, Key: key, Body }))
  } catch (error) {
    throw new Error(`${key} is not in the bucket ${place.bucket}: ${(error as Error).message}`)
  } finally {
    client.destroy()
  }
}

/**
 * Reads a note; undefined where there is none.
 * @param more settings of the client, in tests
 * @throws Error that names the bucket
 */
export async function readNote(
  place: BucketPlace,
  key: string,
  more = {},
): Promise<Note | undefined> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ ...clientSettings(place), ...more })
  try {
    const Range = `bytes=0-${LARGEST - 1}`
    const found = await client.send(
      new s3.GetObjectCommand({ Bucket: place.bucket, Key: key, Range }),
    )
    const text = (await found.Body?.transformToString()) ?? ''
    return { text, written: found.LastModified ?? new Date(0) }
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined
    throw new Error(`the bucket ${place.bucket} cannot be read: ${(error as Error).message}`)
  } finally {
    client.destroy()
  }
}
