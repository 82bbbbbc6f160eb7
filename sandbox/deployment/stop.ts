import { setTimeout as sleep } from 'node:timers/promises'
import { openControl } from '../control.ts'
import { lockHolder } from '../daemon/lock.ts'

const LIMIT_MS = 60_000

/**
 * Ends the sandbox of a folder and waits until its process is gone.
 * @returns false if none ran
 */
export async function stopSandbox(dir: string): Promise<boolean> {
  const holder = await lockHolder(dir)
  if (!holder) return false
  await openControl(dir)
    .stop()
    .catch(() => process.kill(holder.pid, 'SIGTERM'))
  const deadline = Date.now() + LIMIT_MS
  while (Date.now() < deadline) {
    if ((await lockHolder(dir))?.pid !== holder.pid) return true
    await sleep(100)
  }
  throw new Error(`the sandbox, process ${holder.pid}, does not end`)
}
