import { parseArgs } from 'node:util'
import { copyBackups, copyPlaces } from '../../backups/copy.ts'
import { noteCopy } from '../../backups/last-copy.ts'
import { chosenStack } from '../login.ts'

export const help = `padlock backup copy [--stack NAME]

Copies what is new in the bucket of a stack's backups (default: the stack that is selected) to the
second bucket that backupCopyRegion has made, through this computer. The host has no key to that
one, and nothing is deleted there. Sizes and MD5 sums are compared. One that was stopped is run
again, and copies the rest; one that finds a backup at work waits for none of it, and begins anew
with what is new. backup.yml does it every night, and ./padlock status tells how old the last is.

A restore from the copy: docs/backups.md.

Exit code 0: the copy has all that the bucket has, or the stack has no second bucket. 1: it has
not, the message says why. 2: a wrong command line. 3: the copy has
all, and somebody has changed or emptied the first bucket: look who, before the earlier versions
end after 90 days.`

/** Of a first bucket that is not as backups leave it. */
const CHANGED = 3

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { stack: { type: 'string' } } })
  const stack = await chosenStack(values.stack)
  const places = await copyPlaces(stack)
  if (!places) {
    console.log(
      `${stack} has no second bucket for its backups (backupCopyRegion), so nothing was copied`,
    )
    return 0
  }
  const { objects, bytes, already, kept, replaced } = await copyBackups(places, console.log)
  const { endpoint, bucket } = places.to
  console.log(
    `${endpoint}/${bucket} has the backups of ${stack}: ${objects} objects (${bytes} bytes) copied, ${already} there already, ${kept} that the first bucket has no more`,
  )
  await noteCopy(places.to, { objects, bytes, already, kept, replaced }).catch((error: Error) =>
    console.error(
      `no note of this copy could be written, so ./padlock status tells of the one before: ${error.message}`,
    ),
  )
  if (replaced > 0) {
    console.error(
      `${replaced} of them are data that had other content in the copy, which backups do not change. The earlier versions stay there for 90 days; look who wrote the new ones`,
    )
  }
  const isEmptied = objects + already === 0 && kept > 0
  if (isEmptied) console.error(`the first bucket is empty, and the copy has ${kept} objects`)
  return replaced > 0 || isEmptied ? CHANGED : 0
}
