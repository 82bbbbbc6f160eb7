import { resolve } from 'node:path'
import { ensureToolchain } from '../toolchain/index.ts'
import { deploymentEnvironment } from './environment.ts'

export const SANDBOX = '.sandbox'

/** The folder for what is costly to make: PADLOCK_CACHE, or one in the sandbox's own. */
export const cacheFolder = (): string => resolve(process.env.PADLOCK_CACHE ?? `${SANDBOX}/cache`)

/**
 * The variables with which the engine works on this folder's sandbox, which must be running; an
 * engine that is missing is made ready first.
 */
export async function sandboxEnvironment(
  progress: (message: string) => void = () => undefined,
): Promise<Record<string, string>> {
  const home = `${SANDBOX}/pulumi`
  const { env } = await ensureToolchain({ home, cache: cacheFolder(), progress })
  return deploymentEnvironment(SANDBOX, env)
}
