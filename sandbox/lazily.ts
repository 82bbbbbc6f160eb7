/** Does the work at the first call, once for all callers; a failure is theirs, and the next call tries again. */
export function lazily<Args extends unknown[], T>(
  work: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let running: Promise<T> | undefined
  return (...args) => {
    running ??= work(...args).catch((error) => {
      running = undefined
      throw error
    })
    return running
  }
}
