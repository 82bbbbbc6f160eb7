import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSandbox } from '../../sandbox/control.ts'
import { lockHolder } from '../../sandbox/daemon/lock.ts'
import { SANDBOX, sandboxEnvironment } from '../../sandbox/deployment/sandbox.ts'
import { configOf, isSimulated } from '../../sandbox/deployment/simulated.ts'
import { capture } from '../engine/pulumi.ts'

/**
 * The environment in which the engine finds a stack: the sandbox's for one whose settings mean it,
 * where the stack is made if it is not there yet; otherwise the user's own, with the backend that
 * they are logged in to.
 * @throws Error if the stack is the sandbox's, and that does not run
 */
export async function reach(stack: string): Promise<Record<string, string>> {
  if (!isSimulated(await configOf(stack))) return {}
  if (!(await readSandbox(SANDBOX)) || !(await lockHolder(SANDBOX))) {
    throw new Error(
      `the accounts of the stack ${stack} are simulated, and the sandbox does not run. Start it: ./padlock sandbox up --machines none, or with the dev stack: make up`,
    )
  }
  const environment = await sandboxEnvironment((line) => console.error(line))
  const state = join(SANDBOX, 'state/.pulumi/stacks/padlock', `${stack}.json`)
  if (!existsSync(state)) await makeStack(stack, environment)
  return environment
}

/** An empty stack, for a preview of its first deployment; the user's own selection stays. */
async function makeStack(stack: string, environment: Record<string, string>): Promise<void> {
  const { code, stderr } = await capture(['stack', 'init', stack, '--no-select'], environment)
  if (code !== 0) throw new Error(`the stack ${stack} cannot be made:\n${stderr.trim()}`)
}
