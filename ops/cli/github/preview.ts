import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { StackPreview } from '../../github/affected.ts'
import { leftOut, postPreviews } from '../../github/preview.ts'
import { CONNECTION_HELP, connect, numberOf } from './connect.ts'

export const help = `padlock github preview --stacks JSON --reports FOLDER [--previews JSON] [--number N]
  [--repo OWNER/NAME]

Shows the reports of \`padlock preview --format markdown\` on a pull request, one comment a
stack, made once and updated in place.

  --stacks    the affected stacks, as \`padlock github stacks\` prints them
  --previews  those of them that were previewed, as its output \`previews\` has them; of the
              others a comment says why there is no preview
  --reports   holds STACK.md for each; a missing one is shown as a failed preview

${CONNECTION_HELP}

Exit code 0: shown. 1: what GitHub says. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { stacks: option, previews: option, reports: option, number: option, repo: option },
  })
  const { reports: folder } = values
  const stacks = values.stacks === undefined ? undefined : JSON.parse(values.stacks)
  const previews = values.previews === undefined ? undefined : JSON.parse(values.previews)
  if (!Array.isArray(stacks) || !folder || (previews && !Array.isArray(previews))) {
    console.error(help)
    return 2
  }
  const { github, runner } = connect(values.repo)
  const reports = new Map<string, string | undefined>()
  const isLeftOut = (stack: string) =>
    previews?.every((one: StackPreview) => one.stack !== stack) ?? false
  for (const stack of stacks) {
    if (isLeftOut(stack)) reports.set(stack, leftOut(stack))
    else
      reports.set(stack, await readFile(join(folder, `${stack}.md`), 'utf8').catch(() => undefined))
  }
  await postPreviews(github, await numberOf(values.number), reports, runner)
  return 0
}
