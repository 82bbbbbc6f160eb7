import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that a reader, or a crash in the middle, meets the old text or the new one and
 * never a half: a temporary file beside it, synced, then renamed over it.
 * @param mode permission bits, 0600 if absent
 */
export async function writeAtomically(
  path: string,
  data: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  const file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(draft, mode)
  await rename(draft, path)
}

/** The file's text; undefined if there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
