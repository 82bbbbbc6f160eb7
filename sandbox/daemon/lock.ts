import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere } from '../files.ts'
import { isRunning, startMark } from '../processes.ts'

export interface Holder {
  pid: number
  started: string
}

/**
 * Takes the folder for this process; at most one sandbox runs on it. A lock whose process is gone,
 * by `kill -9` or a reboot, does not count.
 * @returns the release of the lock, or who holds it
 */
export async function takeLock(
  dir: string,
): Promise<{ release: () => Promise<void> } | { holder: Holder }> {
  const path = join(dir, 'sandbox.pid')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const mine = JSON.stringify({ pid: process.pid, started: startMark(process.pid) })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, mine, { mode: 0o600 })
  try {
    for (;;) {
      // A link appears with its content or not at all, which a created file does not.
      const taken = await link(draft, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      )
      if (taken) return { release: () => rm(path, { force: true }) }
      const text = await readIfThere(path)
      const holder = parse(text)
      if (holder && isRunning(holder)) return { holder }
      if (text !== undefined) await discard(path, text)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** Who holds the folder now, if anybody does. */
export async function lockHolder(dir: string): Promise<Holder | undefined> {
  const holder = parse(await readIfThere(join(dir, 'sandbox.pid')))
  return holder && isRunning(holder) ? holder : undefined
}

/** Removes a stale lock, and puts back what another start laid there in the meantime. */
async function discard(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await readIfThere(aside)) !== stale) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

function parse(text: string | undefined): Holder | undefined {
  try {
    return JSON.parse(text ?? '') as Holder
  } catch {
    return undefined
  }
}
