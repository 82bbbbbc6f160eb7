/** What a plan hands to the program when it is applied, by an engine that only remembers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPlan, type Engine, savePlan } from '../../../ops/plan/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'padlock-plan-'))
const NAMES = ['PADLOCK_OPERATOR', 'PADLOCK_REFRESH', 'PADLOCK_PLANNED_AT']
afterEach(() => {
  for (const name of NAMES) delete process.env[name]
})
afterAll(() => rmSync(folder, { recursive: true }))

const met: (string | undefined)[][] = []
beforeEach(() => met.splice(0))
const engine: Engine = {
  capture: async () => ({ code: 0, stdout: '{"deployment":{}}', stderr: '' }),
  async show(args) {
    met.push(NAMES.map((name) => process.env[name]))
    const path = args[args.indexOf('--save-plan') + 1]
    if (args.includes('--save-plan')) writeFileSync(path!, '{}')
    return 0
  },
}
const what = { stack: 'dev', commit: 'c0ffee', by: 'Ada', refresh: '2026-11-27' }

test('who made it, the day of its refresh and its moment are those of its preview', async () => {
  const { madeAt } = await savePlan(engine, folder, what)
  process.env.PADLOCK_OPERATOR = 'Bob'
  process.env.PADLOCK_REFRESH = ''
  delete process.env.PADLOCK_PLANNED_AT
  expect(await applyPlan(engine, folder, what)).toBe(0)
  expect(met).toEqual(Array(2).fill(['Ada', '2026-11-27', madeAt]))
})

/** A plan of another time. */
async function saved(madeAt: string): Promise<number> {
  await savePlan(engine, folder, what)
  const file = join(folder, 'about.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), madeAt }))
  return applyPlan(engine, folder, what)
}

test.each([
  ['8 days ago', new Date(Date.now() - 8 * 24 * 3600 * 1000).toISOString()],
  ['at no time', 'yesterday'],
])('one that was saved %s is rejected', async (_, madeAt) => {
  await expect(saved(madeAt)).rejects.toThrow(
    `the plan is rejected: it was saved at ${madeAt}, and is good for 7 days; now it is 20`,
  )
  expect(met).toHaveLength(1)
})

test('one of a moment that is still to come is rejected, but for what clocks may differ by', async () => {
  const madeAt = new Date(Date.now() + 10 * 60 * 1000).toISOString()
  await expect(saved(madeAt)).rejects.toThrow(
    `the plan is rejected: it was saved at ${madeAt}, which is still to come: now it is 20`,
  )
  expect(await saved(new Date(Date.now() + 60 * 1000).toISOString())).toBe(0)
})
