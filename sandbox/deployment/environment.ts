import { resolve } from 'node:path'
import { readSandbox } from '../control.ts'
import { lockHolder } from '../daemon/lock.ts'
import { ensureToolchain } from '../toolchain/index.ts'
import { deploymentEnvironment } from './variables.ts'

/** The folder of the one sandbox that the verbs work on. */
export const SANDBOX = '.sandbox'
/** The stack that `make up` brings up in it. */
export const STACK = 'dev'

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

/** After a `kill -9` the sandbox's file is still there, and nobody listens. */
export async function isRunning(): Promise<boolean> {
  return Boolean((await lockHolder(SANDBOX)) && (await readSandbox(SANDBOX)))
}
