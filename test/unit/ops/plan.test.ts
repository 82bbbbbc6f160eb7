/** What a plan hands to the program when it is applied, by an engine that only remembers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPlan, type Engine, savePlan } from '../../../ops/plan/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'padlock-plan-'))
const NAMES = ['PADLOCK_OPERATOR', 'PADLOCK_REFRESH', 'PADLOCK_PLANNED_AT']
afterEach(() => {
  for (const name of NAMES) delete process.env[name]
})
afterAll(() => rmSync(folder, { recursive: true }))

test('who made it, the day of its refresh and its moment are those of its preview', async () => {
  const met: (string | undefined)[][] = []
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
  const { madeAt } = await savePlan(engine, folder, what)
  process.env.PADLOCK_OPERATOR = 'Bob'
  process.env.PADLOCK_REFRESH = ''
  delete process.env.PADLOCK_PLANNED_AT
  expect(await applyPlan(engine, folder, what)).toBe(0)
  expect(met).toEqual(Array(2).fill(['Ada', '2026-11-27', madeAt]))
})
