import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { nodeExecutable } from '../../sandbox/toolchain/launcher.ts'
import { cache } from '../engine/support/sandbox.ts'
import type { Outcome } from './run.ts'

/**
 * Runs the seeds, several at a time: a run waits for much of its time, for retries and handshakes.
 * @param workers how many at a time
 * @param report called with each outcome as it comes
 * @throws Error if a worker ends by itself
 */
export async function runAll(
  seeds: number[],
  workers: number,
  report: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const waiting = [...seeds]
  const outcomes: Outcome[] = []
  const work = async () => {
    const worker = fork(join(import.meta.dirname, 'worker.ts'), {
      execPath: nodeExecutable(),
      execArgv: [],
      // Named, because a worker's folder is its campaign's, whose .sandbox has no engine in it.
      env: { ...process.env, PADLOCK_CACHE: cache },
    })
    const exited = once(worker, 'exit')
    try {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        const outcome = await ask(worker, seed)
        outcomes.push(outcome)
        report(outcome)
      }
    } finally {
      if (worker.connected) worker.disconnect()
      await exited
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, work))
  return outcomes.sort((a, b) => a.seed - b.seed)
}

async function ask(worker: ChildProcess, seed: number): Promise<Outcome> {
  const ended = new AbortController()
  const gone = once(worker, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`seed ${seed}: the worker ended by itself, exit code ${code}`)
  })
  gone.catch(() => undefined)
  worker.send(seed)
  const [outcome] = await Promise.race([once(worker, 'message', { signal: ended.signal }), gone])
  ended.abort()
  return outcome as Outcome
}
