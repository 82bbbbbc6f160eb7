import { parseArgs } from 'node:util'
import { startRefresh } from '../../github/refresh.ts'
import { CONNECTION_HELP, connect } from './connect.ts'

export const help = `padlock github refresh [--repo OWNER/NAME]

Starts the workflow deploy.yml on the repository's default branch with \`refresh\`: the plan that
it makes has a release whose image is built anew, on a base that is pulled anew. It is reviewed and
approved as any other.

${CONNECTION_HELP}

Exit code 0: started. 1: what GitHub says.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { repo: { type: 'string' } } })
  console.log(`deploy.yml was started on ${await startRefresh(connect(values.repo).github)}`)
  return 0
}
