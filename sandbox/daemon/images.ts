import { join } from 'node:path'
import type { ServerCertificate } from '../ca/index.ts'
import { readIfThere } from '../files.ts'
import { lazily } from '../lazily.ts'
import { type Registry, startRegistry } from '../registry/index.ts'
import { ensurePythonBase, PYTHON_REPOSITORY } from '../registry/python-base.ts'

export interface Images extends Registry {
  /** Makes the images that come with the sandbox now and not at the first pull. */
  warm(progress: (detail: string) => void): Promise<void>
}

/**
 * The registry with the sandbox's images: those laid in `<cache>/images` and `<dir>/images`, and
 * the Python base, which is made when it is first asked for. `<dir>/registry.json` may name
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
  const python = lazily((progress: (detail: string) => void) => ensurePythonBase(cache, progress))
  const registry = await startRegistry({
    ...options,
    images: [join(dir, 'images'), join(cache, 'images')],
    credentials: async () => JSON.parse((await readIfThere(join(dir, 'registry.json'))) ?? '{}'),
    async prepare(repository) {
      if (repository === PYTHON_REPOSITORY) await python(options.log)
    },
  })
  return { ...registry, warm: async (progress) => void (await python(progress)) }
}
