import { parseArgs } from 'node:util'
import { backUpNow } from '../../backups/now.ts'
import { exportState } from '../../backups/state.ts'
import { chosenStack, outputsOf } from '../login.ts'

export const help = `padlock backup now [--stack NAME]

Has the host make a backup, as it does every night: of the database and of the app's files, in the
bucket and on the volume; and puts an export of the state beside them (./padlock backup state). The
stack is the one that is selected, unless it is named.

Exit code 0: made in each place. 1: what failed; the state is not exported then (./padlock backup
state). 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { stack: { type: 'string' } } })
  const stack = await chosenStack(values.stack)
  const began = Date.now()
  await backUpNow(stack)
  await exportState(stack, await outputsOf(stack))
  console.log(`${stack} is backed up, after ${((Date.now() - began) / 1000).toFixed(1)} s`)
  return 0
}
