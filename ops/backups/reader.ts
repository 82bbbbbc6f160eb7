import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { untilKnown } from '../../config/backups/new-key.ts'
import { clientSettings } from '../../config/backups/place.ts'
import type { DigitalOcean } from '../accounts/digitalocean.ts'
import type { SpacesKey } from '../environments/spaces-keys.ts'
import { type Opened, type Source, WRITING_KEY } from './source.ts'

/** The answer to `POST /v2/spaces/keys`; the secret is in no other. */
interface Made {
  key: { access_key: string; secret_key: string }
}

/**
 * The place of a stack's backups as a host gets it that nobody keeps: with a key made for it, else with
 * what the stack has.
 * @param opened with the stack's own key that reads, or with its only one
 * @param name of the key that is made
 * @param say is told where the key writes too
 * @param known waits until the bucket knows a key that was just made
 * @throws Error where it does not come to know it
 */
export async function sourceForDrill(
  digitalocean: Pick<DigitalOcean, 'list' | 'create'>,
  { source, writes }: Opened,
  name: string,
  say: (line: string) => void,
  known = isKnown,
): Promise<Source> {
  const reading = await readingSource(digitalocean, source, name)
  if (!reading && writes) say(WRITING_KEY)
  if (reading) await known(reading)
  return reading ?? source
}

/**
 * The place of a stack's backups with a key that may only read them and ends with one environment, for a
 * host that nobody keeps.
 * @param name of the key; one by which the environment that it is for is told takes it along at its end
 * @returns undefined where the account has no key to that bucket: it is another account's, or no Spaces
 */
async function readingSource(
  digitalocean: Pick<DigitalOcean, 'list' | 'create'>,
  source: Source,
  name: string,
): Promise<Source | undefined> {
  const keys = await digitalocean.list<SpacesKey>('/spaces/keys', 'keys')
  if (!keys.some(({ access_key }) => access_key === source.key)) return undefined
  const grants = [{ bucket: source.bucket, permission: 'read' }]
  const { key } = (await digitalocean.create('/spaces/keys', { name, grants })) as Made
  return { ...source, key: key.access_key, secret: key.secret_key }
}

async function isKnown(source: Source): Promise<void> {
  const client = new S3Client(clientSettings(source))
  const list = new ListObjectsV2Command({ Bucket: source.bucket, MaxKeys: 1 })
  try {
    await untilKnown(() => client.send(list))
  } catch (error) {
    const { name, message } = error as Error
    throw new Error(
      `the bucket ${source.bucket} does not open to the key ${source.key} that was made to read it: ${name}: ${message}`,
    )
  } finally {
    client.destroy()
  }
}
