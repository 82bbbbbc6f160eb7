import type { S3Client } from '@aws-sdk/client-s3'

/** An object as a list of its bucket has it. */
export interface Listed {
  key: string
  /** Bytes. */
  size: number
  /** With its quotation marks: the MD5 of an object that was put whole; of one in parts another hash, and their number. */
  etag: string
  /** Milliseconds since 1970. */
  modified: number
}

/** All objects of a bucket by key; of earlier versions none. */
export async function listOf(client: S3Client, bucket: string): Promise<Map<string, Listed>> {
  const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3')
  const found = new Map<string, Listed>()
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key: key = '', Size: size = 0, ETag: etag = '', LastModified } of page.Contents ??
      []) {
      found.set(key, { key, size, etag, modified: LastModified?.getTime() ?? 0 })
    }
  }
  return found
}

/** Of an object that was put whole, the MD5 of its bytes in hex; of another one undefined. */
export const md5Of = ({ etag }: Pick<Listed, 'etag'>): string | undefined =>
  /^"([0-9a-f]{32})"$/.exec(etag)?.[1]

/**
 * Has the copy what the bucket has? An object in parts has another ETag where it was put whole, so
 * there the size decides, and that it was not written again since.
 */
export function isCopied(one: Listed, copy: Listed | undefined): boolean {
  if (copy === undefined || copy.size !== one.size) return false
  return copy.etag === one.etag || (md5Of(one) === undefined && copy.modified >= one.modified)
}

/** Locks of restic say who is at work, which nobody is at a copy. */
export const isLock = (key: string): boolean => /\/locks\/[0-9a-f]+$/.test(key)

/** What says when the last drill and the last copy were, in each bucket for itself (last-drill.ts, last-copy.ts). */
export const isNote = (key: string): boolean => /(^|\/)receipts\/(drill|copy)\.json$/.test(key)

/**
 * How late an object is copied, so that what a repository names is there before what names it:
 * pgBackRest's `backup.info` names manifests, they name files
 * (https://pgbackrest.org/configuration.html); restic's snapshots name trees, which its index finds in
 * packs (https://restic.readthedocs.io/en/stable/100_references.html#repository-format).
 */
const LATE = [
  /\/backup\.manifest(\.copy)?$|\/index\/[0-9a-f]{64}$/,
  /\/archive\.info(\.copy)?$|\/snapshots\/[0-9a-f]{64}$/,
  /\/backup\.info(\.copy)?$/,
]
/** 0: data. */
export const rankOf = (key: string): number => LATE.findIndex((one) => one.test(key)) + 1
/**
 * What a repository is told by from its beginning on, and without which it does not open: pgBackRest's
 * lists, restic's `config`.
 */
export const isOfRepository = (key: string): boolean =>
  /^[^/]+\/(postgresql\/(archive|backup)\/[^/]+\/\2\.info(\.copy)?|(files|managed|state)\/config)$/.test(
    key,
  )
/**
 * Of what opens restic's repository or names its data, and of pgBackRest's manifests, the object that the
 * repository began with, its `config` or `archive.info`: what another key has encrypted ends a program that
 * reads it, and pgBackRest reads each manifest beside its list before a backup. Undefined for any other.
 */
export function beginningOf(key: string): string | undefined {
  const [, restic] =
    /^([^/]+\/(?:files|managed|state)\/)(?:keys|index|snapshots)\/[0-9a-f]{64}$/.exec(key) ?? []
  if (restic) return `${restic}config`
  const [, pgbackrest, stanza] =
    /^([^/]+\/postgresql\/)backup\/([^/]+)\/[^/]+\/backup\.manifest(?:\.copy)?$/.exec(key) ?? []
  return pgbackrest && `${pgbackrest}archive/${stanza}/archive.info`
}
/** Of pgBackRest's, which another database's coming changes too; restic's `config` never changes. */
export const isArchiveInfo = (key: string): boolean => key.endsWith('/archive.info')
export const RANKS = LATE.length + 1

/** What must be the same before and after the data is copied: all that says which data there must be. */
export function names(objects: Map<string, Listed>): string {
  // Manifests are written while a backup runs; those of a finished one are in backup.info.
  const telling = [...objects.values()].filter(
    ({ key }) => rankOf(key) > 0 && !/\/backup\.manifest(\.copy)?$/.test(key),
  )
  return telling
    .map(({ key, etag }) => `${key} ${etag}`)
    .sort()
    .join('\n')
}
