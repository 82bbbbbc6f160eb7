import type { GitHub } from './client.ts'
import { ownComments, putComment } from './comment.ts'
import type { Runner } from './runner.ts'

/** A stack's report in Markdown; undefined if its preview failed before there was one. */
export type Reports = Map<string, string | undefined>

const KEY = 'preview:'

/** What is said of a stack whose state no job of a pull request opens. */
export const leftOut = (stack: string): string =>
  `### \`${stack}\`\n\n**No preview here**: it may change, and a preview would run this pull request's program with its state, which holds the keys to its backups. Its plan comes after the merge, for approval. The variable \`PREVIEW_PRODUCTION\` asks for previews of it (docs/workflows.md, *Who can do what*).\n`

/**
 * One comment for each affected stack, made once and updated in place. A stack that an earlier push
 * affected and this one does not is said to be unchanged.
 */
export async function postPreviews(
  github: GitHub,
  number: number,
  reports: Reports,
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<void> {
  const put = (stack: string, body: string) =>
    putComment(github, number, { key: `${KEY}${stack}`, run: runner.number }, body)
  const run = runner.url ? `[the run](${runner.url})` : 'the run'
  for (const [stack, report] of reports) {
    await put(
      stack,
      report ?? `### \`${stack}\`\n\n**No preview**: it failed, and ${run} says why.\n`,
    )
  }
  const known = (await ownComments(github, number)).map(({ mark }) => mark.key)
  for (const key of new Set(known.filter((each) => each.startsWith(KEY)))) {
    const stack = key.slice(KEY.length)
    if (reports.has(stack)) continue
    await put(stack, `### \`${stack}\`\n\nNo file that it is made of changes any more.\n`)
  }
}
