import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { blobPath, type Descriptor, digestOf, MEDIA, REF_NAME } from '../layout.ts'
import type { OwnImage } from './image.ts'

/** 3 s of work; level 15 takes ten times that for 2 % less. */
export const ZSTD_LEVEL = 9

/**
 * An OCI image layout with the content of a tar as its one layer, compressed with zstd, which an
 * emulated machine unpacks several times faster than gzip.
 */
export async function writeLayout(
  layout: string,
  tar: string,
  { tags, env, command }: OwnImage,
  now: Date,
): Promise<void> {
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true })
  const layer = await writeLayer(layout, tar)
  const config = await writeBlob(layout, MEDIA.config, {
    created: now.toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Cmd: command,
    },
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [{ created: now.toISOString(), created_by: 'mmdebstrap' }],
  })
  const manifest = await writeBlob(layout, MEDIA.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config,
    layers: [layer.descriptor],
  })
  const manifests = tags.map((tag) => ({ ...manifest, annotations: { [REF_NAME]: tag } }))
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }),
  )
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

async function writeLayer(
  layout: string,
  tar: string,
): Promise<{ diffId: string; descriptor: Descriptor }> {
  const draft = join(layout, 'layer.draft')
  const level = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }
  await pipeline(
    createReadStream(tar),
    createZstdCompress({ params: level }),
    createWriteStream(draft),
  )
  const [diffId, digest] = await Promise.all([digestOfFile(tar), digestOfFile(draft)])
  const { size } = await stat(draft)
  await rename(draft, blobPath(layout, digest))
  return { diffId, descriptor: { mediaType: MEDIA.layer, digest, size } }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

async function writeBlob(layout: string, mediaType: string, content: object): Promise<Descriptor> {
  const text = JSON.stringify(content)
  const digest = digestOf(text)
  await writeFile(blobPath(layout, digest), text)
  return { mediaType, digest, size: Buffer.byteLength(text) }
}
