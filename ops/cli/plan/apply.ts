import { parseArgs } from 'node:util'
import { commitHere, engineOn } from '../../plan/engine.ts'
import { applyPlan } from '../../plan/plan.ts'

export const help = `padlock plan apply --stack STACK --from FOLDER [--allow-older]

Does what a plan of \`padlock plan save\` says, and nothing else. Rejects a plan of another
stack or commit, one that was altered, one whose stack has changed since (by anything but
a first try of this plan that failed), and stops where the program wants something that
the plan does not have.

  --allow-older   although the commit that is live is not part of this one

Exit code 0: applied. 1: rejected or failed, and why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      stack: { type: 'string' },
      from: { type: 'string' },
      'allow-older': { type: 'boolean', default: false },
    },
  })
  const { stack, from } = values
  if (!stack || !from) {
    console.error(help)
    return 2
  }
  // The program reads it in place of the key allowOlder, which the plan would not know.
  if (values['allow-older']) process.env.PADLOCK_ALLOW_OLDER = 'true'
  const code = await applyPlan(engineOn(stack), from, { stack, commit: commitHere() })
  return code === 0 ? 0 : 1
}
