import { relative, resolve } from 'node:path'
import { lockedOut } from '../../ops/engine/locked-out.ts'
import { removeDeadLocks } from '../../ops/engine/locks.ts'
import { policyFlags } from '../../ops/engine/policy.ts'
import { outputs, selectStack, show } from '../../ops/engine/pulumi.ts'
import { namespaced, projectHere } from '../../ops/engine/settings.ts'
import { stateOf } from '../../ops/engine/state.ts'
import { cacheFolder, SANDBOX, STACK } from '../deployment/environment.ts'
import { configOf, onlyHere } from '../deployment/only-here.ts'
import { startSandbox } from '../deployment/start.ts'
import { summary } from '../deployment/table.ts'
import { deploymentEnvironment } from '../deployment/variables.ts'
import { ensureDiskSpace, ensurePrerequisites } from '../prerequisites.ts'
import { ensureToolchain } from '../toolchain/index.ts'
import { phase } from './progress.ts'

export const help = `padlock sandbox up

Brings the dev stack up on this computer: installs or builds what is missing, starts the
sandbox, runs \`pulumi up\`, and prints how to open, enter and end it. Run it again at any
time: it goes on where it was.

Everything lies under ${SANDBOX}/; PADLOCK_CACHE names another folder for what is costly to make.
Exit code 0: the site answers. 1: the message says what to do.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error(help)
    return 2
  }
  await onlyHere([STACK])
  const cache = cacheFolder()
  await phase('prerequisites', (update) =>
    ensurePrerequisites(['qemu', 'mmdebstrap', 'iso', 'pebble', 'gpg', 'go', 'ssh'], update),
  )
  await ensureDiskSpace(SANDBOX)
  await ensureDiskSpace(cache)
  const [toolchain] = await Promise.all([
    phase('engine', (progress) => ensureToolchain({ home: `${SANDBOX}/pulumi`, cache, progress })),
    phase('sandbox', (update) => startSandbox(SANDBOX, update)),
  ])
  console.log(toolchain.summary)
  const environment = await deploymentEnvironment(SANDBOX, toolchain.env)
  await selectStack(STACK, environment)
  await removeDeadLocks(environment.PULUMI_BACKEND_URL)

  const resources = await stateOf(STACK, environment)
  const project = projectHere()
  const { [`${project}:sshPort`]: sshPort = 22 } = namespaced(await configOf(STACK), project)
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
    console.error('\nThe deployment is not complete. Fix what is said above, then: make up')
    return 1
  }
  const found = await outputs(STACK, environment)
  console.log(`\n${summary(found ?? {}, relative('.', resolve(SANDBOX, 'ca/root.pem')))}`)
  return 0
}
