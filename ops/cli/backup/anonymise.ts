import { parseArgs } from 'node:util'
import { anonymise, type Snapshot } from '../../backups/anonymise.ts'
import { visible } from '../../report/visible.ts'
import { chosenStack } from '../login.ts'

export const help = `padlock backup anonymise [--stack NAME] [--json]

Makes an anonymised snapshot of a stack's local database, for environments with
seed: snapshot. On the stack's host the database is copied as it is at one moment, the
project's SQL (key anonymiseSql) runs over the copy in one transaction, and a dump of what
is left goes, encrypted, to the bucket of snapshots. The app serves meanwhile; the volume
needs room for the copy and its dump. The newest three are kept.

  --stack  whose database; default: the selected stack
  --json   prints {tables, bytes, sha256, seconds} alone on standard output

It takes the rights over that stack that an update takes: its state, and the way to its host.

Exit code 0: it is stored. 1: nothing was stored, and why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { stack: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  if (positionals.length > 0) {
    console.error(help)
    return 2
  }
  const stack = await chosenStack(values.stack)
  const snapshot = await anonymise(stack)
  console.log(values.json ? JSON.stringify(snapshot) : told(stack, snapshot))
  return 0
}

/** For a terminal: a line a table, and what was stored. */
export function told(stack: string, { tables, bytes, sha256, seconds }: Snapshot): string {
  const rows = [
    ['table', 'rows before', 'after'],
    ...tables.map(({ table, before, after }) => [
      visible(table),
      String(before ?? '-'),
      String(after ?? '-'),
    ]),
  ]
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const [first = 0, second = 0, third = 0] = widths
  return [
    ...rows.map(
      ([name = '', before = '', after = '']) =>
        `  ${name.padEnd(first)}  ${before.padStart(second)}  ${after.padStart(third)}`,
    ),
    `Snapshot of ${stack} stored: ${bytes} bytes, ${seconds} s, SHA-256 ${sha256}`,
  ].join('\n')
}
