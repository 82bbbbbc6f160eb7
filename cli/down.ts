import { resolve } from 'node:path'
import { openControl } from '../sandbox/control.ts'
import { ensureToolchain } from '../toolchain/index.ts'
import { deploymentEnvironment } from './deployment/environment.ts'
import { removeDeadLocks } from './deployment/locks.ts'
import { selectStack, show } from './deployment/pulumi.ts'
import { phase } from './progress.ts'
import { startSandbox } from './sandbox/start.ts'
import { stopSandbox } from './sandbox/stop.ts'

const DIR = '.sandbox'
const STACK = 'dev'
/** What the account and the tenant have from the beginning; `destroy` is not asked to remove it. */
const GIVEN =
  /^(account|project default|user |connection |client management|resource-server|region|size|image)/

export const help = `padlock down

Destroys the dev stack, asks the accounts what is left, and stops the sandbox. What is
costly to make (${DIR}/cache) and the certificate authority stay; \`make clean\` removes
them too.

Exit code 0: nothing is left. 1: what is left, by name.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error(help)
    return 2
  }
  const cache = resolve(process.env.PADLOCK_CACHE ?? `${DIR}/cache`)
  await phase('sandbox', (update) => startSandbox(DIR, update))
  const toolchain = await ensureToolchain({
    home: `${DIR}/pulumi`,
    cache,
    progress: () => undefined,
  })
  const environment = await deploymentEnvironment(DIR, toolchain.env)
  await selectStack(STACK, environment)
  await removeDeadLocks(DIR)

  console.log('\npulumi destroy')
  const code = await show(
    ['destroy', '--yes', '--skip-preview', '--refresh', '--suppress-progress', '--stack', STACK],
    environment,
  )
  if (code !== 0) {
    console.error('\nNot everything is destroyed. Mend what is said above, then: make down')
    return 1
  }
  const left = await leftovers()
  await phase('sandbox stops', () => stopSandbox(DIR))
  if (left.length > 0) {
    console.error(`\nLeft in the accounts:\n${left.map((line) => `  ${line}`).join('\n')}`)
    return 1
  }
  console.log('\nNothing is left: the accounts are empty, no machine and no process runs.')
  return 0
}

async function leftovers(): Promise<string[]> {
  const { inventory } = await openControl(DIR).status()
  return [...inventory.digitalocean, ...inventory.auth0]
    .map(({ kind, id, name }) => `${kind} ${name} (${id})`)
    .filter((line) => !GIVEN.test(line))
}
