import { ask } from '../cli/login.ts'
import { memoryOf, type Origin, remember, setTaint } from './memory.ts'

/** What came of it. */
export interface RolledBack extends Origin {
  /** It served already, and only the state had to be told. */
  already: boolean
  /** The release that the next update brings back, if it is another one. */
  next?: string
}

interface Checked extends Origin {
  live: boolean
}

/**
 * Puts a release that is on the host in the place of the live one, by the same swap as a release's.
 * The release's command in the state is tainted before, so that nobody can take the state for the
 * truth in between, and the state names the release that is live afterwards.
 * @param release default: the one that was released before the live one
 * @param by who does it
 * @param compatible the release knows the database as later releases' commands have left it
 * @throws Error that says why not; then nothing was changed, or else it says what was
 */
export async function rollBack(
  stack: string,
  outputs: Record<string, string>,
  release: string | undefined,
  by: string,
  compatible: boolean,
): Promise<RolledBack> {
  const host = async (verb: string, words: string[], input = ''): Promise<string> => {
    const more = compatible ? ['--schema-compatible'] : []
    const asked = ['releases', verb, ...words, ...more]
    const { code, stdout, stderr } = await ask(stack, outputs, asked, input)
    if (code !== 0) throw new Error(stderr.trim())
    return stdout
  }
  const memory = await memoryOf(stack)
  const target: Checked = JSON.parse(await host('check', release ? [release] : []))
  const differs = target.release !== memory.release
  const right = memory.tainted === differs && memory.live === target.release
  if (target.live && right) {
    throw new Error(`release ${target.release} is live already. Nothing was changed.`)
  }

  const taints = differs && !memory.tainted
  if (taints) await setTaint(stack, memory.urn, true)
  if (!target.live) {
    try {
      await host('rollback', [target.release], by)
    } catch (error) {
      if (!taints) throw error
      await setTaint(stack, memory.urn, false).catch(({ message }: Error) => {
        throw new Error(
          `${(error as Error).message}\nThe next update runs the release's command once more: ${message}`,
        )
      })
      throw error
    }
  }
  try {
    if (!differs && memory.tainted) await setTaint(stack, memory.urn, false)
    await remember(stack, target)
  } catch (error) {
    throw new Error(
      `release ${target.release} serves, but the state could not be told: ${(error as Error).message}\n` +
        `Fix: once it can be, ./padlock rollback ${target.release} --stack ${stack} again`,
    )
  }
  const { commit, live: already } = target
  return {
    release: target.release,
    commit,
    by: target.by,
    already,
    ...(differs && { next: memory.release }),
  }
}
