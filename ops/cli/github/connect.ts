import { parseArgs } from 'node:util'
import { type GitHub, openGitHub } from '../../github/client.ts'
import { readEvent } from '../../github/event.ts'
import { type Runner, thisRunner } from '../../github/runner.ts'

/** What the verbs' help says of the way to GitHub. */
export const CONNECTION_HELP = `GITHUB_TOKEN in the environment opens the repository (never a flag: other processes see
those). In a workflow GitHub sets the rest; by hand, --repo names the repository and
--number the pull request. GITHUB_API_URL leads to a GitHub Enterprise.`

/**
 * The repository that the verbs work on.
 * @param repo `owner/name`; default: GITHUB_REPOSITORY
 * @throws Error that names what is missing
 */
export function connect(repo: string | undefined): { github: GitHub; runner: Runner } {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY, GITHUB_API_URL: apiUrl } = process.env
  const repository = repo ?? GITHUB_REPOSITORY
  if (!token) throw new Error('GITHUB_TOKEN is not set: export a token that may do this')
  if (!repository) throw new Error('no repository is named: --repo owner/name')
  const runner = thisRunner(process.env)
  runner.maskSecrets()
  const log = (line: string) => console.error(line)
  return { github: openGitHub({ token, repository, apiUrl, log }), runner }
}

/**
 * The stack that a verb keeps an issue about (`--stack`), and the repository that the issue is of
 * (`--repo`).
 * @returns undefined where no stack is named
 * @throws Error as `connect` does, or for words that are not known
 */
export function connectForStack(
  args: string[],
): { stack: string; github: GitHub; runner: Runner } | undefined {
  const option = { type: 'string' } as const
  const { stack, repo } = parseArgs({ args, options: { stack: option, repo: option } }).values
  return stack ? { stack, ...connect(repo) } : undefined
}

/**
 * The issue or pull request that is meant: the flag's, or that of the event that started the run.
 * @throws Error if neither names one
 */
export async function numberOf(flag: string | undefined): Promise<number> {
  if (flag !== undefined) {
    if (/^[1-9]\d*$/.test(flag)) return Number(flag)
    throw new Error(`--number is ${flag}; it must be the number of a pull request`)
  }
  const event = await readEvent(process.env)
  if (event.kind !== 'other') return event.number
  throw new Error(`the event ${event.name} is about no pull request: --number N`)
}
