import { parseArgs } from 'node:util'
import { readEvent } from '../../github/event.ts'
import { answerComment } from '../../github/preview-command.ts'
import { CONNECTION_HELP, connect } from './connect.ts'

export const help = `padlock github command [--repo OWNER/NAME]

Answers the comment that started this run: \`/preview\` labels the pull request preview-env
and starts the workflow ephemeral.yml on its branch, \`/preview down\` ends it. Only people
with write access are obeyed, and never for a pull request from a fork.

${CONNECTION_HELP}

Exit code 0: answered, or nothing to answer. 1: what GitHub says.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { repo: { type: 'string' } } })
  const event = await readEvent(process.env)
  if (event.kind !== 'comment') {
    throw new Error('this run was not started by a comment (GITHUB_EVENT_NAME: issue_comment)')
  }
  const { github, runner } = connect(values.repo)
  console.log(await answerComment(github, event, runner.number))
  return 0
}
