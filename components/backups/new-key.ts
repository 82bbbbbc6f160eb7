/**
 * `node components/backups/new-key.ts`, run by `pulumi up` for a key of full access that it has just made:
 * ends once the endpoints that standard input names, as an `Order` in JSON, know the key. The plugin asks
 * once.
 */
import { text } from 'node:stream/consumers'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { untilKnown } from '../../config/backups/new-key.ts'
import { clientSettings } from '../../config/backups/place.ts'

/** What is asked, and by whom. */
export interface Order {
  /** Host names, with a port where it is not 443. */
  endpoints: string[]
  /** That requests are signed for. */
  region: string
  key: string
  secret: string
}

const SECONDS = Number(process.env.PADLOCK_NEW_KEY_SECONDS) || undefined

async function main(): Promise<void> {
  const { endpoints, ...opening }: Order = JSON.parse(await text(process.stdin))
  await Promise.all(endpoints.map((endpoint) => known({ ...opening, endpoint })))
}

async function known(opening: Omit<Order, 'endpoints'> & { endpoint: string }): Promise<void> {
  const client = new S3Client(clientSettings({ ...opening, bucket: '' }))
  try {
    await untilKnown(() => client.send(new ListBucketsCommand({})), SECONDS)
  } catch (error) {
    const { name, message } = error as Error
    throw new Error(
      `${opening.endpoint} does not know the key ${opening.key}, which this update has made for buckets (${name}: ${message}). ` +
        'Fix: pulumi up again; if that says the same: pulumi up --replace with the URN of that key (pulumi stack --show-urns)',
    )
  } finally {
    client.destroy()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
