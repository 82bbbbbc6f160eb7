import { openControl, readCredentials, readSandbox } from '../control.ts'
import { isRunning, SANDBOX, STACK, sandboxEnvironment } from '../deployment/environment.ts'
import { forgetLaptop } from '../deployment/laptop.ts'
import { onlyHere, stacksOf } from '../deployment/only-here.ts'
import { operator } from '../deployment/operator.ts'
import { startSandbox } from '../deployment/start.ts'
import { stopSandbox } from '../deployment/stop.ts'
import { phase } from './progress.ts'

/** The settings that the ephemeral environments share. */
const TEMPLATE = 'preview'
/** What the account and the tenant have from the beginning; `destroy` is not asked to remove it. */
const GIVEN =
  /^(account|project default|user |connection |client management|resource-server|region|size|image|registry )/

export const help = `padlock sandbox down

Destroys the dev stack and every ephemeral environment beside it, asks the accounts what is
left, prints the receipts (kept as JSON under ${SANDBOX}/receipts) and stops the sandbox.
What is costly to make (${SANDBOX}/cache) and the certificate authority stay; \`make clean\`
removes them too. Touches nothing where a stack's settings name an account that is not on
this computer.

Exit code 0: nothing is left. 1: what is left, by name.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error(help)
    return 2
  }
  await onlyHere([...new Set([STACK, TEMPLATE, ...(await stacksOf(SANDBOX))])])
  if (!(await isRunning())) await phase('sandbox', (update) => startSandbox(SANDBOX, update))
  const environment = await sandboxEnvironment((line) => console.error(line))

  const listed = await operator(['env', 'list', '--json'], environment, 'pipe')
  if (listed.code !== 0) throw new Error('the environments cannot be listed; see above')
  const names = (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name)
  let complete = true
  // First what lies in the zone that the dev stack owns.
  for (const name of [...names, STACK]) {
    console.log(`\npulumi destroy --stack ${name}`)
    const { code } = await operator(['env', 'down', name], environment)
    complete = complete && code === 0
  }

  const [file, credentials] = await Promise.all([readSandbox(SANDBOX), readCredentials(SANDBOX)])
  if (file && credentials) await forgetLaptop(file, credentials)
  const left = await leftovers()
  await phase('sandbox stops', () => stopSandbox(SANDBOX))
  if (left.length > 0) {
    console.error(`\nLeft in the accounts:\n${left.map((line) => `  ${line}`).join('\n')}`)
    return 1
  }
  if (!complete) return 1
  console.log('\nNothing is left: the accounts are empty, no machine and no process runs.')
  return 0
}

async function leftovers(): Promise<string[]> {
  const { inventory } = await openControl(SANDBOX).status()
  return [...inventory.digitalocean, ...inventory.auth0]
    .map(({ kind, id, name }) => `${kind} ${name} (${id})`)
    .filter((line) => !GIVEN.test(line))
}
