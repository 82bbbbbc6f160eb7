/**
 * `make test [SUITES="NAME ..."]`: runs suites side by side and ends with `N passed, N failed`.
 * What a step or a suite prints comes whole, when it is done; every minute a line says what runs.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { endCommands, runCommand } from './runner/command.ts'
import { count, type Result } from './runner/count.ts'
import { cleanCommit, record, writeRecord } from './runner/record.ts'
import { runTasks, type Task } from './runner/schedule.ts'
import { lastLine, type Outcome, summary } from './runner/summary.ts'
import { type Step, steps } from './steps.ts'
import { chosenSuites, type Suite } from './suites.ts'

/** No command of a suite takes this long unless it hangs. */
const LIMIT_MINUTES = { normal: 45, long: 180 }
/** Suites at a time: each has several processes. The limit is for memory. */
const PLACES = Math.min(Math.max(availableParallelism(), 2), 4)

const began = Date.now()
const elapsed = () => (Date.now() - began) / 1000
const scratch = mkdtempSync(join(tmpdir(), 'padlock-test-'))
const outcomes: Outcome[] = []
/** Told to end by a signal: nothing more is started, and all that was to run counts as failed. */
let stopping = false
/** What runs, since when, and the file with its words so far. */
const running = new Map<string, { from: number; output?: string }>()

async function main(names: string[]): Promise<number> {
  let chosen: Suite[]
  try {
    chosen = chosenSuites(names)
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  const commit = names.join(' ') === 'long' ? cleanCommit() : undefined
  await runTasks(
    [...needed(chosen).map(stepTask), ...chosen.map((suite) => suiteTask(suite, chosen))],
    PLACES,
    ({ name }, because) => {
      console.log(`\n== ${name}: not run, because ${because} failed`)
      outcomes.push({ name, passed: 0, failed: 1, from: elapsed(), seconds: 0, files: [] })
    },
  )
  console.log(`\n${summary(outcomes, elapsed())}`)
  if (commit) writeRecord(record(commit, new Date(began), outcomes, elapsed()))
  const { passed, failed } = total()
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

/** The steps that the suites come after, and those before these. */
function needed(chosen: Suite[]): Step[] {
  const names = new Set<string>(chosen.flatMap(({ after }) => after))
  // From the last to the first: a step comes after earlier ones only.
  for (const { name, after } of steps.toReversed()) {
    if (names.has(name)) for (const each of after) names.add(each)
  }
  return steps.filter(({ name }) => names.has(name))
}

function stepTask({ name, after, run }: Step): Task {
  return {
    ...{ name, after, free: true },
    async run() {
      const from = begin(name)
      try {
        if (stopping) throw new Error('the run was told to end')
        await run((message) => console.log(`== ${name}: ${message}`))
        end({ name, from, files: [] })
        return true
      } catch (error) {
        console.error(`\n== ${name}: ${error instanceof Error ? error.message : error}`)
        end({ name, from, passed: 0, failed: 1, files: [] })
        return false
      }
    },
  }
}

function suiteTask(suite: Suite, chosen: Suite[]): Task {
  const { name, after, alone } = suite
  return {
    ...{ name, after, alone },
    async run() {
      const output = chosen.length > 1 ? join(scratch, `${name}.log`) : undefined
      const from = begin(name, output)
      const sum: Result = { passed: 0, failed: 0, files: [] }
      for (const [index, command] of suite.commands.entries()) {
        if (stopping) {
          sum.failed++
          continue
        }
        const report = join(scratch, `${name}-${index}`)
        const limitMinutes = LIMIT_MINUTES[suite.long ? 'long' : 'normal']
        const code = await runCommand(command, { report, output, limitMinutes })
        const counted = count(command.count, report, code)
        sum.passed += counted.passed
        sum.failed += counted.failed
        sum.files.push(...counted.files)
      }
      if (output) console.log(`\n== ${name}\n${readFileSync(output, 'utf8').trimEnd()}`)
      end({ name, from, ...sum })
      return sum.failed === 0
    },
  }
}

function begin(name: string, output?: string): number {
  const from = elapsed()
  running.set(name, { from, output })
  return from
}

function end(outcome: Omit<Outcome, 'seconds'>): void {
  const { name, passed, failed, from } = outcome
  const seconds = elapsed() - from
  running.delete(name)
  outcomes.push({ ...outcome, seconds })
  const counts = passed === undefined ? 'done' : `${passed} passed, ${failed} failed`
  console.log(`== ${name}: ${counts} in ${Math.round(seconds)} s`)
}

function total(): { passed: number; failed: number } {
  const sum = { passed: 0, failed: 0 }
  for (const { passed = 0, failed = 0 } of outcomes) {
    sum.passed += passed
    sum.failed += failed
  }
  return sum
}

const minute = setInterval(() => {
  for (const [name, { from, output }] of running) {
    const said = output === undefined ? '' : lastLine(readFileSync(output, 'utf8'))
    console.log(`-- ${Math.round(elapsed() - from)} s of ${name}${said && `: ${said}`}`)
  }
}, 60_000)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true
    endCommands()
  })
}
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
process.exitCode = await main(process.argv.slice(2))
clearInterval(minute)
