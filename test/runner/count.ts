import { readFileSync } from 'node:fs'

/** How a result is counted: by a runner's own report, or as one check that passes with exit code 0. */
export type Counting = 'jest' | 'pytest' | 'check'

export interface Count {
  passed: number
  failed: number
}

/** A file of tests and how long it took. */
export interface FileTime {
  file: string
  seconds: number
}

export interface Result extends Count {
  files: FileTime[]
}

/**
 * Counts the tests of one command. Skipped, pending and todo tests count as failed. A runner that
 * ended without success, left no readable report or ran no test counts as one failure more.
 * @param report path of the report that the command had to write; not read for a check
 * @param code exit code; undefined if a signal ended it or it did not start
 */
export function count(kind: Counting, report: string, code: number | undefined): Result {
  if (kind === 'check') {
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, files: [] }
  }
  const result = read(kind, report)
  const crashed = code !== 0 && result.failed === 0
  const extra = crashed || result.passed === 0 ? 1 : 0
  return { ...result, failed: result.failed + extra }
}

function read(kind: 'jest' | 'pytest', report: string): Result {
  try {
    const text = readFileSync(report, 'utf8')
    return kind === 'jest' ? readJest(text) : readPytest(text)
  } catch {
    return { passed: 0, failed: 0, files: [] }
  }
}

interface JestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numRuntimeErrorTestSuites: number
  testResults: { name: string; startTime: number; endTime: number }[]
}

function readJest(text: string): Result {
  const report: JestReport = JSON.parse(text)
  return {
    passed: report.numPassedTests,
    failed:
      report.numFailedTests +
      report.numPendingTests +
      report.numTodoTests +
      report.numRuntimeErrorTestSuites,
    files: report.testResults.map(({ name, startTime, endTime }) => ({
      file: name,
      seconds: (endTime - startTime) / 1000,
    })),
  }
}

/** JUnit's XML as pytest writes it: the sums on the suite, a time on each test case. */
function readPytest(text: string): Result {
  const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0)
  const failed = number('failures') + number('errors') + number('skipped')
  const seconds = new Map<string, number>()
  for (const [, file = '', time] of text.matchAll(
    /<testcase classname="([^"]*)" name="[^"]*" time="([\d.]+)"/g,
  )) {
    seconds.set(file, (seconds.get(file) ?? 0) + Number(time))
  }
  return {
    passed: number('tests') - failed,
    failed,
    files: [...seconds].map(([file, sum]) => ({ file, seconds: sum })),
  }
}
