import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Holder, lockHolder as holderOf, tryLock } from '../lock.ts'

const lockFile = (dir: string) => join(dir, 'sandbox.pid')

/**
 * Takes the folder for this process; at most one sandbox runs on it.
 * @returns the release of the lock, or who holds it
 */
export async function takeLock(dir: string): ReturnType<typeof tryLock> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return tryLock(lockFile(dir))
}

/** Who holds the folder now, if anybody does. */
export const lockHolder = (dir: string): Promise<Holder | undefined> => holderOf(lockFile(dir))
