/** Real commands that end in every way, and how they count. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../../runner/command.ts'
import { type Counting, count } from '../../runner/count.ts'

const folder = mkdtempSync(join(tmpdir(), 'runner-'))
afterEach(() => jest.restoreAllMocks())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reported = {
  ...{ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 },
  ...{ numRuntimeErrorTestSuites: 0, testResults: [] as object[] },
}
let number = 0

/** Runs a shell script that may write its report to `$report`, and counts it. */
async function counted(kind: Counting, script: string, limitMinutes = 1) {
  const name = join(folder, `${number++}`)
  const place = { report: `${name}.report`, output: `${name}.log`, limitMinutes }
  const whole = `report=${place.report}; ${script}`
  const code = await runCommand({ argv: ['bash', '-c', whole], count: kind }, place)
  return { ...count(kind, place.report, code), said: readFileSync(place.output, 'utf8') }
}

const jestReport = (changes: Partial<typeof reported> = {}) =>
  `cat >"$report" <<'END'\n${JSON.stringify({ ...reported, ...changes })}\nEND\n`
const pytestReport = (attributes: string, cases = '') =>
  `cat >"$report" <<'END'\n<testsuites><testsuite ${attributes}>${cases}</testsuite></testsuites>\nEND\n`

test('a runner that reports and succeeds counts what it says', async () => {
  expect(await counted('jest', `${jestReport()} echo words`)).toEqual({
    ...{ passed: 3, failed: 0, files: [], said: 'words\n' },
  })
})

test.each<[string, Counting, string, { passed: number; failed: number }]>([
  ['prints and reports nothing', 'jest', 'exit 0', { passed: 0, failed: 1 }],
  ['prints and reports nothing', 'pytest', 'exit 0', { passed: 0, failed: 1 }],
  ['ends with an error and no report', 'jest', 'exit 1', { passed: 0, failed: 1 }],
  [
    'reports success and ends with an error',
    'jest',
    `${jestReport()} exit 1`,
    { passed: 3, failed: 1 },
  ],
  ['is killed after its report', 'jest', `${jestReport()} kill -9 $$`, { passed: 3, failed: 1 }],
  ['is killed before it', 'pytest', 'kill -9 $$', { passed: 0, failed: 1 }],
  ['leaves half a report', 'jest', `echo '{"numPassed' >"$report"`, { passed: 0, failed: 1 }],
  ['found no test', 'jest', jestReport({ numPassedTests: 0 }), { passed: 0, failed: 1 }],
  ['skipped a test', 'jest', jestReport({ numPendingTests: 1 }), { passed: 3, failed: 1 }],
  ['has a test to do', 'jest', jestReport({ numTodoTests: 2 }), { passed: 3, failed: 2 }],
  [
    'has a file that crashed',
    'jest',
    jestReport({ numRuntimeErrorTestSuites: 1 }),
    { passed: 3, failed: 1 },
  ],
  [
    'failed, which is not counted twice',
    'jest',
    `${jestReport({ numFailedTests: 2 })} exit 1`,
    { passed: 3, failed: 2 },
  ],
  [
    'skipped, failed and broke',
    'pytest',
    `${pytestReport('errors="1" failures="2" skipped="3" tests="10"')} exit 1`,
    { passed: 4, failed: 6 },
  ],
  ['is a check that succeeds', 'check', 'exit 0', { passed: 1, failed: 0 }],
  ['is a check that fails', 'check', 'exit 3', { passed: 0, failed: 1 }],
  ['is a check that is killed', 'check', 'kill -9 $$', { passed: 0, failed: 1 }],
])('a runner that %s (%s)', async (_, kind, script, expected) => {
  expect(await counted(kind, script)).toMatchObject(expected)
})

test('a program that is not there has failed', async () => {
  const error = jest.spyOn(console, 'error').mockImplementation(() => undefined)
  const place = { report: join(folder, 'none'), limitMinutes: 1 }
  const code = await runCommand({ argv: ['no-such-program'], count: 'check' }, place)
  expect(code).toBeUndefined()
  expect(error.mock.calls.flat().join()).toContain('no-such-program')
})

test('a runner that hangs is ended with all that it started, and has failed', async () => {
  const error = jest.spyOn(console, 'error').mockImplementation(() => undefined)
  const script = `${jestReport()} sleep 300 & echo $!; wait`
  const { said, ...result } = await counted('jest', script, 0.15)
  expect(result).toMatchObject({ passed: 3, failed: 1 })
  expect(error.mock.calls.flat().join()).toContain('ended after 0.15 minutes')
  expect(said.trim()).toMatch(/^\d+$/)
  // A zombie that nobody has asked for yet is as good as gone.
  const state = () => spawnSync('ps', ['-o', 'stat=', '-p', said.trim()], { encoding: 'utf8' })
  for (let n = 0; n < 300 && !/^(Z.*)?\s*$/.test(state().stdout); n++) await sleep(100)
  expect(state().stdout).toMatch(/^(Z.*)?\s*$/)
})

test('files come with their seconds', async () => {
  const file = { name: '/a/b.test.ts', startTime: 1_000, endTime: 3_500 }
  const { files } = await counted('jest', jestReport({ testResults: [file] }))
  expect(files).toEqual([{ file: '/a/b.test.ts', seconds: 2.5 }])
  const one = (name: string, time: number) =>
    `<testcase classname="tests.${name}" name="n" time="${time}" />`
  const cases = one('login', 0.5) + one('login', 0.25) + one('pages', 1)
  expect((await counted('pytest', pytestReport('tests="3"', cases))).files).toEqual([
    { file: 'tests.login', seconds: 0.75 },
    { file: 'tests.pages', seconds: 1 },
  ])
})
