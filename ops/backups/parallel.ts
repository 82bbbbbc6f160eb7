const AT_ONCE = 8

/** Does some work for each, eight at once, and begins nothing new after one has failed. */
export async function inParallel<T, R>(all: T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = all.values()
  let failed = false
  const worker = async () => {
    for (const one of rest) {
      if (failed) return
      results.push(
        await work(one).catch((error) => {
          failed = true
          throw error
        }),
      )
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
