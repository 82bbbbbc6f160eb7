import { join } from 'node:path'
import type { ServerCertificate } from '../ca/index.ts'
import { readIfThere } from '../files.ts'
import { lazily } from '../lazily.ts'
import { ensureImage, ownImages, python } from '../registry/images/index.ts'
import { type Registry, startRegistry } from '../registry/index.ts'

export interface Images extends Registry {
  /** Makes the image that the dev stack's app is built on now and not at the first pull. */
  warm(progress: (detail: string) => void): Promise<void>
}

/**
 * The registry with the sandbox's images: those laid in `<cache>/images` and `<dir>/images`, and
 * its own, each made when it is first asked for. `<dir>/registry.json` may name
 * repositories that want credentials: `{"shop/app": {"username": "…", "password": "…"}}`.
 */
export async function startImages(options: {
  dir: string
  cache: string
  host: string
  port: number
  certificate: ServerCertificate
  log: (line: string) => void
}): Promise<Images> {
  const { dir, cache } = options
  const making = new Map(
    ownImages.map((image) => [
      image.repository,
      lazily((progress: (detail: string) => void) => ensureImage(image, cache, progress)),
    ]),
  )
  const registry = await startRegistry({
    ...options,
    images: [join(dir, 'images'), join(cache, 'images')],
    credentials: async () => JSON.parse((await readIfThere(join(dir, 'registry.json'))) ?? '{}'),
    async prepare(repository) {
      await making.get(repository)?.(options.log)
    },
  })
  return {
    ...registry,
    warm: async (progress) => void (await making.get(python.repository)?.(progress)),
  }
}
