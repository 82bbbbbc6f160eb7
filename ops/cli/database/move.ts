import { parseArgs } from 'node:util'
import { counted, type Moved, move } from '../../database/move.ts'
import { type Kind, stackNamed } from '../../database/moving-stack.ts'
import { confirmed } from '../confirmed.ts'
import { chosenStack } from '../login.ts'
import { tryExportState } from './export-state.ts'

export const help = `padlock database move --to local|managed [--stack NAME] [--replace] [--yes]

Takes the app and its rows from the database on the host to a managed one, or back. Two
updates: the first makes the other database (databaseBeside) while the app goes on; the
second has the host copy the rows just before the release that uses the other one. From the
copy's beginning until that release serves, the app reads and cannot write; how long that
was is printed. Room, versions and extensions are looked at before, every table's rows and
every sequence are compared after the copy.

The stack is the one that is selected, unless it is named; its settings file is changed, to
be committed. Begin from the commit that is live: what else differs is updated with it.
To see the first update before: pulumi config set databaseBeside managed (or local), and
pulumi preview. A copy may take 15 minutes or so, the time that a release has.

  --replace   what the other database had before an earlier move may go
  --yes       without the question

What fails leaves the app with the database that it had. After a kill, run it again; --to
the other side takes it back. The former database keeps its rows, read-only. Rights of roles
other than the app's are not moved. Where there are backups, the state is put beside them.

Exit code 0: moved, or it was there, and "not yet" names what is still to be seen to. 1: not, and
why. 2: a wrong command line.`

const KINDS = ['local', 'managed']

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      to: { type: 'string' },
      stack: { type: 'string' },
      replace: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  })
  if (!KINDS.includes(values.to ?? '')) {
    console.error(`padlock database move: --to is local or managed\n\n${help}`)
    return 2
  }
  const to = values.to as Kind
  const name = await chosenStack(values.stack)
  const question = `The rows of ${name} go to the ${to} database; the app cannot write meanwhile.`
  if (!(values.yes || (await confirmed(`${question} Type yes: `, 'yes')))) {
    console.error('nothing was changed')
    return 1
  }
  const stack = stackNamed(name)
  const moved = await move(stack, to, values.replace)
  const { database } = await stack.chosen()
  console.log(moved ? receipt(moved, name) : `the app of ${name} uses the ${database} database`)
  const left = await tryExportState(name)
  if (left) console.error(left)
  return 0
}

/** What was moved, what stays, and the ways on. */
export function receipt(moved: Moved, stack: string): string {
  const { from, to, rows, tables, sequences, seconds, when } = moved
  const largest = Object.entries(tables)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
  const width = Math.max(0, ...largest.map(([name]) => name.length))
  const more = Object.keys(tables).length - largest.length
  const gone =
    from === 'managed'
      ? `pulumi config set --path 'allowDelete[0]' database && pulumi up, then pulumi config rm databaseBeside && pulumi up; it is deleted with its rows, and costs until then`
      : 'pulumi config rm databaseBeside && pulumi up; its rows stay on the volume'
  return [
    `moved from ${from} to ${to}: ${counted(rows, 'row')} of ${counted(Object.keys(tables).length, 'table')}, ${counted(sequences, 'sequence')}, all compared`,
    ...largest.map(([name, count]) => `  ${name.padEnd(width)}  ${count.toLocaleString('en')}`),
    ...(more > 0 ? [`  and ${counted(more, 'smaller table')}`] : []),
    `${seconds} s in which nothing could be written, until ${when}`,
    `The ${from} database keeps its rows of then, read-only.`,
    `  back, with the rows of now:  ./padlock database move --to ${from} --replace --stack ${stack}`,
    `  to be rid of it:             ${gone}`,
    ...(to === 'managed'
      ? [
          `  a backup of the new one:     ./padlock backup now --stack ${stack}, where the stack has backups: the last is of before the move`,
        ]
      : []),
    `Commit the settings file: database is ${to}, databaseBeside ${from}.`,
  ].join('\n')
}
