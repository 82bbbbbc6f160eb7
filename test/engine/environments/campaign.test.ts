/** One run of `npm run campaign`, with kills and faults; `test/long` has more. */
import { runAll } from '../../campaign/workers.ts'

/** An up and a destroy that are killed halfway, and faults on both APIs. */
const SEED = 4

jest.setTimeout(600_000)

test('a run under faults and kills ends with nothing left', async () => {
  const outcomes = await runAll([SEED], 1, () => undefined)
  expect(outcomes.map(({ failure }) => failure)).toEqual([undefined])
  const steps = outcomes.flatMap((outcome) => outcome.steps)
  expect(steps).toHaveLength(3)
  expect(steps.some(({ code }) => code === null)).toBe(true)
  expect(steps.some(({ faults }) => faults > 0)).toBe(true)
})
