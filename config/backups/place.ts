import { lookupName } from '../lookup.ts'

/** A bucket, and what opens it. */
export interface BucketPlace {
  /** Host name, with a port where it is not 443. */
  endpoint: string
  /** That requests are signed for. */
  region: string
  bucket: string
  key: string
  secret: string
}

/**
 * Is the bucket in the path of a request, and not in its host name? AWS asks for the latter, and its
 * certificate covers one label, so no name with a dot. The host decides alike
 * (host/padlock-backup, order.py).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export const hasPathStyle = ({ endpoint, bucket }: BucketPlace): boolean =>
  bucket.includes('.') || !/\.amazonaws\.com(\.cn)?(:\d+)?$/.test(endpoint)

/** Of `S3Client`; checksums beyond what S3 asks for are refused by other servers than AWS's. */
export const clientSettings = (place: BucketPlace) => ({
  endpoint: `https://${place.endpoint}`,
  region: place.region,
  forcePathStyle: hasPathStyle(place),
  credentials: { accessKeyId: place.key, secretAccessKey: place.secret },
  requestChecksumCalculation: 'WHEN_REQUIRED' as const,
  responseChecksumValidation: 'WHEN_REQUIRED' as const,
  // With `Expect: 100-continue`, for bodies from 2 MB on, the SDK takes an agent that has none of these settings.
  expectContinueHeader: false,
  requestHandler: {
    ...{ connectionTimeout: 10_000, socketTimeout: 60_000 },
    httpsAgent: { lookup: lookupName, keepAlive: true, maxSockets: 50 },
  },
})
