import { parseArgs } from 'node:util'
import { commitHere, engineOn } from '../../plan/engine.ts'
import { applyPlan } from '../../plan/plan.ts'

export const help = `padlock plan apply --stack STACK --from FOLDER

Does what a plan of \`padlock plan save\` says, and nothing else. Rejects a plan of another
stack or commit, one that was altered, one whose stack has changed since, and stops where
the program wants something that the plan does not have.

Exit code 0: applied. 1: rejected or failed, and why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { stack: { type: 'string' }, from: { type: 'string' } },
  })
  const { stack, from } = values
  if (!stack || !from) {
    console.error(help)
    return 2
  }
  const code = await applyPlan(engineOn(stack), from, { stack, commit: commitHere() })
  return code === 0 ? 0 : 1
}
