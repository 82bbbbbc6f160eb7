import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'

/** The login under which the token of a workflow's run writes. */
const RUNNER_LOGIN = 'github-actions[bot]'
/** A wait longer than this (seconds) is a failure: the job's minutes cost, and the sweep comes back. */
const PATIENCE = 600
const MOST_TRIES = 3

export interface Connection {
  /** Read from the environment only, never from a command line. */
  token: string
  /** `owner/name`. */
  repository: string
  /** Default: https://api.github.com; GitHub Enterprise has its own. */
  apiUrl?: string
  log?: (line: string) => void
  /** Settings of the throttling plugin, for tests: spacing of writes, length of a second. */
  throttle?: Record<string, unknown>
}

/** One repository at GitHub, and who we are there. */
export interface GitHub {
  rest: Octokit['rest']
  paginate: Octokit['paginate']
  /** First argument of nearly every call. */
  repo: { owner: string; repo: string }
  /** The login that our comments carry. */
  login(): Promise<string>
}

const Client = Octokit.plugin(throttling, retry)

/**
 * Connects to a repository. Writes are spaced, rate limits are waited for (up to ten minutes, then
 * the call fails), server errors are tried again.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 * @throws Error if the repository is not `owner/name`
 */
export function openGitHub(connection: Connection): GitHub {
  const [owner, repo, ...more] = connection.repository.split('/')
  if (!owner || !repo || more.length > 0) {
    throw new Error(`the repository is ${connection.repository}; it must be owner/name`)
  }
  const log = connection.log ?? (() => undefined)
  const wait = (kind: string) => (seconds: number, request: object, _: unknown, tries: number) => {
    const { method, url } = request as { method: string; url: string }
    const again = tries < MOST_TRIES - 1 && seconds <= PATIENCE
    log(
      `GitHub's ${kind} limit at ${method} ${url}: ${again ? `waiting ${seconds} s` : 'giving up'}`,
    )
    return again
  }
  const octokit = new Client({
    auth: connection.token,
    baseUrl: connection.apiUrl ?? 'https://api.github.com',
    userAgent: 'padlock',
    // Errors are thrown with their message; the plugins' own lines would only repeat it.
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    throttle: {
      onRateLimit: wait('rate'),
      onSecondaryRateLimit: wait('secondary rate'),
      ...connection.throttle,
    },
  })
  let login: Promise<string> | undefined
  return {
    rest: octokit.rest,
    paginate: octokit.paginate,
    repo: { owner, repo },
    login: () => {
      login ??= octokit.rest.users.getAuthenticated().then(
        ({ data }) => data.login,
        (error) => {
          // The run's own token belongs to no user.
          if (statusOf(error) === 403) return RUNNER_LOGIN
          throw error
        },
      )
      return login
    },
  }
}

/** The HTTP status of a failed call; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return (error as { status?: number }).status
}

/** Lets a call fail with the given status, as deleting a thing that is gone does with 404. */
export async function tolerate<T>(status: number, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (statusOf(error) === status) return undefined
    throw error
  }
}
