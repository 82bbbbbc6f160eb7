import { execFile } from 'node:child_process'
import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The oldest engine whose protocol the pinned SDK speaks. */
export const OLDEST_ENGINE = '3.249.0'

export interface Engine {
  /** Path of the `pulumi` executable. */
  pulumi: string
  /** Without a leading `v`. */
  version: string
}

/**
 * The first complete and new enough `pulumi` in the directories of PATH. Complete: its Node
 * language host lies beside it, as in every official installation.
 * @param except a directory to pass over
 */
export async function engineOnPath(
  env: NodeJS.ProcessEnv,
  except?: string,
): Promise<Engine | undefined> {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const pulumi = join(directory, 'pulumi')
    if (!directory || directory === except || !isExecutable(pulumi)) continue
    if (!isExecutable(join(dirname(realpathSync(pulumi)), 'pulumi-language-nodejs'))) continue
    const version = await engineVersion(pulumi, env)
    if (version && atLeast(version, OLDEST_ENGINE)) return { pulumi, version }
  }
  return undefined
}

/** What `pulumi version` says, without its `v`; undefined if it does not run. */
export async function engineVersion(
  pulumi: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(pulumi, ['version'], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
      timeout: 30_000,
    })
    return /^v?(\d+\.\d+\.\d+)/.exec(stdout.trim())?.[1]
  } catch {
    return undefined
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Compares two versions of three numbers each. */
export function atLeast(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((text) => text.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    if (a![i] !== b![i]) return (a![i] ?? 0) > (b![i] ?? 0)
  }
  return true
}
