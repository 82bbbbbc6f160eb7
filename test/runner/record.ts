import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suites } from '../suites.ts'
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

const HEAD = `# Long tests

\`make test SUITES=long\` runs what takes too long for every change: \`test/long\`. It is run in full before an issue is called done. The last run of each suite, written by the run itself when it starts from a clean working tree: how many tests passed and failed, the seconds that the suite alone took, and the commit that was checked out. What a suite runs, and after what, says \`test/suites.ts\`. One without figures has not run to its end in such a tree since it is there.

| suite | passed | failed | seconds | commit | when (UTC) |
| --- | ---: | ---: | ---: | --- | --- |
`
const ROW = /^\| (\S+) \|(?: \d+ \|){3}.*$/gm

/**
 * Text of docs/long-tests.md after a run.
 * @param before the text so far; suites that did not run keep their rows
 * @param outcomes of the long suites
 * @param names of all long suites there are, in the order of the rows
 */
export function record(
  before: string,
  commit: string,
  date: Date,
  outcomes: Outcome[],
  names: string[],
): string {
  const rows = new Map([...before.matchAll(ROW)].map(([row, name]) => [name, row]))
  const when = date.toISOString().slice(0, 16).replace('T', ' ')
  for (const { name, passed, failed, seconds } of outcomes) {
    if (passed === undefined) continue
    const figures = [passed, failed, Math.round(seconds), commit.slice(0, 12), when]
    rows.set(name, `| ${name} | ${figures.join(' | ')} |`)
  }
  const told = names.map((name) => rows.get(name) ?? `| ${name} | | | | | |`)
  return `${HEAD}${told.join('\n')}\n`
}

const file = join(root, 'docs', 'long-tests.md')

/** Notes the outcomes of long suites in docs/long-tests.md. */
export function noteRun(commit: string, date: Date, outcomes: Outcome[]): void {
  const names = suites.filter(({ long }) => long).map(({ name }) => name)
  writeFileSync(file, record(readFileSync(file, 'utf8'), commit, date, outcomes, names))
}
