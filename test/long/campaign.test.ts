/** A part of `npm run campaign`. */
import { summary } from '../campaign/summary.ts'
import { runAll } from '../campaign/workers.ts'

const RUNS = 30
const SEEDS = Array.from({ length: RUNS }, (_, n) => n + 1)

jest.setTimeout(3_600_000)

test('thirty runs under faults and kills end with nothing left', async () => {
  const began = Date.now()
  const outcomes = await runAll(SEEDS, 3, () => undefined)
  console.log(summary(outcomes, (Date.now() - began) / 60_000))
  expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([])
  expect(outcomes).toHaveLength(RUNS)
})
