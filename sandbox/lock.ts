import { link, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere } from './files.ts'
import { isRunning, startMark } from './processes.ts'

/** The process that has a lock; `started` as `startMark` has it. */
export interface Holder {
  pid: number
  started: string
}

/**
 * Takes a lock file for this process, if nobody has it. A lock whose process is gone, by `kill -9` or a
 * reboot, does not count.
 * @returns the release of the lock, or who holds it
 */
export async function tryLock(
  path: string,
): Promise<{ release: () => Promise<void> } | { holder: Holder }> {
  const mine = JSON.stringify({ pid: process.pid, started: startMark(process.pid) })
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
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

/** Who has the lock now, if anybody does. */
export async function lockHolder(path: string): Promise<Holder | undefined> {
  const holder = parse(await readIfThere(path))
  return holder && isRunning(holder) ? holder : undefined
}

const PAUSE_MS = 250

/** Does something while this process has the lock, and waits for whoever has it before. */
export async function withLock<T>(
  path: string,
  progress: (message: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    const lock = await tryLock(path)
    if ('release' in lock) return await work().finally(lock.release)
    if (!told) progress(`waiting for process ${lock.holder.pid}, which does the same (${path})`)
    await sleep(PAUSE_MS)
  }
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
    const { pid, started } = JSON.parse(text ?? '')
    return Number.isInteger(pid) && started ? { pid, started } : undefined
  } catch {
    return undefined
  }
}
