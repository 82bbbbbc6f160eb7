import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSandbox } from '../../sandbox/control.ts'
import { lockHolder } from '../../sandbox/daemon/lock.ts'
import { ensureToolchain } from '../../toolchain/index.ts'
import { deploymentEnvironment } from './environment.ts'

/**
 * The environment in which the engine finds a stack: the sandbox's for one that is in its state
 * while it runs, otherwise the user's own, with the backend that they are logged in to.
 * @param dir the sandbox's folder
 */
export async function reach(stack: string, dir: string): Promise<Record<string, string>> {
  const state = join(dir, 'state/.pulumi/stacks/padlock', `${stack}.json`)
  if (!existsSync(state) || !(await readSandbox(dir)) || !(await lockHolder(dir))) return {}
  const cache = process.env.PADLOCK_CACHE ?? join(dir, 'cache')
  const home = join(dir, 'pulumi')
  const toolchain = await ensureToolchain({ home, cache, progress: () => undefined })
  return deploymentEnvironment(dir, toolchain.env)
}
