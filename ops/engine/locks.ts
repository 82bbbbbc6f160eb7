import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Removes the locks that engines on this computer left in a backend of files when they were killed;
 * one whose process lives stays. The engine writes them as JSON with pid and hostname
 * (pulumi/pulumi, pkg/backend/diy/lock.go). Other backends are left alone.
 * @param backend PULUMI_BACKEND_URL; default: that of this process's environment
 */
export async function removeDeadLocks(
  backend: string | undefined = process.env.PULUMI_BACKEND_URL,
): Promise<void> {
  if (!backend?.startsWith('file:///')) return
  const locks = join(fileURLToPath(new URL(backend)), '.pulumi', 'locks')
  const files = await readdir(locks, { recursive: true }).catch(() => [])
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const lock = JSON.parse(await readFile(join(locks, file), 'utf8'))
    if (lock.hostname === hostname() && !alive(lock.pid))
      await rm(join(locks, file), { force: true })
  }
}

/**
 * Does the engine say that another update of the stack is at work? The first words are those of
 * backends of files and buckets, the others Pulumi Cloud's.
 */
export const saysLocked = (said: string): boolean =>
  /the stack is currently locked by|Another update is currently in progress/.test(said)

/** What a person is told of such a stack. */
export const lockedBecause = (stack: string): string =>
  `another update of ${stack} is at work. Fix: wait for its end and run this again; where its process is known to be dead, first: pulumi cancel --stack ${stack}`

/** The engine has begun nothing, as another update of the stack is at work. */
export class LockedError extends Error {
  constructor(stack: string) {
    super(lockedBecause(stack))
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
