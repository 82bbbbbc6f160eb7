import * as pulumi from '@pulumi/pulumi'
import { commitHere, isDirty, isDirtyBeside, isPartOfHead } from '../../config/checkout/commit.ts'
import type { Former } from '../state.ts'
import { remembered } from './live.ts'

const ownFile = () => `Pulumi.${pulumi.getStack()}.yaml`

export interface LiveOptions {
  /** `Development`, `Staging` or `Production`. */
  environment: string
  /** Go back to an older or another commit all the same. */
  allowOlder: boolean
  /** Has a verb just written the stack's settings file, which nobody could have committed yet? */
  wroteSettings?: boolean
  /** Thrown away some day: whoever reviews it may rebase it. */
  expires?: Date
}

/**
 * Says which commit is live, and keeps an operator from replacing it by one that does not have it: a
 * colleague, or CI, was here with a later one. Where git cannot tell, nothing is stopped.
 * @returns the commit here; undefined without git
 * @throws RunError in an update, before anything is changed; a preview warns
 */
export async function checkLive(
  state: Former[],
  { environment, allowOlder, wroteSettings, expires }: LiveOptions,
): Promise<string | undefined> {
  const here = commitHere()
  const { release, commit: live } = remembered(state) ?? {}
  if (release) await pulumi.log.info(`live: release ${release} of commit ${live ?? 'unknown'}`)
  if (here === undefined || allowOlder || expires) return here
  const wrong = [
    ...(live && isPartOfHead(live) === false
      ? [`commit ${live} is live, and the commit here (${here}) does not have it: git pull`]
      : []),
    ...(environment === 'Production' && (wroteSettings ? isDirtyBeside(ownFile()) : isDirty(here))
      ? [
          'files differ from the commit here (settings count too), so nobody could tell what is live: git commit',
        ]
      : []),
  ]
  if (wrong.length === 0) return here
  const said = `${wrong.join('; ')}. If it is meant: pulumi config set allowOlder true, or ./padlock plan apply --allow-older`
  if (!pulumi.runtime.isDryRun()) {
    throw new pulumi.RunError(`${said}. Nothing was created or changed.`)
  }
  await pulumi.log.warn(`an update would be stopped: ${said}`)
  return here
}
