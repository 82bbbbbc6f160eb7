import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Counting } from './count.ts'

export const root = join(import.meta.dirname, '..', '..')

export interface Command {
  argv: string[]
  count: Counting
}

/** Where to write, and for how long at most. */
export interface Place {
  /** Path of the runner's report. */
  report: string
  /** File that the output is appended to; undefined: this process's own output. */
  output?: string
  limitMinutes: number
}

/** Process groups that run; a signal to this process is passed on to them. */
const groups = new Set<number>()
/** Whether all were told to end. */
let told = false

/** Seconds that a group has to end by itself once it is told to. */
const GRACE_SECONDS = 20

/**
 * Runs a command in the project's folder, with the project's Node first on PATH.
 * @returns its exit code; undefined if a signal ended it, it took too long, or it did not start
 */
export function runCommand(command: Command, place: Place): Promise<number | undefined> {
  const [program = '', ...args] = command.argv
  const more = {
    jest: ['--json', `--outputFile=${place.report}`, '--ci'],
    pytest: [`--junitxml=${place.report}`],
    check: [],
  }[command.count]
  // A file and not a pipe: what a test leaves running would keep a pipe open.
  const output = place.output === undefined ? 'inherit' : openSync(place.output, 'a')
  return new Promise((resolve) => {
    const child = spawn(program, [...args, ...more], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
      },
      stdio: ['ignore', output, output],
      detached: true,
    })
    if (typeof output === 'number') closeSync(output)
    if (child.pid !== undefined) groups.add(child.pid)
    let late = false
    const limit = setTimeout(() => {
      late = true
      console.error(`${command.argv.join(' ')}: ended after ${place.limitMinutes} minutes`)
      endGroup(child.pid)
    }, place.limitMinutes * 60_000)
    const done = (code: number | undefined) => {
      clearTimeout(limit)
      if (child.pid !== undefined) groups.delete(child.pid)
      resolve(late ? undefined : code)
    }
    child.once('error', (error) => {
      console.error(`${program}: ${error.message}`)
      done(undefined)
    })
    child.once('exit', (code) => {
      // What outlives a command that was told to end has had its time.
      if ((late || told) && child.pid !== undefined) signal(child.pid, 'SIGKILL')
      done(code ?? undefined)
    })
  })
}

/** Tells all commands that run to end. */
export function endCommands(): void {
  told = true
  for (const group of groups) endGroup(group)
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  signal(pid, 'SIGTERM')
  setTimeout(() => groups.has(pid) && signal(pid, 'SIGKILL'), GRACE_SECONDS * 1000).unref()
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
