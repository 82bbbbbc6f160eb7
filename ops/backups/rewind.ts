import { type BucketPlace, clientSettings } from '../../config/backups/place.ts'
import {
  beginningOf,
  isArchiveInfo,
  isLock,
  isNote,
  isOfRepository,
  RANKS,
  rankOf,
} from './objects.ts'
import { inParallel } from './parallel.ts'

export interface Rewound {
  /** Objects that were removed or overwritten since, and are as they were. */
  objects: number
  /** That are as they were without that. */
  unchanged: number
  /** That have come since, and stay. */
  later: number
  /** That have come since and have the mark of a removal: of a repository that was begun anew, or all. */
  removed: number
  /**
   * Keys of which no version of then is left, in order: what has the mark of a removal and nothing before
   * it, and what a repository has from its beginning on. Of others that were removed by the number of each
   * version nothing is left that tells of them.
   */
  lost: string[]
}

/** A version of an object, or the mark of its removal. */
interface Version {
  key: string
  id: string
  at: number
  isLatest: boolean
  isMark: boolean
  /** Of its content; a mark has none. */
  etag: string
}

/** Milliseconds since 1970. */
const lastModified = (one: { LastModified?: Date; VersionId: string }): number =>
  one.LastModified?.getTime() ?? 0

/**
 * Has the objects of a stack in a bucket with versions as they were at a moment: what was overwritten or
 * removed since becomes the latest version again, as a copy that the server makes. No version is deleted,
 * so the host's key is enough. What has come since stays; but where a repository was begun anew, what opens
 * restic's and names its data, and pgBackRest's manifests, get the mark of a removal, as beside them the one
 * of then does not open or takes no backup. What names data comes after it.
 * @param at the moment, one for which the bucket still keeps versions
 * @param more `removeLater`: whether all that has come since gets that mark, but for what the repositories
 *   begin with and the notes of drills and copies (default: no); in tests settings of the client, and when a
 *   version was made
 * @throws Error if the versions cannot be listed, or there is none of that moment
 */
export async function rewind(
  place: BucketPlace & { prefix: string },
  at: Date,
  { removeLater = false, client: settings = {}, timeOf = lastModified } = {},
): Promise<Rewound> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ ...clientSettings(place), ...settings })
  const { bucket, prefix } = place
  try {
    const { then, later, lost, foreign } = await versionsOf()
    if (then.length === 0) {
      throw new Error(
        `the bucket ${bucket} has no version of ${prefix}/ from before ${at.toISOString()}; earlier versions are kept for as long as its life cycle says`,
      )
    }
    const changed = then.filter(({ isLatest }) => !isLatest)
    // First, as what the repository began with, once it is as it was, no longer tells of the other one.
    await inParallel(foreign, remove)
    for (let rank = 0; rank < RANKS; rank++) {
      await inParallel(
        changed.filter(({ key }) => rankOf(key) === rank),
        restore,
      )
    }
    const unchanged = then.length - changed.length
    return { objects: changed.length, unchanged, later, removed: foreign.length, lost }
  } finally {
    client.destroy()
  }

  /** By object the version of that moment, where it was there; and what the others are. */
  async function versionsOf() {
    const found = new Map<string, Version>()
    /** Of each object the first that is known, of any moment. */
    const first = new Map<string, Pick<Version, 'at' | 'isMark'>>()
    const latest = new Map<string, Pick<Version, 'etag' | 'isMark'>>()
    /** What was removed since, whether or not it is there again. */
    const removed = new Set<string>()
    let position: { KeyMarker?: string; VersionIdMarker?: string } = {}
    for (let more = true; more; ) {
      const page = await client
        .send(
          new s3.ListObjectVersionsCommand({
            ...{ Bucket: bucket, Prefix: `${prefix}/`, ...position },
          }),
        )
        .catch((error: Error) => {
          throw new Error(`the versions in the bucket ${bucket} cannot be listed: ${error.message}`)
        })
      const versions = (page.Versions ?? []).map((one) => ({ ...one, isMark: false }))
      const marks = (page.DeleteMarkers ?? []).map((one) => ({ ...one, ETag: '', isMark: true }))
      for (const { Key: key = '', VersionId: id = '', ...one } of [...versions, ...marks]) {
        const time = timeOf({ ...one, VersionId: id })
        const isLatest = one.IsLatest === true
        if (isLock(key)) continue
        const { ETag: etag = '', isMark } = one
        if (isLatest) latest.set(key, { etag, isMark })
        if (isMark && time > at.getTime()) removed.add(key)
        const oldest = first.get(key)
        // Of several in one second a version is before the mark of its removal.
        const isOlder = !oldest || time < oldest.at || (time === oldest.at && oldest.isMark)
        if (isOlder) first.set(key, { at: time, isMark })
        const known = found.get(key)?.at ?? -1
        // Times of S3 are of whole seconds: of several in one, the later comes first in its list.
        const isLater = time > known || (time === known && isLatest)
        if (time > at.getTime() || !isLater) continue
        found.set(key, { key, id, at: time, isLatest, isMark, etag })
      }
      more = page.IsTruncated === true
      position = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
    }
    const since = [...first].filter(([key]) => !found.has(key))
    const lost = since
      .filter(([key, { isMark }]) => isMark || isOfRepository(key))
      .map(([key]) => key)
    const then = [...found.values()].filter(({ isMark }) => !isMark)
    const foreign = since.map(([key]) => key).filter(removeLater ? isLater : isForeign)
    const later = since.length - lost.length - foreign.length
    return { then, later, lost: lost.sort(), foreign }

    function isLater(key: string): boolean {
      return latest.get(key)?.isMark === false && !isOfRepository(key) && !isNote(key)
    }
    /** Is it there, and of a repository that began with another object than the one of then? */
    function isForeign(key: string): boolean {
      const beginning = beginningOf(key)
      if (beginning === undefined) return false
      const [was, is] = [found.get(beginning), latest.get(beginning)]
      if (!was || was.isMark || latest.get(key)?.isMark !== false) return false
      // pgBackRest begins one only where there is none.
      if (isArchiveInfo(beginning) && !removed.has(beginning)) return false
      // Where it was removed alone, what has come since is of the same one.
      return is !== undefined && !is.isMark && is.etag !== was.etag
    }
  }

  async function remove(key: string): Promise<void> {
    await client
      .send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }))
      .catch((error: Error) => {
        throw new Error(
          `${key}, which has come since, is there still, run this again: ${error.message}`,
        )
      })
  }

  async function restore({ key, id }: Version): Promise<void> {
    const CopySource = `${bucket}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(id)}`
    await client
      .send(new s3.CopyObjectCommand({ Bucket: bucket, Key: key, CopySource }))
      .catch((error: Error) => {
        throw new Error(`${key} is not as it was, run this again: ${error.message}`)
      })
  }
}
