import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step } from '../steps.ts'
import type { Suite } from '../suites.ts'
import { endCommands, runCommand } from './command.ts'
import { count, type Result } from './count.ts'
import { runTasks, type Task } from './schedule.ts'
import { lastLine, type Outcome } from './summary.ts'

/** No command of a suite takes this long unless it hangs. */
const LIMIT_MINUTES = { normal: 45, long: 180 }
/** Suites at a time: each has several processes. The limit is for memory. */
const PLACES = Math.min(Math.max(availableParallelism(), 2), 4)

export interface Run {
  outcomes: Outcome[]
  passed: number
  failed: number
  seconds: number
}

/**
 * Runs suites and the steps before them. What a suite prints comes whole when it is done, or at
 * once where it is the only one; every minute a line says what runs. SIGINT and SIGTERM end what
 * runs, and all that was still to run counts as failed.
 */
export async function runSuites(suites: Suite[], steps: Step[]): Promise<Run> {
  const began = Date.now()
  const elapsed = () => (Date.now() - began) / 1000
  const scratch = mkdtempSync(join(tmpdir(), 'padlock-test-'))
  const outcomes: Outcome[] = []
  const running = new Map<string, { from: number; output?: string }>()
  let stopping = false

  const begin = (name: string, output?: string): number => {
    const from = elapsed()
    running.set(name, { from, output })
    return from
  }
  const end = (outcome: Omit<Outcome, 'seconds'>): void => {
    const { name, passed, failed, from } = outcome
    const seconds = elapsed() - from
    running.delete(name)
    outcomes.push({ ...outcome, seconds })
    const counts = passed === undefined ? 'done' : `${passed} passed, ${failed} failed`
    console.log(`== ${name}: ${counts} in ${Math.round(seconds)} s`)
  }

  const stepTask = ({ name, after, run }: Step): Task => ({
    ...{ name, after, free: true },
    async run() {
      const from = begin(name)
      try {
        if (stopping) throw new Error('the run was told to end')
        await run((message) => console.log(`== ${name}: ${message}`))
        end({ name, from, files: [] })
        return true
      } catch (error) {
        console.log(`\n== ${name}: ${error instanceof Error ? error.message : error}`)
        end({ name, from, passed: 0, failed: 1, files: [] })
        return false
      }
    },
  })

  const suiteTask = ({ name, after, alone, long, commands }: Suite): Task => ({
    ...{ name, after, alone },
    async run() {
      const output = suites.length > 1 ? join(scratch, `${name}.log`) : undefined
      const from = begin(name, output)
      const sum: Result = { passed: 0, failed: 0, files: [] }
      for (const [index, command] of commands.entries()) {
        const report = join(scratch, `${name}-${index}`)
        const limitMinutes = LIMIT_MINUTES[long ? 'long' : 'normal']
        const code = stopping
          ? undefined
          : await runCommand(command, { report, output, limitMinutes })
        const counted = count(command.count, report, code)
        sum.passed += counted.passed
        sum.failed += counted.failed
        sum.files.push(...counted.files)
      }
      if (output) console.log(`\n== ${name}\n${said(output).trimEnd()}`)
      end({ name, from, ...sum })
      return sum.failed === 0
    },
  })

  const minute = setInterval(() => {
    for (const [name, { from, output }] of running) {
      const last = output && lastLine(said(output))
      console.log(`-- ${Math.round(elapsed() - from)} s of ${name}${last ? `: ${last}` : ''}`)
    }
  }, 60_000)
  const stop = () => {
    stopping = true
    endCommands()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const tasks = [...needed(suites, steps).map(stepTask), ...suites.map(suiteTask)]
    await runTasks(tasks, PLACES, ({ name }, because) => {
      console.log(`\n== ${name}: not run, because ${because} failed`)
      outcomes.push({ name, passed: 0, failed: 1, from: elapsed(), seconds: 0, files: [] })
    })
  } finally {
    clearInterval(minute)
    process.off('SIGINT', stop).off('SIGTERM', stop)
    rmSync(scratch, { recursive: true, force: true })
  }
  const sum = (key: 'passed' | 'failed') =>
    outcomes.reduce((total, outcome) => total + (outcome[key] ?? 0), 0)
  return { outcomes, passed: sum('passed'), failed: sum('failed'), seconds: elapsed() }
}

/** The steps that the suites come after, and those before these. */
function needed(suites: Suite[], steps: Step[]): Step[] {
  const names = new Set<string>(suites.flatMap(({ after }) => after))
  // From the last to the first: a step comes after earlier ones only.
  for (const { name, after } of steps.toReversed()) {
    if (names.has(name)) for (const each of after) names.add(each)
  }
  return steps.filter(({ name }) => names.has(name))
}

/** A suite that has not started a command yet has said nothing. */
function said(output: string): string {
  try {
    return readFileSync(output, 'utf8')
  } catch {
    return ''
  }
}
