/**
 * `npm run campaign [-- --runs 200 --seed 1 --workers 3]`: runs of up, change and destroy of an
 * ephemeral environment through the real engine, under faults of both APIs and kill -9 of the
 * engine. Each must end in a stack that a further up or destroy finishes, with nothing left.
 * `--runs 1 --seed N` repeats a run.
 */
import { parseArgs } from 'node:util'
import { line, summary } from './summary.ts'
import { runAll } from './workers.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '3' },
  },
})
const seeds = Array.from({ length: Number(values.runs) }, (_, n) => Number(values.seed) + n)
const began = Date.now()
const outcomes = await runAll(seeds, Number(values.workers), (outcome) =>
  console.log(line(outcome)),
)
console.log(`\n${summary(outcomes, (Date.now() - began) / 60_000)}`)
process.exitCode = outcomes.some(({ failure }) => failure !== undefined) ? 1 : 0
