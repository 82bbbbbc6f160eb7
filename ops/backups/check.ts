import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { clientSettings } from '../../config/backups/place.ts'
import { nameOf, type Ordered } from './ordered.ts'
import type { Source } from './source.ts'

/** What a bucket itself tells of a backup. */
export interface Seen {
  what: 'database' | 'managed' | 'files' | 'state'
  /** When it was written last, by the bucket's clock. */
  last: Date
}

/** Objects that every new one of these writes: pgBackRest's list of backups, restic's snapshots. */
const WRITTEN = {
  database: 'postgresql/backup/main/backup.info',
  managed: 'managed/snapshots/',
  files: 'files/snapshots/',
  state: 'state/snapshots/',
} as const
/** As the host has it (host/padlock-backup, state.py). */
const LATE_MS = 26 * 3600 * 1000

/**
 * Asks the bucket for the last backups; the host is not asked, which may be gone or an intruder's.
 * @param client is destroyed
 * @returns what the bucket has of the stack
 * @throws Error if the bucket cannot be read
 */
export async function lastBackups(
  source: Source,
  client = new S3Client(clientSettings(source)),
): Promise<Seen[]> {
  const found: Seen[] = []
  try {
    for (const [what, path] of Object.entries(WRITTEN) as [Seen['what'], string][]) {
      const last = await newest(client, source.bucket, `${source.prefix}/${path}`)
      if (last) found.push({ what, last })
    }
  } finally {
    client.destroy()
  }
  return found
}

/** When the newest object below a prefix was written; undefined where there is none. */
async function newest(client: S3Client, bucket: string, prefix: string): Promise<Date | undefined> {
  let last: Date | undefined
  let token: string | undefined
  do {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }))
      .catch((error: Error) => {
        throw new Error(`the bucket ${bucket} cannot be read: ${error.name}: ${error.message}`)
      })
    for (const { LastModified } of page.Contents ?? []) {
      if (LastModified && (!last || LastModified > last)) last = LastModified
    }
    token = page.NextContinuationToken
  } while (token)
  return last
}

/**
 * Why the backups are not as they must be, a line each; the state's export is never late.
 * @param ordered what must be there, and nothing else is looked at; undefined: what there is of it
 */
export function missing(seen: Seen[], ordered?: Ordered, now = new Date()): string[] {
  const nightly = seen.filter(({ what }) => what !== 'state' && (ordered?.[what] ?? true))
  if (ordered === undefined && nightly.length === 0) return ['backup: the bucket has none']
  const name = (kind: Seen['what']) => nameOf(kind, ordered?.beside)
  const absent = (['database', 'managed', 'files'] as const).filter(
    (kind) => ordered?.[kind] && !nightly.some(({ what }) => what === kind),
  )
  return [
    ...absent.map((kind) => `backup: the bucket has none of the ${name(kind)}`),
    ...nightly
      .filter(({ last }) => now.getTime() - last.getTime() > LATE_MS)
      .map(({ what, last }) => `backup: ${name(what)} ${last.toISOString()}, older than 26 hours`),
  ]
}
