import { GitHubError } from './errors.ts'

const HOUR = 3600
const MINUTE_MS = 60_000

export interface Limits {
  /** Requests of one token in an hour; 1,000 is what a workflow's own token has. */
  perHour: number
  /** Requests of one token that make content, in a minute: one of the secondary limits. */
  writesPerMinute: number
  /**
   * Seconds from the first refusal to the window's end, for a test that waits for it; default: an
   * hour from the first request, as at GitHub.
   */
  endsAfterRefusal?: number
  /** `retry-after` of the secondary limit, seconds. */
  secondarySeconds: number
}

export const GITHUB_LIMITS: Limits = {
  perHour: 1000,
  writesPerMinute: 80,
  secondarySeconds: 60,
}

/**
 * Counts the requests of each token, in GitHub's fixed windows.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class Meter {
  readonly #limits: Limits
  #used = new Map<
    string,
    {
      count: number
      reset: number
      isRefused: boolean
      writes: number[]
      blockedUntil: number
    }
  >()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /**
   * Counts one request.
   * @returns the headers of its answer
   * @throws GitHubError 403 past either limit
   */
  take(token: string, isWrite: boolean): Record<string, string> {
    const now = Date.now()
    const { perHour, writesPerMinute, endsAfterRefusal, secondarySeconds } = this.#limits
    let entry = this.#used.get(token)
    if (!entry || now / 1000 >= entry.reset) {
      const reset = Math.floor(now / 1000) + HOUR
      const before = { writes: entry?.writes ?? [], blockedUntil: entry?.blockedUntil ?? 0 }
      entry = { count: 0, reset, isRefused: false, ...before }
      this.#used.set(token, entry)
    }
    const over = entry.count >= perHour
    if (!over) entry.count++
    else if (!entry.isRefused) {
      entry.isRefused = true
      if (endsAfterRefusal) entry.reset = Math.floor(now / 1000) + endsAfterRefusal
    }
    const headers = {
      'x-ratelimit-limit': String(perHour),
      'x-ratelimit-remaining': String(perHour - entry.count),
      'x-ratelimit-used': String(entry.count),
      'x-ratelimit-reset': String(entry.reset),
      'x-ratelimit-resource': 'core',
    }
    if (over) {
      throw new GitHubError(403, 'API rate limit exceeded for installation ID 1.', { headers })
    }
    if (!isWrite) return headers
    entry.writes = entry.writes.filter((time) => time > now - MINUTE_MS)
    if (now < entry.blockedUntil || entry.writes.length >= writesPerMinute) {
      if (now >= entry.blockedUntil) entry.blockedUntil = now + secondarySeconds * 1000
      // After the wait GitHub serves again; the oldest writes are forgotten.
      entry.writes = []
      const left = Math.max(1, Math.ceil((entry.blockedUntil - now) / 1000))
      throw new GitHubError(
        403,
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
        { headers: { ...headers, 'retry-after': String(left) } },
      )
    }
    entry.writes.push(now)
    return headers
  }
}
