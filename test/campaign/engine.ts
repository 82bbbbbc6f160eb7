import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { start } from '../engine/support/processes.ts'
import type { Step } from './plan.ts'

/** What became of one command of the engine. */
export interface Troubled {
  /** null for one that was killed. */
  code: number | null
  output: string
  /** Lines of progress that it came to. */
  lines: number
  /** Operations that it had begun and not ended when it was killed. */
  pending: string[]
  seconds: number
}

export interface Place {
  stack: string
  folder: string
  environment: Record<string, string>
  /** Where the backend keeps the stack. */
  stateFile: string
}

const PROGRESS = /^\s*\S*\s+\S+:\S+:\S+ \S+ \S+/
/** The stand-ins look after their parent twice a second. */
const ORPHANS_END_MS = 60_000

/**
 * Runs a step to its end or to its kill.
 * @throws Error if processes outlive the killed engine
 */
export async function runEngine(step: Step, place: Place): Promise<Troubled> {
  const { command, refresh, kill } = step
  const { stack, folder, environment, stateFile } = place
  const flags = ['--yes', '--skip-preview', ...(refresh ? ['--refresh'] : []), '--stack', stack]
  const { process: engine, done } = start('pulumi', [command, ...flags, '--non-interactive'], {
    cwd: folder,
    env: { ...process.env, ...environment },
    // A session of its own, by which its descendants are found when it is gone.
    detached: true,
  })
  const ended = new AbortController()
  let lines = 0
  const count = (text: string) => {
    const before = lines
    lines += text.split('\n').filter((line) => PROGRESS.test(line)).length
    if (!kill || before > kill.line || lines < kill.line || aimed) return
    aimed = true
    sleep(kill.ms, undefined, { signal: ended.signal })
      .then(() => engine.kill('SIGKILL'))
      .catch(() => undefined)
  }
  let aimed = false
  engine.stdout?.on('data', (chunk) => count(String(chunk)))
  count('')
  // Not `done`: an orphan that keeps the pipes open must be found, not waited for.
  await new Promise((gone) => engine.once('exit', gone))
  ended.abort()
  await noOrphans(engine.pid as number)
  const { code, output, seconds } = await done
  return { code, output, lines, seconds, pending: code === null ? pendingIn(stateFile) : [] }
}

/** The descendants that are still there, as `ps` tells them by their session (not on macOS). */
async function noOrphans(session: number): Promise<void> {
  const deadline = Date.now() + ORPHANS_END_MS
  for (;;) {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'sess=,pid=,args='])
    const left = stdout
      .split('\n')
      .filter((line) => Number(line.trim().split(/\s+/)[0]) === session && !/<defunct>/.test(line))
    if (left.length === 0) return
    if (Date.now() > deadline) {
      for (const line of left) end(Number(line.trim().split(/\s+/)[1]))
      throw new Error(`these outlive the engine:\n${left.join('\n')}`)
    }
    await sleep(200)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone by itself in the meantime.
  }
}

/** `creating digitalocean:index/droplet:Droplet` of each operation that the state has as begun. */
function pendingIn(stateFile: string): string[] {
  if (!existsSync(stateFile)) return []
  const { checkpoint } = JSON.parse(readFileSync(stateFile, 'utf8'))
  const pending: { type: string; resource: { type: string } }[] =
    checkpoint?.latest?.pending_operations ?? []
  return pending.map(({ type, resource }) => `${type} ${resource.type}`)
}
