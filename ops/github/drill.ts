import { type DrillReceipt, succeeded } from '../backups/drill.ts'
import type { RestoredPart } from '../backups/restore.ts'
import type { GitHub } from './client.ts'
import { type IssueOutcome, keepIssue } from './issue.ts'
import type { Runner } from './runner.ts'

/** What came of a drill: its receipt, or why it did not come to one. */
export interface Drill {
  stack: string
  receipt?: DrillReceipt
  /** What the program said instead. */
  said?: string
}

/** Keeps one issue for the drills of a stack that fail, which is closed by one that succeeds. */
export function reportDrill(
  github: GitHub,
  drill: Drill,
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<IssueOutcome> {
  const { stack, receipt } = drill
  const works = receipt !== undefined && succeeded(receipt)
  return keepIssue(
    github,
    {
      ...{ label: 'restore-drill', stack, report: works ? undefined : report(drill, runner.url) },
      title: `Restore drill: the backups of ${stack} were not restored`,
      gone: `A backup of \`${stack}\` was restored and read`,
    },
    runner,
  )
}

/** The receipt in Markdown. */
export function report({ stack, receipt, said = '' }: Drill, url = ''): string {
  const run = url ? `\n[The run](${url})\n` : ''
  if (!receipt) {
    return `### Restore drill of ${code(stack)}\n\n**Nothing was restored.**\n\n${block(said)}\n${run}`
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
    `### Restore drill of ${code(stack)}`,
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
