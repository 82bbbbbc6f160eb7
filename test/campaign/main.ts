/**
 * `npm run campaign [-- --runs 200 --seed 1]`: runs of up, change and destroy of an ephemeral
 * environment through the real engine, under faults of both APIs and kill -9 of the engine. Each
 * must end in a stack that a further up or destroy finishes, with nothing left. A run that does not
 * is printed with its seed: `--runs 1 --seed N` repeats it.
 */
import { parseArgs } from 'node:util'
import { openCampaign } from './campaign.ts'
import { plan } from './plan.ts'
import { run } from './run.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const first = Number(values.seed)
const campaign = await openCampaign()
const failed: number[] = []
const began = Date.now()
try {
  for (let seed = first; seed < first + Number(values.runs); seed++) {
    try {
      const { codes, removed, seconds } = await run(plan(seed), campaign)
      const told = codes.map((code) => code ?? 'killed').join(' ')
      console.log(`seed ${seed}: ${told}; finished, ${removed} removed, ${seconds.toFixed(1)} s`)
    } catch (error) {
      failed.push(seed)
      console.log((error as Error).message)
    }
  }
} finally {
  await campaign.close()
}
const minutes = ((Date.now() - began) / 60_000).toFixed(1)
console.log(`${values.runs} runs, ${failed.length} failed in ${minutes} min`)
if (failed.length > 0) console.log(`failed seeds: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
