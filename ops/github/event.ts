import { readFile } from 'node:fs/promises'

/** What started the run, as far as the workflows' logic cares. */
export type Event =
  | { kind: 'pull'; action: string; number: number }
  | { kind: 'comment'; number: number; onPull: boolean; id: number; author: string; body: string }
  | { kind: 'other'; name: string }

/**
 * Reads the event of the run from the file that GitHub lays down.
 * https://docs.github.com/webhooks/webhook-events-and-payloads
 * @throws Error that names the variable or the field that is missing
 */
export async function readEvent(env: NodeJS.ProcessEnv): Promise<Event> {
  const name = env.GITHUB_EVENT_NAME
  const path = env.GITHUB_EVENT_PATH
  if (!name || !path) {
    const missing = name ? 'GITHUB_EVENT_PATH' : 'GITHUB_EVENT_NAME'
    throw new Error(`${missing} is not set: this is no run of a workflow; name the number yourself`)
  }
  const payload = JSON.parse(await readFile(path, 'utf8'))
  const number = (where: string, value: unknown): number => {
    if (Number.isSafeInteger(value)) return value as number
    throw new Error(`the event ${name} has no ${where}`)
  }
  if (name === 'pull_request') {
    const { pull_request, action } = payload
    return { kind: 'pull', action, number: number('pull_request.number', pull_request?.number) }
  }
  if (name === 'issue_comment') {
    const { issue, comment } = payload
    return {
      kind: 'comment',
      number: number('issue.number', issue?.number),
      onPull: Boolean(issue.pull_request),
      id: number('comment.id', comment?.id),
      author: String(comment.user?.login ?? ''),
      body: String(comment.body ?? ''),
    }
  }
  return { kind: 'other', name }
}
