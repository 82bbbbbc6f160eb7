import { parseArgs } from 'node:util'
import { down } from '../../environments/down.ts'
import { checkName } from '../../environments/names.ts'
import { describe, keep } from '../../environments/receipt.ts'
import { openEnvironments } from './open.ts'

export const help = `padlock env down NAME [--no-wait] [--json]

Destroys an ephemeral environment, whole or half, and asks both accounts what is left of
it under its names, tags, DNS records and Auth0 metadata. The answer is the receipt: it is
printed, and kept as JSON. Only what carries an expiry and the mark of this backend and
repository is removed; everything else is named and left, and so is a protected stack.

  --no-wait  leaves a stack that another update is at work on; else its end is waited for,
             10 minutes at most
  --json     prints the receipt alone on standard output

With PADLOCK_EXCLUSIVE set to a DigitalOcean endpoint on this computer (. .sandbox/env does),
a permanent stack goes the same way: what no state knows is then removed too.

Exit code 0: nothing is left. 1: what is left, by name. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'no-wait': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [name] = positionals
  if (!name || positionals.length > 1) {
    console.error(help)
    return 2
  }
  const stack = checkName(name)
  const context = await openEnvironments({ quiet: values.json })
  const receipt = await down(context, stack, values['no-wait'] ? { patience: 0 } : {})
  const path = await keep(receipt, context.receipts)
  console.log(values.json ? JSON.stringify(receipt) : `\n${describe(receipt, path)}`)
  return receipt.left.length === 0 ? 0 : 1
}
