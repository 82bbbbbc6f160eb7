/**
 * Ends this process once the one that started it is gone, so that an engine that was killed
 * (kill -9) leaves no plugin behind; an orphan's parent id changes.
 */
export function exitWithParent(everyMs = 500): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1)
  }, everyMs).unref()
}
