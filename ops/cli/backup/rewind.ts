import { parseArgs } from 'node:util'
import { rewind } from '../../backups/rewind.ts'
import { sourceIn, sourceOf } from '../../backups/source.ts'
import { chosenStack } from '../login.ts'

export const help = `padlock backup rewind --at TIME [--stack NAME | --from FILE]

Has the bucket of a stack's backups (default: the stack that is selected) as it was at a moment,
after somebody has removed or overwritten what is in it: a bucket with versions keeps that for a
while. Each object gets its version of that moment again; what has come since stays, and nothing is
deleted. Change the key that the intruder had first.

  --at TIME    such as 2026-11-29T03:00:00Z
  --from FILE  the place of the backups in a file (the output backupAccess), for a stack whose
               state is gone, or for a copy of the backups, with a key that may write

Exit code 0: it is as it was. 1: it is not, the message says why; run it again. 2: a wrong command
line.`

/** With its zone, as a moment that is an hour off brings back what the intruder has written. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { at: text, stack: text, from: text } })
  const at = new Date(values.at ?? '')
  if (!TIME.test(values.at ?? '') || Number.isNaN(at.getTime())) {
    console.error('--at must be a time with its zone, such as 2026-11-29T03:00:00Z')
    return 2
  }
  if (at.getTime() > Date.now()) {
    console.error('--at is still to come')
    return 2
  }
  if (values.stack !== undefined && values.from !== undefined) {
    console.error('either --stack or --from, and not both')
    return 2
  }
  const place = values.from
    ? sourceIn(values.from)
    : (await sourceOf(await chosenStack(values.stack), 'writer')).source
  const { objects, unchanged } = await rewind(place, at)
  console.log(
    `${place.endpoint}/${place.bucket} has ${place.prefix}/ as of ${at.toISOString()}: ${objects} objects were put back, ${unchanged} were as they should be`,
  )
  return 0
}
