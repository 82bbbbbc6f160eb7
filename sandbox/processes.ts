import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere, writeAtomically } from './files.ts'

/** What tells a process from a later one that got the same pid. */
export interface ProcessRecord {
  name: string
  pid: number
  /** When it started, as the system counts it, and the boot it started in. */
  started: string
  /** What ends it at once and in order; SIGTERM if absent. */
  signal?: NodeJS.Signals
  /** A folder out of the sandbox's state that goes with it. */
  folder?: string
}

/**
 * A mark of the process that no later holder of the same pid has; undefined if there is none.
 * Linux: boot id and start time in clock ticks (proc_pid_stat(5), field 22). Elsewhere: ps(1).
 */
export function startMark(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in brackets and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie is over: only its parent has not yet taken note of it.
    if (fields[0] === 'Z') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${fields[19]}`
  } catch {
    return undefined
  }
}

/** Is this very process, and not another one with its pid, still running? */
export function isRunning(record: { pid: number; started: string }): boolean {
  return startMark(record.pid) === record.started
}

/**
 * Notes a child process under `<dir>/pids`, so that after a crash of the sandbox the next start
 * can end it. Resolves to the function that strikes the note again.
 */
export async function recordProcess(
  dir: string,
  name: string,
  pid: number,
  more: Pick<ProcessRecord, 'signal' | 'folder'> = {},
): Promise<() => Promise<void>> {
  const path = join(dir, 'pids', `${name}.json`)
  const started = startMark(pid)
  if (started === undefined) return async () => {}
  await writeAtomically(
    path,
    JSON.stringify({ name, pid, started, ...more } satisfies ProcessRecord),
  )
  return async () => {
    const text = await readIfThere(path)
    if (text !== undefined && JSON.parse(text).pid === pid) await rm(path, { force: true })
  }
}

/**
 * Ends what an earlier run that died left behind: every process noted under `<dir>/pids` that is
 * still the one that was noted, by its signal and by SIGKILL after `graceMs`, and the folders.
 * @returns the names of those it ended
 */
export async function endLeftovers(dir: string, graceMs = 3000): Promise<string[]> {
  const folder = join(dir, 'pids')
  const files = await readdir(folder).catch(() => [] as string[])
  const ended = await Promise.all(
    files.map(async (file) => {
      const path = join(folder, file)
      const record = parse(await readIfThere(path))
      const found = record !== undefined && isRunning(record)
      if (found) await endProcess(record, graceMs)
      if (record?.folder) await rm(record.folder, { recursive: true, force: true })
      await rm(path, { force: true })
      return found ? [record.name] : []
    }),
  )
  return ended.flat()
}

/** One that is killed ends once it gets the processor. */
const KILLED_MS = 60_000

/**
 * Ends a process: by its signal (SIGTERM), and by SIGKILL if it is still there after `graceMs`, which is then
 * waited for a minute at most.
 */
export async function endProcess(
  record: { pid: number; started: string; signal?: NodeJS.Signals },
  graceMs = 3000,
): Promise<void> {
  for (const signal of [record.signal ?? 'SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(record)) return
    try {
      process.kill(record.pid, signal)
    } catch {
      return
    }
    const deadline = Date.now() + (signal === 'SIGKILL' ? Math.max(graceMs, KILLED_MS) : graceMs)
    while (Date.now() < deadline && isRunning(record)) await sleep(20)
  }
}

function parse(text: string | undefined): ProcessRecord | undefined {
  try {
    const record = JSON.parse(text ?? '') as ProcessRecord
    return Number.isInteger(record.pid) && record.started ? record : undefined
  } catch {
    return undefined
  }
}
