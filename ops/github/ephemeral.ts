import type { GitHub } from './client.ts'
import { putComment } from './comment.ts'
import { type Environments, environmentOf } from './environments.ts'
import { removeLabel } from './labels.ts'
import type { Runner } from './runner.ts'
import { text } from './text.ts'

export type Outcome = 'up' | 'down' | 'left over' | 'refused' | 'nothing'

/**
 * Brings the environment of a pull request to where it belongs: up, with what lies
 * in this folder, while the pull request is open and has the label `preview-env`; gone otherwise. It looks
 * at the pull request and not at the event, so a run that GitHub dropped from the queue is made up
 * for by the next one.
 * @param run the run that does it, and the commit that lies in its folder
 * @throws Error of the environment that could not be brought up, after saying so in the comment
 */
export async function reconcile(
  github: GitHub,
  number: number,
  environments: Environments,
  run: Pick<Runner, 'number' | 'url'> & { commit: string },
): Promise<Outcome> {
  const { data: pull } = await github.rest.pulls.get({ ...github.repo, pull_number: number })
  const name = environmentOf(number)
  const comment = (body: string) =>
    putComment(github, number, { key: 'environment', run: run.number }, body)
  const isLabelled = pull.labels.some((label) => label.name === 'preview-env')
  const isFork = pull.head.repo?.full_name !== pull.base.repo.full_name

  if (pull.state === 'open' && isLabelled && isFork) {
    await comment(text.fork('An environment'))
    await removeLabel(github, number, 'preview-env')
    return 'refused'
  }
  if (pull.state === 'open' && isLabelled) {
    await comment(text.rising(name, run.url))
    try {
      await comment(text.up(await environments.up(name), run.commit))
    } catch (error) {
      await comment(text.failed(name, run.url))
      throw error
    }
    return 'up'
  }
  const living = await environments.list()
  if (!living.some((environment) => environment.name === name)) return 'nothing'
  const receipt = await environments.down(name, { wait: true })
  const why = pull.state === 'open' ? 'the label was taken off' : 'the pull request is closed'
  await comment(text.down(receipt, why))
  if (isLabelled) await removeLabel(github, number, 'preview-env')
  return receipt.left.length === 0 ? 'down' : 'left over'
}
