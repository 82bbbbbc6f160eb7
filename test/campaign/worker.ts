/**
 * A process of the campaign with accounts of its own: for each seed that it is sent it sends the
 * outcome back. The run after one that failed has new accounts, so that each failure is its own.
 */
import { type Campaign, openCampaign } from './campaign.ts'
import { plan } from './plan.ts'
import { run } from './run.ts'

let campaign: Campaign | undefined
let last = Promise.resolve()

process.on('message', (seed: number) => {
  last = last.then(async () => {
    campaign ??= await openCampaign()
    const outcome = await run(plan(seed), campaign)
    if (outcome.failure !== undefined) {
      await campaign.close()
      campaign = undefined
    }
    // The campaign may have been stopped meanwhile; this one still puts its accounts away.
    if (process.connected) process.send?.(outcome)
  })
})
process.on('disconnect', () => {
  last = last.then(async () => {
    await campaign?.close()
    process.exit()
  })
})
// A Ctrl-C for the whole group: the sandbox ends by it too.
process.on('SIGINT', () => process.exit(130))
