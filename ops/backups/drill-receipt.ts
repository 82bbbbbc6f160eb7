import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { visible } from '../report/visible.ts'
import { type DrillReceipt, succeeded } from './drill.ts'
import type { RestoredPart } from './restore.ts'

/**
 * Keeps a drill's receipt as JSON beside those of environments.
 * @returns the file's path
 */
export async function keepDrill(receipt: DrillReceipt, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const time = receipt.endedAt.slice(0, 19).replace(/[-:]/g, '')
  const path = join(folder, `restore-of-${receipt.stack}-${time}Z.json`)
  await writeFile(path, `${JSON.stringify(receipt, null, 2)}\n`)
  return path
}

/** The receipt for a person to read. */
export function describeDrill(receipt: DrillReceipt): string {
  const { stack, from, environment, startedAt, seconds, steps, database, files, problems, left } =
    receipt
  const rows = [
    ['from', from],
    ...(database ? databaseRows(database) : []),
    ...(files ? filesRows(files) : []),
    ['seconds', steps.map(({ step, seconds }) => `${step} ${seconds}`).join(', ')],
  ]
  return [
    `Drill of ${stack} in ${environment}, ${minute(startedAt)}: ${succeeded(receipt) ? 'restored' : 'FAILED'}, ${seconds} s`,
    ...rows.map(([name = '', value]) => `  ${name.padEnd(9)} ${value}`),
    ...problems.map((problem) => `  FAILED    ${indented(problem)}`),
    ...(left.length === 0
      ? [`Nothing is left of ${environment}.`]
      : [
          `Left in the accounts, which its expiry has a sweep remove (./padlock env down ${environment} does now):`,
          ...left.map(({ kind, name, id }) => `  ${kind} ${name}${id === name ? '' : ` (${id})`}`),
        ]),
  ].join('\n')
}

function databaseRows(database: NonNullable<DrillReceipt['database']>): string[][] {
  const { tables, rows, bytes, hash, version } = database
  return [
    ['database', part(database)],
    ...passedOver(database),
    ['', `PostgreSQL ${version}, ${mib(bytes)} MiB, rows of ${tables.length} tables: ${rows}`],
    ...tables.map(({ name, rows }) => ['', `${String(rows).padStart(12)}  ${visible(name)}`]),
    ['', `sha256 ${hash}`],
  ]
}

function filesRows(found: NonNullable<DrillReceipt['files']>): string[][] {
  const { files, bytes, hash } = found
  return [
    ['files', part(found)],
    ...passedOver(found),
    ['', `files: ${files}, ${mib(bytes)} MiB`],
    ['', `sha256 ${hash}`],
  ]
}

const part = ({ label, until, seconds }: RestoredPart) =>
  `${label}, as of ${until ?? 'its end'}, in ${seconds} s`

const passedOver = ({ passedOver = [] }: RestoredPart) =>
  passedOver.map((one) => ['', `not ${indented(one)}`])

/** Whatever a program of the host has said. */
const indented = (text: string) => text.split('\n').map(visible).join('\n            ')
const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)
/** `2026-11-28 09:00Z` */
const minute = (when: string) => `${when.slice(0, 16).replace('T', ' ')}Z`
