import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Media types of the OCI image specification. */
export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const
export const REF_NAME = 'org.opencontainers.image.ref.name'

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
  annotations?: Record<string, string>
}

export interface Manifest {
  digest: string
  mediaType: string
  bytes: Buffer
}

const DIGEST = /^sha256:[0-9a-f]{64}$/

/** `sha256:…` of the bytes. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export const blobPath = (layout: string, digest: string): string =>
  join(layout, 'blobs', ...digest.split(':'))

/** A manifest or index of an OCI image layout, by tag or by digest; undefined if it is not there. */
export async function readManifest(
  layout: string,
  reference: string,
): Promise<Manifest | undefined> {
  const described = (await readIndex(layout)) ?? []
  const isDigest = DIGEST.test(reference)
  const entry = described.find((each) =>
    isDigest ? each.digest === reference : each.annotations?.[REF_NAME] === reference,
  )
  const digest = entry?.digest ?? (isDigest ? reference : undefined)
  if (digest === undefined) return undefined
  const bytes = await readFile(blobPath(layout, digest)).catch(() => undefined)
  if (bytes === undefined) return undefined
  const mediaType = entry?.mediaType ?? mediaTypeOf(bytes)
  return mediaType === undefined ? undefined : { digest, mediaType, bytes }
}

/** The tags of a layout; undefined if there is no such layout. */
export async function readTags(layout: string): Promise<string[] | undefined> {
  const described = await readIndex(layout)
  return described?.flatMap((each) => each.annotations?.[REF_NAME] ?? []).sort()
}

/** A blob's size and content; undefined if the layout has none of this digest. */
export async function openBlob(
  layout: string,
  digest: string,
): Promise<{ size: number; stream: () => ReadStream } | undefined> {
  if (!DIGEST.test(digest)) return undefined
  const path = blobPath(layout, digest)
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? { size: found.size, stream: () => createReadStream(path) } : undefined
}

async function readIndex(layout: string): Promise<Descriptor[] | undefined> {
  const text = await readFile(join(layout, 'index.json'), 'utf8').catch(() => undefined)
  return text === undefined
    ? undefined
    : (JSON.parse(text) as { manifests: Descriptor[] }).manifests
}

/** What kind of document a blob is that no index names; undefined for a layer or configuration. */
function mediaTypeOf(bytes: Buffer): string | undefined {
  try {
    const document = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    if (typeof document.mediaType === 'string') return document.mediaType
    if (Array.isArray(document.manifests)) return MEDIA.index
    return Array.isArray(document.layers) ? MEDIA.manifest : undefined
  } catch {
    return undefined
  }
}
