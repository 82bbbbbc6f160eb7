import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, MEDIA, REF_NAME } from '../../../sandbox/registry/layout.ts'

/**
 * An OCI image layout with one manifest, as skopeo or podman would lay it.
 * @returns the digests
 */
export async function layOut(
  folder: string,
  tag: string,
): Promise<{ manifest: string; layer: string }> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (content: string) => {
    const digest = digestOf(content)
    await writeFile(join(blobs, digest.slice('sha256:'.length)), content)
    return { digest, size: content.length }
  }
  const config = {
    mediaType: MEDIA.config,
    ...(await put(`{"architecture":"amd64","os":"linux","comment":"${tag}"}`)),
  }
  const layer = { mediaType: MEDIA.layer, ...(await put('layer')) }
  const manifest = { schemaVersion: 2, config, layers: [layer] }
  const described = { mediaType: MEDIA.manifest, ...(await put(JSON.stringify(manifest))) }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...described, annotations: { [REF_NAME]: tag } }],
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  return { manifest: described.digest, layer: layer.digest }
}
