import { parseArgs } from 'node:util'
import { closeAccess } from '../../accounts/access.ts'
import { mustExist, standardLabel, targetOf } from './target.ts'

export const help = `padlock access close --stack NAME [--label LABEL]

Takes away what \`./padlock access open\` made for a stack under this label, and asks whether
it is gone. Nothing there is fine. What another owner opened is named and left.

Exit code 0: closed. 1: what is still open. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const option = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { stack: option, label: option } })
  const { stack, label = standardLabel() } = values
  if (!stack) {
    console.error(help)
    return 2
  }
  const { api, project, owner, exclusive } = await targetOf(stack)
  const gone = await closeAccess(api, { project, stack, owner, exclusive, label })
  if (gone.length === 0) await mustExist(stack)
  console.log(gone.length > 0 ? `closed: ${gone.join(', ')}` : `nothing was open for ${stack}`)
  return 0
}
