import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { putComment, removeComment } from '../../github/comment.ts'
import { CONNECTION_HELP, connect, numberOf } from './connect.ts'

export const help = `padlock github comment --key KEY (--file FILE | --delete) [--number N] [--repo OWNER/NAME]

Makes a comment on a pull request or an issue once, and updates it in place from then on.

  --key      tells this comment from our others: letters, digits and _ : . -
  --file     the Markdown to show; cut at GitHub's limit
  --delete   removes the comment

${CONNECTION_HELP}

  GITHUB_TOKEN=$(gh auth token) ./padlock github comment --repo acme/shop --number 12 --key note --file note.md

Exit code 0: it stands as wished. 1: what GitHub says. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      key: { type: 'string' },
      file: { type: 'string' },
      delete: { type: 'boolean', default: false },
      number: { type: 'string' },
      repo: { type: 'string' },
    },
  })
  const { key, file } = values
  if (!key || Boolean(file) === values.delete) {
    console.error(help)
    return 2
  }
  const { github, runner } = connect(values.repo)
  const number = await numberOf(values.number)
  if (file) {
    const mark = { key, run: runner.number }
    console.log(await putComment(github, number, mark, await readFile(file, 'utf8')))
  } else {
    await removeComment(github, number, key)
  }
  return 0
}
