import { parseArgs } from 'node:util'
import { type Listed, type ListedBackup, listBackups } from '../../backups/list.ts'
import { visible } from '../../report/visible.ts'
import { chosenStack } from '../login.ts'

export const help = `padlock backup list [--stack NAME] [--json]

The backups of a stack, in the bucket and on the volume: label, kind, when it was whole, and the size of
the data; and between which moments any can be restored (./padlock restore --at). The stack is the one
that is selected, unless it is named.

  --json   prints them as JSON on standard output

Exit code 0: listed. 1: a place cannot be read, or the host does not answer. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { stack: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const listed = await listBackups(await chosenStack(values.stack))
  console.log(values.json ? JSON.stringify(listed, null, 2) : listed.map(described).join('\n\n'))
  return listed.some(({ problem }) => problem) ? 1 : 0
}

export function described({ what, where, backups, windows, holes, problem }: Listed): string {
  const width = Math.max(...backups.map(({ label }) => label.length))
  return [
    `${what}, ${where === 'volume' ? 'on the volume' : 'in the bucket'}`,
    ...(problem ? [`  cannot be read: ${visible(problem)}`] : []),
    ...(backups.length === 0 && !problem ? ['  none yet'] : []),
    ...backups.map((one) => `  ${line(one, width)}`),
    ...windows.map(
      ({ from, until, of }) =>
        `  any moment from ${second(from)} to ${second(until)}${of ? `, of ${visible(of)}` : ''}`,
    ),
    ...holes.map(({ from, until }) => `  ${missing(from, until)}`),
  ].join('\n')
}

const missing = (from?: Date, until?: Date) =>
  `a part of the log ${from ? `after ${second(from)}` : 'of some time'} is missing: ${
    until
      ? `moments are whole again from ${second(until)} on`
      : 'no later moment until the next backup'
  }`

const line = ({ label, kind, time, size }: ListedBackup, width: number) =>
  [label.padEnd(width), kind.padEnd(8), second(time), ...(size === undefined ? [] : [bytes(size)])]
    .join('  ')
    .trimEnd()

/** `2026-11-28T09:00:00Z`, as `--at` takes it. */
export const second = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z')

const bytes = (size: number) =>
  size < 1024 ** 3 ? `${(size / 1024 ** 2).toFixed(1)} MiB` : `${(size / 1024 ** 3).toFixed(1)} GiB`
