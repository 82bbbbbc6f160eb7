/** What a client of a bucket sends, by AWS's own SDK. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { clientSettings } from '../../../config/backups/place.ts'

const PLACE = {
  ...{ endpoint: 'fra1.spaces.sandbox.localhost', region: 'us-east-1', bucket: 'shop-backups' },
  ...{ key: 'DO00ABC', secret: 'secret-0123456789' },
}

/** The headers of a request that does not leave this process. */
async function headersOf(command: PutObjectCommand): Promise<Record<string, string>> {
  const client = new S3Client(clientSettings(PLACE))
  let headers: Record<string, string> = {}
  client.middlewareStack.add(
    () => async (args) => {
      headers = (args.request as { headers: Record<string, string> }).headers
      return { response: {}, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await client.send(command)
  client.destroy()
  return headers
}

test('no object is so large that it goes by another agent, which does not find a name of the sandbox', async () => {
  const Body = Buffer.alloc(3_000_000)
  const headers = await headersOf(
    new PutObjectCommand({ Bucket: PLACE.bucket, Key: 'bundle', Body }),
  )
  expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('expect')
  expect(headers['content-length']).toBe('3000000')
})
