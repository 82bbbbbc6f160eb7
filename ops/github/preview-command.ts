import type { GitHub } from './client.ts'
import { parseCommand } from './command.ts'
import { putComment } from './comment.ts'
import type { Event } from './event.ts'
import { addLabel, removeLabel } from './labels.ts'
import { mayWrite } from './permission.ts'
import { text } from './text.ts'

export type Answer = 'ignored' | 'refused' | 'started'

/** The workflow that treats environments; it takes the input `number`. */
const WORKFLOW = 'ephemeral.yml'

/**
 * Answers a comment `/preview` or `/preview down` on a pull request: sets or takes the label and
 * starts the workflow on the pull request's own branch. Nothing of the pull request runs here, and
 * the started run sees only branches of this repository, so a fork's code never meets a secret.
 */
export async function answerComment(
  github: GitHub,
  event: Extract<Event, { kind: 'comment' }>,
  run: number,
): Promise<Answer> {
  const command = parseCommand(event.body)
  if (!event.onPull || !command) return 'ignored'
  const { number, author } = event
  const refuse = async (why: string): Promise<Answer> => {
    // One reply for each person, updated in place: nobody can make us fill the page.
    await putComment(github, number, { key: `refused:${safe(author)}`, run }, why)
    return 'refused'
  }
  if (!(await mayWrite(github, author))) {
    return refuse(
      `@${author}: \`/preview\` is for people with write access to this repository; ask one of them.\n`,
    )
  }
  if (command === 'unknown') {
    return refuse(`@${author}: there are \`/preview\` and \`/preview down\`.\n`)
  }
  const { data: pull } = await github.rest.pulls.get({ ...github.repo, pull_number: number })
  if (pull.head.repo?.full_name !== pull.base.repo.full_name) {
    return refuse(text.fork('`/preview`'))
  }
  if (command === 'up' && pull.state !== 'open') {
    return refuse(`@${author}: a closed pull request gets no environment; reopen it first.\n`)
  }
  if (command === 'up') await addLabel(github, number, 'preview-env')
  else await removeLabel(github, number, 'preview-env')
  // A label that a workflow's token sets starts no workflow; a dispatch does.
  await github.rest.actions.createWorkflowDispatch({
    ...github.repo,
    workflow_id: WORKFLOW,
    ref: pull.state === 'open' ? pull.head.ref : pull.base.ref,
    inputs: { number: String(number) },
  })
  await github.rest.reactions.createForIssueComment({
    ...github.repo,
    comment_id: event.id,
    content: command === 'up' ? 'rocket' : '+1',
  })
  return 'started'
}

/** A login as part of a key: bots have brackets. */
const safe = (login: string) => login.replaceAll(/[^\w.-]/g, '_')
