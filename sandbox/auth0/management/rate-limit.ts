/** Requests a second, with the headers that tell a client where it stands. */
export interface RateLimit {
  take(): { allowed: boolean; headers: Record<string, string> }
  /** Begins again with another number of requests a second. */
  set(perSecond: number): void
}

/**
 * A token bucket that holds one second's worth (the API's burst is of that order).
 * @param perSecond requests a second; the free plan's is 2
 */
export function rateLimit(perSecond: number, now: () => number = Date.now): RateLimit {
  let rate = perSecond
  const size = () => Math.max(1, Math.ceil(rate))
  let tokens = size()
  let last = now()
  return {
    set(perSecond) {
      rate = perSecond
      tokens = size()
    },
    take() {
      const time = now()
      tokens = Math.min(size(), tokens + ((time - last) / 1000) * rate)
      last = time
      const allowed = tokens >= 1
      if (allowed) tokens -= 1
      const wait = tokens >= 1 ? 0 : (1 - tokens) / rate
      return {
        allowed,
        headers: {
          'x-ratelimit-limit': String(size()),
          'x-ratelimit-remaining': String(Math.floor(tokens)),
          // Seconds since 1970, rounded up: a client that waits until then gets through.
          'x-ratelimit-reset': String(Math.ceil(time / 1000 + wait)),
        },
      }
    },
  }
}
