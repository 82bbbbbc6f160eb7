import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.ts'
import type { Outcome } from './summary.ts'

/** The commit that is checked out, if nothing but it is in the working tree; else undefined. */
export function cleanCommit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  try {
    return git('status', '--porcelain') === '' ? git('rev-parse', 'HEAD') : undefined
  } catch {
    return undefined
  }
}

/** Text of docs/long-tests.md after a run. */
export function record(commit: string, date: Date, outcomes: Outcome[], seconds: number): string {
  const suites = outcomes.filter(({ passed }) => passed !== undefined)
  const sum = (key: 'passed' | 'failed') =>
    suites.reduce((total, outcome) => total + (outcome[key] ?? 0), 0)
  const rows = suites.map(
    ({ name, passed, failed, seconds }) =>
      `| ${name} | ${passed} | ${failed} | ${Math.round(seconds)} |`,
  )
  return `# Long tests

\`make test SUITES=long\` runs what takes too long for every change: \`test/long\`. It is run in full before an issue is called done. Its last run, written by the run itself when it starts from a clean working tree:

- commit ${commit}
- ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC
- ${sum('passed')} passed, ${sum('failed')} failed, ${Math.round(seconds)} seconds

| suite | passed | failed | seconds |
| --- | ---: | ---: | ---: |
${rows.join('\n')}
`
}

export function writeRecord(text: string): void {
  writeFileSync(join(root, 'docs', 'long-tests.md'), text)
}
