const HOUR = 3_600_000

export interface RateLimits {
  /** Requests in any 60 minutes; 5,000 if absent. */
  requestsPerHour?: number
  /** The burst limit, in any 60 seconds; none if absent (the real API has 250). */
  requestsPerMinute?: number
}

/** Requests in any so many seconds. */
export interface Burst {
  requests: number
  seconds: number
}

export interface Allowance {
  limit: number
  remaining: number
  /** When the oldest counted request expires, in seconds since 1970. */
  reset: number
  /** Set if this request is one too many. */
  retryAfterSeconds?: number
}

/** Sliding windows: each request counts for one hour (and the burst's time) from its own moment on. */
export class RateLimiter {
  readonly #perHour: number
  #burst: Burst
  #times: number[] = []

  constructor(limits: RateLimits) {
    this.#perHour = limits.requestsPerHour ?? 5000
    this.#burst = { requests: limits.requestsPerMinute ?? Number.POSITIVE_INFINITY, seconds: 60 }
  }

  setBurst(burst: Burst): void {
    this.#burst = burst
  }

  take(now = Date.now()): Allowance {
    this.#times = this.#times.filter((time) => time > now - HOUR)
    const span = this.#burst.seconds * 1000
    const recent = this.#times.filter((time) => time > now - span)
    const tooMany = (oldest: number | undefined, span: number) =>
      Math.max(1, Math.ceil(((oldest ?? now) + span - now) / 1000))
    let retryAfterSeconds: number | undefined
    if (this.#times.length >= this.#perHour) retryAfterSeconds = tooMany(this.#times[0], HOUR)
    else if (recent.length >= this.#burst.requests) {
      retryAfterSeconds = tooMany(recent[0], span)
    } else this.#times.push(now)
    const left = this.#perHour - this.#times.length
    return {
      limit: this.#perHour,
      remaining: retryAfterSeconds === undefined ? left : 0,
      reset: Math.ceil(((this.#times[0] ?? now) + HOUR) / 1000),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    }
  }
}
