import { parseArgs } from 'node:util'
import { operator } from '../../../config/checkout/operator.ts'
import { commitHere, engineOn } from '../../plan/engine.ts'
import { savePlan } from '../../plan/plan.ts'

export const help = `padlock plan save --stack STACK --out FOLDER [--refresh]

Previews the stack with \`pulumi preview --save-plan\` and keeps the plan, with the commit and
the state it was made for. Review it, then: ./padlock plan apply --stack STACK --from FOLDER

  --refresh   with a release that builds the app's image anew, on a base that is pulled anew;
              at most one a day. PADLOCK_REFRESH=true does the same for pulumi up and previews

Secrets in the plan are encrypted with the stack's key; names and addresses are not.

Exit code 0: kept. 1: the preview failed. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      stack: { type: 'string' },
      out: { type: 'string' },
      refresh: { type: 'boolean', default: process.env.PADLOCK_REFRESH === 'true' },
    },
  })
  const { stack, out } = values
  if (!stack || !out) {
    console.error(help)
    return 2
  }
  const refresh = values.refresh ? new Date().toISOString().slice(0, 10) : undefined
  const what = { stack, commit: commitHere(), by: operator(), refresh }
  const about = await savePlan(engineOn(stack), out, what)
  console.log(`plan of ${stack} at ${about.commit.slice(0, 12)} in ${out}`)
  return 0
}
