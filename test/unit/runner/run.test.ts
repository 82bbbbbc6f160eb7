/** Whole runs of suites that end in every way. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Run, runSuites } from '../../runner/run.ts'
import type { Step } from '../../steps.ts'
import { type Suite, suites } from '../../suites.ts'

let said: string
beforeEach(() => {
  said = ''
  jest.spyOn(console, 'log').mockImplementation((line) => {
    said += `${line}\n`
  })
})
afterEach(() => jest.restoreAllMocks())

const suite = (name: string, script: string, more: Partial<Suite> = {}): Suite => ({
  ...{ name, after: [], commands: [{ argv: ['bash', '-c', script], count: 'check' }] },
  ...more,
})
const runner = (name: string, script: string): Suite =>
  suite(name, '', { commands: [{ argv: ['bash', '-c', script, 'bash'], count: 'jest' }] })
const counts = ({ outcomes }: Run) =>
  Object.fromEntries(outcomes.map(({ name, passed, failed }) => [name, [passed, failed]]))

test('suites that crash, report nothing or are killed fail the run', async () => {
  const run = await runSuites(
    [
      suite('good', 'true'),
      suite('bad', 'exit 3'),
      suite('killed', 'kill -9 $$'),
      runner('silent', 'exit 0'),
      runner('crashed', 'exit 1'),
    ],
    [],
  )
  expect(counts(run)).toEqual({
    ...{ good: [1, 0], bad: [0, 1], killed: [0, 1], silent: [0, 1], crashed: [0, 1] },
  })
  expect(run).toMatchObject({ passed: 1, failed: 4 })
})

test('a step that fails counts, and what comes after it is not run', async () => {
  const step = (name: Step['name'], after: Step['after'], run: Step['run']): Step => ({
    ...{ name, after, run },
  })
  const steps = [
    step('tools', [], async (progress) => progress('installing')),
    step('engine', ['tools'], () => Promise.reject(new Error('no disk'))),
    step('base image', [], () => Promise.reject(new Error('nobody needs it'))),
  ]
  const suites = [
    suite('lint', 'true', { after: ['tools'] }),
    suite('e2e', 'true', { after: ['engine'], alone: true }),
  ]
  const run = await runSuites(suites, steps)
  expect(counts(run)).toEqual({
    ...{ tools: [undefined, undefined], engine: [0, 1], lint: [1, 0], e2e: [0, 1] },
  })
  expect(said).toContain('== tools: installing\n')
  expect(said).toContain('== engine: no disk\n')
  expect(said).toContain('== e2e: not run, because engine failed\n')
  expect(said).not.toContain('nobody needs it')
})

test('what suites print comes whole, with their names', async () => {
  const words = (word: string) => `for n in 1 2 3; do echo ${word}; sleep 0.05; done; echo >&2 end`
  await runSuites([suite('a', words('one')), suite('b', words('two'))], [])
  expect(said).toContain('\n== a\none\none\none\nend\n== a: 1 passed, 0 failed in ')
  expect(said).toContain('\n== b\ntwo\ntwo\ntwo\nend\n== b: 1 passed, 0 failed in ')
})

test('a signal ends what runs, and nothing more is started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-run-'))
  const suites = [
    suite('first', `touch ${join(folder, 'runs')}; sleep 600`, { alone: true }),
    suite('second', 'echo started', { alone: true }),
  ]
  const running = runSuites(suites, [])
  while (!existsSync(join(folder, 'runs'))) await sleep(20)
  process.emit('SIGTERM')
  const run = await running
  expect(counts(run)).toEqual({ first: [0, 1], second: [0, 1] })
  expect(said).not.toContain('started')
  rmSync(folder, { recursive: true })
})

test('Jest gets its workers as a number, at most two for each core', () => {
  const asked = suites.flatMap(({ commands }) =>
    commands.flatMap(({ argv }) => argv.filter((word) => word.startsWith('--maxWorkers'))),
  )
  const most = 2 * availableParallelism()
  expect(asked.length).toBeGreaterThan(10)
  for (const word of asked) {
    expect(word).toMatch(/^--maxWorkers=[1-9][0-9]*$/)
    expect(Number(word.split('=')[1])).toBeLessThanOrEqual(most)
  }
})
