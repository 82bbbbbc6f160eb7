import { setTimeout as sleep } from 'node:timers/promises'
import type { Work } from './resource.ts'

/** The first and the longest pause between two questions, in milliseconds; each is half as long again. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 1000

/**
 * Asks until `ask` returns something, pausing longer each time. Fails with Go's words for a timeout at the deadline,
 * and when the engine cancels.
 */
export async function waitFor<T>(work: Work, ask: () => Promise<T | undefined>): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    if (Date.now() > work.deadline) throw new Error('context deadline exceeded')
    if (work.signal.aborted) throw new Error('context canceled')
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(Math.min(pause, Math.max(0, work.deadline - Date.now()) + 1))
  }
}
