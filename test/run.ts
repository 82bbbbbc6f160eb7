import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensurePrerequisites } from '../sandbox/prerequisites.ts'
import { ensureToolchain } from '../sandbox/toolchain/index.ts'
import { type Command, type Suite, suites } from './suites.ts'

interface Count {
  passed: number
  failed: number
}

/** No command of a suite takes this long unless it hangs. */
const LIMIT_MINUTES = 45
const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'padlock-test-'))

/** Runs the named suites, or all, and ends with `N passed, N failed`. */
async function main(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    const known = suites.map((suite) => suite.name).join(', ')
    console.error(`no suite is called ${unknown.join(', ')}; there are: ${known}`)
    return 2
  }
  const chosen = suites.filter((suite) => names.length === 0 || names.includes(suite.name))
  const needs = [...new Set(chosen.flatMap((suite) => suite.needs))]
  await ensurePrerequisites(needs as Parameters<typeof ensurePrerequisites>[0], console.log)
  if (chosen.some((suite) => suite.needs.includes('go'))) await prepareEngine()
  const total: Count = { passed: 0, failed: 0 }
  for (const suite of chosen) {
    const count = await runSuite(suite)
    total.passed += count.passed
    total.failed += count.failed
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

/** Builds the engine where it must be built, so that no test waits minutes for it. */
async function prepareEngine(): Promise<void> {
  const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')
  const home = join(root, '.sandbox', 'pulumi')
  const { summary } = await ensureToolchain({ home, cache, progress: console.log })
  console.log(summary)
}

async function runSuite(suite: Suite): Promise<Count> {
  console.log(`\n== ${suite.name}`)
  const start = Date.now()
  const total: Count = { passed: 0, failed: 0 }
  for (const [index, command] of suite.commands.entries()) {
    const report = join(scratch, `${suite.name}-${index}`)
    const code = await run(command, report)
    const count = counted(command, report, code)
    total.passed += count.passed
    total.failed += count.failed
  }
  const seconds = Math.round((Date.now() - start) / 1000)
  console.log(`== ${suite.name}: ${total.passed} passed, ${total.failed} failed in ${seconds} s`)
  return total
}

function run(command: Command, report: string): Promise<number> {
  const [program = '', ...args] = command.argv
  const more = {
    jest: ['--json', `--outputFile=${report}`, '--ci'],
    pytest: [`--junitxml=${report}`],
    check: [],
  }[command.count]
  const env = {
    ...process.env,
    ...command.environment,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, ...more], {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const hung = setTimeout(() => {
      console.error(`${command.argv.join(' ')}: ended after ${LIMIT_MINUTES} minutes`)
      child.kill()
    }, LIMIT_MINUTES * 60_000)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(hung)
      resolve(code ?? 1)
    })
  })
}

/** A runner that failed without a failed test (a crash, no test found) counts as one failure. */
function counted(command: Command, report: string, code: number): Count {
  if (command.count === 'check') return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
  const count = read(command.count, report)
  const crashed = code !== 0 && count.failed === 0
  return { passed: count.passed, failed: count.failed + (crashed || count.passed === 0 ? 1 : 0) }
}

function read(kind: 'jest' | 'pytest', report: string): Count {
  let text: string
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    return { passed: 0, failed: 0 }
  }
  if (kind === 'jest') {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } =
      JSON.parse(text)
    return {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites + numPendingTests,
    }
  }
  const number = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(text)?.[1] ?? 0)
  const failed = number('failures') + number('errors') + number('skipped')
  return { passed: number('tests') - failed, failed }
}

process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
process.exitCode = await main(process.argv.slice(2))
