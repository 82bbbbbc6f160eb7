import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess, isRunning } from '../../processes.ts'

/** How long the system calls under way may take. */
const STILL_MS = 60_000
const POLL_MS = 5

/**
 * Ends a process in the midst of its work, but not of a system call: SIGKILL alone stops a long
 * write(2) between two pages, which would be an entry of the log that no disk can leave. A thread is
 * stopped once its call is over.
 * @throws if a thread does not stop within 10 s; the process runs on then
 */
export async function cut(victim: { pid: number; started: string }): Promise<void> {
  if (!isRunning(victim)) return
  const { pid } = victim
  process.kill(pid, 'SIGSTOP')
  const deadline = Date.now() + STILL_MS
  while (!(await isStill(pid))) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGCONT')
      throw new Error(`process ${pid} does not stop within ${STILL_MS / 1000} s`)
    }
    await sleep(POLL_MS)
  }
  await endProcess({ ...victim, signal: 'SIGKILL' })
}

/** Whether all its threads are stopped (proc_pid_stat(5), state); on macOS the signal has seen to it. */
async function isStill(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const tasks = await readdir(`/proc/${pid}/task`)
  const states = await Promise.all(
    tasks.map(async (task) => {
      const stat = await readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').catch(() => ') T')
      return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    }),
  )
  return states.every((state) => 'TtZX'.includes(state))
}
