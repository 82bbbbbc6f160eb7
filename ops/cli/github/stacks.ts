import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  affectedStacks,
  changedFiles,
  isProduction,
  reviewedStacks,
  stackPreviews,
} from '../../github/affected.ts'
import { CONNECTION_HELP, connect, numberOf } from './connect.ts'

export const help = `padlock github stacks [--production] [--number N] [--repo OWNER/NAME]

Prints, as JSON, the stacks that a pull request may change: those with settings here
(Pulumi.STACK.yaml; dev and preview are nobody's production) of which a file is touched.
A change of what all of them are made of means all; documentation and tests mean none.
In a workflow it is also the output \`stacks\`; the output \`previews\` has each that a job of
the pull request may preview, with the environment of GitHub that opens its state.

  --production   those of production too (called production, or with \`environment: Production\`),
                 in the environment \`preview-production\`: a preview runs the pull request's
                 program with their state, which holds the keys to their backups

${CONNECTION_HELP}

Exit code 0: printed. 1: what GitHub says.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...{ number: { type: 'string' }, repo: { type: 'string' } },
      production: { type: 'boolean', default: false },
    },
  })
  const { github, runner } = connect(values.repo)
  const stacks = reviewedStacks(await readdir('.'))
  const changed = await changedFiles(github, await numberOf(values.number))
  const affected = changed ? affectedStacks(changed, stacks) : stacks
  const previews = stackPreviews(affected, isProduction, values.production)
  console.log(JSON.stringify(affected))
  await runner.output('stacks', JSON.stringify(affected))
  await runner.output('previews', JSON.stringify(previews))
  return 0
}
