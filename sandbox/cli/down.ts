import { openEnvironments } from '../../ops/cli/env/open.ts'
import type { Context } from '../../ops/environments/context.ts'
import { down } from '../../ops/environments/down.ts'
import { list } from '../../ops/environments/list.ts'
import { describe, keep, type Receipt } from '../../ops/environments/receipt.ts'
import { openControl } from '../control.ts'
import { stopSandbox } from '../deployment/stop.ts'
import { phase } from './progress.ts'

const DIR = '.sandbox'
const STACK = 'dev'
/** What the account and the tenant have from the beginning; `destroy` is not asked to remove it. */
const GIVEN =
  /^(account|project default|user |connection |client management|resource-server|region|size|image)/

export const help = `padlock down

Destroys the dev stack and every ephemeral environment beside it, asks the accounts what is
left, prints the receipts (kept as JSON under ${DIR}/receipts) and stops the sandbox. What
is costly to make (${DIR}/cache) and the certificate authority stay; \`make clean\` removes
them too.

Exit code 0: nothing is left. 1: what is left, by name.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error(help)
    return 2
  }
  const context = await openEnvironments()
  // First what lies in the zone that the dev stack owns.
  const names = (await list(context)).map(({ name }) => name)
  const receipts: Receipt[] = []
  for (const name of [...names, STACK]) receipts.push(await tearDown(context, name))

  const left = await leftovers()
  await phase('sandbox stops', () => stopSandbox(DIR))
  if (left.length > 0) {
    console.error(`\nLeft in the accounts:\n${left.map((line) => `  ${line}`).join('\n')}`)
    return 1
  }
  if (receipts.some((receipt) => receipt.left.length > 0)) return 1
  console.log('\nNothing is left: the accounts are empty, no machine and no process runs.')
  return 0
}

async function tearDown(context: Context, stack: string): Promise<Receipt> {
  console.log(`\npulumi destroy --stack ${stack}`)
  const receipt = await down(context, stack)
  console.log(`\n${describe(receipt, await keep(receipt, context.receipts))}`)
  return receipt
}

async function leftovers(): Promise<string[]> {
  const { inventory } = await openControl(DIR).status()
  return [...inventory.digitalocean, ...inventory.auth0]
    .map(({ kind, id, name }) => `${kind} ${name} (${id})`)
    .filter((line) => !GIVEN.test(line))
}
