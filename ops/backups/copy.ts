import type { BucketPlace } from '../../config/backups/place.ts'
import { clientSettings } from '../../config/backups/place.ts'
import { capture } from '../engine/pulumi.ts'
import { isCopied, isLock, isNote, type Listed, listOf, names, RANKS, rankOf } from './objects.ts'
import { inParallel } from './parallel.ts'
import { type Bucket, transfer } from './transfer.ts'

/** The output `backupCopy` of a stack. */
export interface CopyPlaces {
  from: BucketPlace
  to: BucketPlace
}

export interface Copied {
  objects: number
  bytes: number
  /** That were there already, as they should be. */
  already: number
  /** That are in the copy alone. */
  kept: number
  /** Copied data that had other content in the copy before. */
  replaced: number
}

/** A backup that is made meanwhile changes what is to be copied; the next one comes a night later. */
const PASSES = 5

/**
 * The places of a stack's backups and of their copy; undefined where it has none.
 * @throws Error if there is no such stack
 */
export async function copyPlaces(stack: string): Promise<CopyPlaces | undefined> {
  const words = ['stack', 'output', '--json', '--show-secrets', '--stack', stack]
  const { code, stdout, stderr } = await capture(words)
  if (code !== 0) throw new Error(`the outputs of ${stack} cannot be read:\n${stderr.trim()}`)
  return JSON.parse(stdout).backupCopy
}

/**
 * Copies what a bucket of backups has and the other one has not, and deletes nothing. What names data
 * comes after it, and only if nothing was backed up or expired meanwhile; otherwise it begins anew with
 * what is new. So the copy is one that pgBackRest and restic can restore from at every moment, whenever
 * this is killed, and another run goes on from there.
 * @param tell gets what it is about to do, a line at a time
 * @param more settings of the clients, in tests
 * @throws Error that names the object that could not be copied
 */
export async function copyBackups(
  places: CopyPlaces,
  tell: (line: string) => void = () => {},
  more = {},
): Promise<Copied> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const open = (place: BucketPlace): Bucket => ({
    client: new S3Client({ ...clientSettings(place), ...more }),
    name: place.bucket,
  })
  const [from, to] = [open(places.from), open(places.to)]
  const copied = { objects: 0, bytes: 0, replaced: 0 }
  try {
    for (let pass = 1; pass <= PASSES; pass++) {
      const before = names(await listed(from))
      const [all, there] = await Promise.all([listed(from), listed(to)])
      const missing = [...all.values()].filter((one) => !isCopied(one, there.get(one.key)))
      copied.replaced += missing.filter(({ key }) => rankOf(key) === 0 && there.has(key)).length
      const bytes = missing.reduce((sum, { size }) => sum + size, 0)
      tell(
        `pass ${pass}: ${missing.length} of ${all.size} objects are to be copied, ${bytes} bytes`,
      )
      if (await copyInOrder(missing, from, to, before, copied)) {
        const kept = [...there.keys()].filter((key) => !all.has(key)).length
        return { ...copied, already: Math.max(0, all.size - copied.objects), kept }
      }
      tell('the backups have changed meanwhile')
    }
  } finally {
    from.client.destroy()
    to.client.destroy()
  }
  throw new Error(
    `the backups changed during each of ${PASSES} passes, so the copy is as it was before: run this again when no backup is made`,
  )
}

async function listed({ client, name }: Bucket): Promise<Map<string, Listed>> {
  const all = await listOf(client, name).catch((error: Error) => {
    throw new Error(`the bucket ${name} cannot be listed: ${error.message}`)
  })
  return new Map([...all].filter(([key]) => !isLock(key) && !isNote(key)))
}

/** False where what names data has changed; nothing that names any is written then. */
async function copyInOrder(
  missing: Listed[],
  from: Bucket,
  to: Bucket,
  before: string,
  copied: { objects: number; bytes: number },
): Promise<boolean> {
  for (let rank = 0; rank < RANKS; rank++) {
    if (rank === 1 && names(await listed(from)) !== before) return false
    const outcomes = await inParallel(
      missing.filter(({ key }) => rankOf(key) === rank),
      async (one) => {
        const outcome = await transfer(one, from, to)
        if (outcome !== 'copied') return outcome
        copied.objects++
        copied.bytes += one.size
        return outcome
      },
    )
    if (rank > 0 && outcomes.some((one) => one !== 'copied')) return false
  }
  return true
}
