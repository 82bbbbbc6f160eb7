import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { affectedStacks, changedFiles, reviewedStacks } from '../../github/affected.ts'
import { CONNECTION_HELP, connect, numberOf } from './connect.ts'

export const help = `padlock github stacks [--number N] [--repo OWNER/NAME]

Prints, as JSON, the stacks that a pull request may change: those with settings here
(Pulumi.STACK.yaml; dev and preview are nobody's production) of which a file is touched.
A change of what all of them are made of means all; documentation and tests mean none.
In a workflow it is also the output \`stacks\`.

${CONNECTION_HELP}

Exit code 0: printed. 1: what GitHub says.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { number: { type: 'string' }, repo: { type: 'string' } },
  })
  const { github, runner } = connect(values.repo)
  const stacks = reviewedStacks(await readdir('.'))
  const changed = await changedFiles(github, await numberOf(values.number))
  const affected = JSON.stringify(changed ? affectedStacks(changed, stacks) : stacks)
  console.log(affected)
  await runner.output('stacks', affected)
  return 0
}
