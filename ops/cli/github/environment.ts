import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { reconcile } from '../../github/ephemeral.ts'
import { CONNECTION_HELP, connect, numberOf } from './connect.ts'
import { environments } from './environments.ts'

export const help = `padlock github environment [--number N] [--repo OWNER/NAME]

Brings the environment of a pull request, pr-N, to where it belongs: up with what lies in
this folder while the pull request is open and has the label preview-env, else destroyed.
A comment on the pull request says where it is, until when, and what it costs; after the
end, what was removed.

${CONNECTION_HELP}
What \`padlock env\` needs for the accounts, it needs too.

Exit code 0: done. 1: it is not up, or something is left, by name.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { number: { type: 'string' }, repo: { type: 'string' } },
  })
  const { github, runner } = connect(values.repo)
  const number = await numberOf(values.number)
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  const run = { number: runner.number, url: runner.url, commit }
  const outcome = await reconcile(github, number, environments, run)
  console.log(outcome)
  return outcome === 'left over' ? 1 : 0
}
