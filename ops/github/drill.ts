import { type DrillReceipt, succeeded } from '../backups/drill.ts'
import type { RestoredPart } from '../backups/restore.ts'
import type { GitHub } from './client.ts'
import { type IssueOutcome, keepIssue } from './issue.ts'
import type { Runner } from './runner.ts'

/** What came of a drill: its receipt, or why it did not come to one. */
export interface Drill {
  stack: string
  /** Of the copy in a second region. */
  copy?: boolean
  receipt?: DrillReceipt
  /** What the program said instead. */
  said?: string
}

/**
 * Keeps one issue for a run's drills of a stack, of its bucket and of the copy: open where one fails,
 * closed where all succeed.
 */
export function reportDrills(
  github: GitHub,
  stack: string,
  drills: Drill[],
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<IssueOutcome> {
  const failed = drills.filter((drill) => !works(drill))
  return keepIssue(
    github,
    {
      ...{ label: 'restore-drill', stack },
      report:
        failed.length > 0 ? failed.map((one) => report(one, runner.url)).join('\n') : undefined,
      title: `Restore drill: the backups of ${stack} were not restored`,
      gone: `A backup of \`${stack}\` was restored and read`,
    },
    runner,
  )
}

/** Was all of it restored and read, and is nothing left? */
export const works = ({ receipt }: Drill): boolean => receipt !== undefined && succeeded(receipt)

/** The receipt in Markdown. */
export function report({ stack, copy, receipt, said = '' }: Drill, url = ''): string {
  const title = `### Restore drill of ${copy ? 'the copy of ' : ''}${code(stack)}`
  const run = url ? `\n[The run](${url})\n` : ''
  if (!receipt) {
    return `${title}\n\n**Nothing was restored.**\n\n${block(said)}\n${run}`
  }
  const { from, environment, startedAt, seconds, steps, database, files, problems, left } = receipt
  const rows = [
    ['from', code(from)],
    ['environment', `${code(environment)}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ...(database ? [['database', databaseWords(database)]] : []),
    ...(files ? [['files', filesWords(files)]] : []),
    ['seconds', `${seconds}: ${steps.map(({ step, seconds }) => `${step} ${seconds}`).join(', ')}`],
  ]
  return [
    title,
    '',
    succeeded(receipt)
      ? 'A backup was restored to an environment of its own, all of it was read, and nothing of the environment is left.'
      : '**It failed.**',
    '',
    ...['| | |', '|---|---|', ...rows.map(([name, words]) => `| ${name} | ${words} |`), ''],
    ...problems.flatMap((problem) => [block(problem), '']),
    ...(left.length > 0
      ? [
          `Left in the accounts, for a sweep to remove after its expiry, or \`./padlock env down ${environment}\` now:`,
          '',
          ...left.map(({ kind, name, id }) => `- ${kind} ${code(name)} (${id})`),
          '',
        ]
      : []),
    ...(database
      ? [
          `<details><summary>Rows: ${database.rows}</summary>`,
          ...['', '| table | rows |', '|---|---:|'],
          ...database.tables.map(({ name, rows }) => `| ${code(name)} | ${rows} |`),
          ...['', '</details>'],
        ]
      : []),
    run,
  ].join('\n')
}

function databaseWords(found: NonNullable<DrillReceipt['database']>): string {
  const { rows, tables, bytes, hash, version } = found
  return `${part(found)}; rows of ${tables.length} tables: ${rows}, ${mib(bytes)} MiB, PostgreSQL ${version}; sha256 \`${hash}\``
}

function filesWords(found: NonNullable<DrillReceipt['files']>): string {
  return `${part(found)}; files: ${found.files}, ${mib(found.bytes)} MiB; sha256 \`${found.hash}\``
}

const part = ({ label, until }: RestoredPart) => `${code(label)}, as of ${until ?? 'its end'}`
const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)
/** In a cell of a table, whatever a database's owner has called it. */
const code = (text: string) => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``
const block = (text: string) => `~~~\n${text.replaceAll('~~~', '~ ~ ~')}\n~~~`
