/** Something to do once other things are done. */
export interface Task {
  name: string
  /** Names of tasks that must have succeeded before. */
  after: string[]
  /** Nothing else runs at the same time. */
  alone?: boolean
  /** Takes none of the places. */
  free?: boolean
  /** Whether it succeeded. */
  run(): Promise<boolean>
}

/**
 * Runs tasks side by side, in the given order as far as `after` and `alone` allow. A task that
 * waits to be alone is not started before all earlier tasks are done, and holds up the later ones
 * only while it runs.
 * @param places how many run at a time at most, those that are `free` left out
 * @param skipped called with a task that cannot run and the one that failed before it
 * @throws Error if tasks wait for each other or for one that is not there
 */
export async function runTasks(
  tasks: Task[],
  places: number,
  skipped: (task: Task, because: string) => void,
): Promise<void> {
  const waiting = [...tasks]
  const running = new Map<Task, Promise<void>>()
  const succeeded = new Set<string>()
  const failed = new Set<string>()

  const ready = (task: Task) => task.after.every((name) => succeeded.has(name))
  const mayStart = (task: Task): boolean => {
    if (!ready(task) || [...running.keys()].some(({ alone }) => alone)) return false
    const taken = [...running.keys()].filter(({ free }) => !free).length
    if (!task.alone) return task.free || taken < places
    const earlier = tasks.slice(0, tasks.indexOf(task))
    return running.size === 0 && !earlier.some((each) => waiting.includes(each))
  }
  const take = (task: Task) => waiting.splice(waiting.indexOf(task), 1)
  const start = (task: Task) => {
    take(task)
    const done = task.run().then((good) => {
      running.delete(task)
      ;(good ? succeeded : failed).add(task.name)
    })
    running.set(task, done)
  }

  while (waiting.length > 0 || running.size > 0) {
    for (const task of [...waiting]) {
      const because = task.after.find((name) => failed.has(name))
      if (because !== undefined) {
        take(task)
        failed.add(task.name)
        skipped(task, because)
      }
    }
    for (const task of [...waiting]) if (mayStart(task)) start(task)
    if (running.size > 0) await Promise.race(running.values())
    else if (waiting.length > 0 && !waiting.some((task) => task.after.some((n) => failed.has(n)))) {
      throw new Error(`waiting without end: ${waiting.map(({ name }) => name).join(', ')}`)
    }
  }
}
