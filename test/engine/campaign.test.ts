/** A short sample of `npm run campaign`. */
import { runAll } from '../campaign/workers.ts'

jest.setTimeout(600_000)

test('three runs under faults and kills end with nothing left', async () => {
  const outcomes = await runAll([3, 4, 5], 3, () => undefined)
  expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined])
  const steps = outcomes.flatMap((outcome) => outcome.steps)
  expect(steps).toHaveLength(9)
  expect(steps.some(({ code }) => code === null)).toBe(true)
  expect(steps.some(({ faults }) => faults > 0)).toBe(true)
})
