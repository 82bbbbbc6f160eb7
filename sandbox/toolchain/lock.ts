import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `work` while holding a lock file with this process's id in it. Waits for a holder that
 * lives, and takes over from one that has died.
 */
export async function withLock<T>(
  path: string,
  progress: (message: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  let told = false
  while (!acquire(path)) {
    const holder = Number(readHolder(path))
    if (holder && !isAlive(holder)) {
      rmSync(path, { force: true })
      continue
    }
    if (!told) progress(`waiting for process ${holder || '?'}, which does the same (${path})`)
    told = true
    await sleep(500)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function acquire(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
