import { copyFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'

/** A console that repeats itself for days must not fill the disk. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * Moves a console that has grown too long to `console.old.log` and lets it start anew. QEMU
 * appends, so that it goes on at the new end.
 */
export async function capConsole(folder: string, maxBytes = MAX_BYTES): Promise<void> {
  const path = join(folder, 'console.log')
  try {
    if ((await stat(path)).size <= maxBytes) return
    await copyFile(path, join(folder, 'console.old.log'))
    await truncate(path)
  } catch {
    // No console yet, or the machine is just being removed.
  }
}
