import { parseArgs } from 'node:util'
import { exportState } from '../../backups/state.ts'
import { settingsFile } from '../../environments/settings.ts'
import { chosenStack, outputsOf } from '../login.ts'

export const help = `padlock backup state [--stack NAME]

Exports the state of a stack (default: the one that is selected), and puts it with the settings
file Pulumi.NAME.yaml beside the stack's backups: into its bucket and onto its volume, encrypted
by the passphrase of the backups. Secrets in it stay encrypted by the stack's secrets provider
as well. The host passes it on; run this in the checkout, after each update. deploy.yml does.

How a lost state comes back from the bucket: docs/worst-day.md.

Exit code 0: it is in both places, or the stack has no backups. 1: the message says where it is
not, and why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { stack: { type: 'string' } } })
  const stack = await chosenStack(values.stack)
  const outputs = await outputsOf(stack)
  if (!outputs.backups) {
    console.log(`${stack} has no backups, so its state was not put beside them`)
    return 0
  }
  const { settings } = await exportState(stack, outputs)
  if (!settings) {
    console.error(
      `${settingsFile(stack)} is not here: the state was kept without its settings file`,
    )
  }
  console.log(`the state of ${stack} is in its bucket and on its volume`)
  return 0
}
