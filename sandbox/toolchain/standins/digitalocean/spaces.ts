import { Agent } from 'node:https'
import type { S3Client } from '@aws-sdk/client-s3'
import manifest from '@pulumi/digitalocean/package.json' with { type: 'json' }
import { loopback, trustedCertificates } from '../bridge/http.ts'
import { requireLoopback } from '../server/loopback.ts'

export interface SpacesSettings {
  /** A template: `https://{{.Region}}.digitaloceanspaces.com`. */
  endpoint: string
  accessId: string
  secretKey: string
}

/** AWS's client, loaded by those stacks alone that have buckets. */
export const s3 = (): Promise<typeof import('@aws-sdk/client-s3')> => import('@aws-sdk/client-s3')

/** The region's client as the real plugin makes it: signed for us-east-1, buckets in the host name. */
export async function spacesClient(
  { endpoint, accessId, secretKey }: SpacesSettings,
  region: string,
): Promise<S3Client> {
  if (!accessId || !secretKey) throw new Error('Spaces credentials not configured')
  const url = endpoint.replace(/\{\{\s*\.Region\s*\}\}/g, region.toLowerCase())
  requireLoopback('digitalocean', manifest.pulumi.version, url)
  const { S3Client } = await s3()
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: accessId, secretAccessKey: secretKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { httpsAgent: new Agent({ ca: trustedCertificates(), lookup: loopback }) },
  })
}

/** The error's code at S3; HEAD has none but the status's name. */
export const codeOf = (error: unknown): string =>
  (error as { Code?: string }).Code ?? (error as Error).name

/** Waits for `call`; words its failure as AWS's library for Go does, with the real plugin's in front. */
export async function attemptS3<T>(words: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const { message, $metadata } = error as Error & {
      $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string }
    }
    if ($metadata?.httpStatusCode === undefined) throw new Error(`${words}${message}`)
    const { httpStatusCode, requestId = '', extendedRequestId = '' } = $metadata
    throw new Error(
      `${words}${codeOf(error)}: ${message}\n\tstatus code: ${httpStatusCode}, request id: ${requestId}, host id: ${extendedRequestId}`,
    )
  }
}
