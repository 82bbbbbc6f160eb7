/** A short sample of `npm run campaign`. */
import { type Campaign, openCampaign } from '../campaign/campaign.ts'
import { plan } from '../campaign/plan.ts'
import { run } from '../campaign/run.ts'

jest.setTimeout(300_000)
let campaign: Campaign
beforeAll(async () => {
  campaign = await openCampaign()
})
afterAll(() => campaign?.close())

test('a seed alone decides a run', () => {
  expect(plan(7)).toEqual(plan(7))
  expect(plan(7)).not.toEqual(plan(8))
})

test.each([1, 2, 3])('seed %i ends with nothing left', async (seed) => {
  const outcome = await run(plan(seed), campaign)
  expect(outcome.codes).toHaveLength(3)
})
