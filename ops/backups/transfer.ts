import { createHash } from 'node:crypto'
import { pipeline, type Readable, Transform } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { type Listed, md5Of } from './objects.ts'

/** `gone`, `changed`: since it was listed; nothing was written. */
export type Outcome = 'copied' | 'gone' | 'changed'

/** A bucket as a key has it. */
export interface Bucket {
  client: S3Client
  name: string
}

/** Of a PUT that is one request (https://docs.digitalocean.com/products/spaces/details/limits/). */
const MAX_BYTES = 5 * 1024 ** 3
const ATTEMPTS = 3

/**
 * Copies an object through this computer, and compares what was read and what was stored with what was
 * listed.
 * @throws Error that names the object, after three attempts
 */
export async function transfer(one: Listed, from: Bucket, to: Bucket): Promise<Outcome> {
  if (one.size > MAX_BYTES) throw new Error(`${one.key} is larger than 5 GiB, and was not copied`)
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(one, from, to)
    } catch (error) {
      if (attempt < ATTEMPTS) continue
      throw new Error(`${one.key} was not copied: ${(error as Error).message}`)
    }
  }
}

async function once(one: Listed, from: Bucket, to: Bucket): Promise<Outcome> {
  const s3 = await import('@aws-sdk/client-s3')
  const { key: Key, size, etag } = one
  const reading = await from.client
    .send(new s3.GetObjectCommand({ Bucket: from.name, Key, IfMatch: etag }))
    .catch((error: { name: string; $metadata?: { httpStatusCode?: number } }) => {
      if (error.$metadata?.httpStatusCode === 404) return 'gone' as const
      if (error.$metadata?.httpStatusCode === 412) return 'changed' as const
      throw error
    })
  if (typeof reading === 'string') return reading
  const { meter, read } = metered(reading.Body as Readable)
  const { ETag, VersionId } = await to.client.send(
    new s3.PutObjectCommand({ Bucket: to.name, Key, Body: meter, ContentLength: size }),
  )
  const { bytes, md5 } = read()
  const wrong =
    bytes !== size
      ? `${bytes} bytes were read, and ${size} listed`
      : md5 !== (md5Of(one) ?? md5)
        ? 'what was read has another MD5 than what was listed'
        : md5Of({ etag: ETag ?? '' }) !== md5
          ? 'what was stored has another MD5 than what was read'
          : undefined
  if (wrong === undefined) return 'copied'
  // The one that it has just made, so that nobody takes it for a good one.
  await to.client.send(new s3.DeleteObjectCommand({ Bucket: to.name, Key, VersionId }))
  throw new Error(wrong)
}

function metered(body: Readable) {
  const hash = createHash('md5')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  // What breaks off ends the request that reads it, with the same error.
  pipeline(body, meter, () => {})
  return { meter, read: () => ({ bytes, md5: hash.digest('hex') }) }
}
