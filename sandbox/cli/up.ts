import { relative, resolve } from 'node:path'
import { policyFlags } from '../../ops/engine/policy.ts'
import { outputs, selectStack, show } from '../../ops/engine/pulumi.ts'
import { lockedOut } from '../../ops/environments/locked-out.ts'
import { Stacks } from '../../ops/environments/stacks.ts'
import { deploymentEnvironment } from '../deployment/environment.ts'
import { removeDeadLocks } from '../deployment/locks.ts'
import { cacheFolder } from '../deployment/sandbox.ts'
import { configOf } from '../deployment/simulated.ts'
import { startSandbox } from '../deployment/start.ts'
import { summary } from '../deployment/table.ts'
import { ensureDiskSpace, ensurePrerequisites } from '../prerequisites.ts'
import { ensureToolchain } from '../toolchain/index.ts'
import { phase } from './progress.ts'

const DIR = '.sandbox'
const STACK = 'dev'

export const help = `padlock up

Brings the dev stack up on this computer: installs or builds what is missing, starts the
sandbox, runs \`pulumi up\`, and prints how to open, enter and end it. Run it again at any
time: it goes on where it was.

Everything lies under ${DIR}/; PADLOCK_CACHE names another folder for what is costly to make.
Exit code 0: the site answers. 1: the message says what to do.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error(help)
    return 2
  }
  const cache = cacheFolder()
  await phase('prerequisites', (update) =>
    ensurePrerequisites(['qemu', 'mmdebstrap', 'iso', 'pebble', 'gpg', 'go', 'ssh'], update),
  )
  await ensureDiskSpace(DIR)
  await ensureDiskSpace(cache)
  const [toolchain] = await Promise.all([
    phase('engine', (progress) => ensureToolchain({ home: `${DIR}/pulumi`, cache, progress })),
    phase('sandbox', (update) => startSandbox(DIR, update)),
  ])
  console.log(toolchain.summary)
  const environment = await deploymentEnvironment(DIR, toolchain.env)
  await selectStack(STACK, environment)
  await removeDeadLocks(DIR)

  const resources = await new Stacks(environment, true).resources(STACK)
  const { 'padlock:sshPort': sshPort = 22 } = await configOf(STACK)
  const closed = await lockedOut(resources, Number(sshPort))
  if (closed.length > 0) console.log('no key opens the droplet any more: it is replaced')

  console.log('\npulumi up')
  const code = await show(
    [
      'up',
      '--yes',
      '--skip-preview',
      '--suppress-outputs',
      '--suppress-progress',
      ...policyFlags(),
      ...closed.flatMap((urn) => ['--replace', urn]),
      '--stack',
      STACK,
    ],
    environment,
  )
  if (code !== 0) {
    console.error('\nThe deployment is not complete. Mend what is said above, then: make up')
    return 1
  }
  const found = await outputs(STACK, environment)
  console.log(`\n${summary(found ?? {}, relative('.', resolve(DIR, 'ca/root.pem')))}`)
  return 0
}
