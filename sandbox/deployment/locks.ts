import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/**
 * Removes the locks that engines on this computer left on the state when they were killed; one
 * whose process lives stays. The file backend writes them as JSON with pid and hostname.
 */
export async function removeDeadLocks(dir: string): Promise<void> {
  const locks = join(dir, 'state', '.pulumi', 'locks')
  const files = await readdir(locks, { recursive: true }).catch(() => [])
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const lock = JSON.parse(await readFile(join(locks, file), 'utf8'))
    if (lock.hostname === hostname() && !alive(lock.pid))
      await rm(join(locks, file), { force: true })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
