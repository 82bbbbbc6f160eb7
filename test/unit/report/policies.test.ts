/** What the policies say, in the report of a recorded change. */
import { markdown } from '../../../ops/report/markdown.ts'
import { type Report, report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import type { Violation } from '../../../ops/report/violation.ts'
import { expectGolden } from '../golden.ts'
import { prices, recording } from './fixtures.ts'

const cost: Violation = {
  rule: 'monthly-cost',
  level: 'mandatory',
  message:
    'The stack stays within what it may cost a month.\nIt costs $96.00 a month, the limit is $50.00: Droplet padlock-dev $96.00. Make it smaller, or raise monthly-cost.limit in policy/settings.json.',
}
const unseen: Violation = {
  rule: 'no-secret-in-user-data',
  level: 'advisory',
  resource: 'padlock-dev',
  message:
    "No secret is in user data.\ncan't run policy 'no-secret-in-user-data' during preview: string value at .userData can't be known during preview",
}
const consent: Violation = {
  rule: 'production-consent',
  level: 'mandatory',
  message: 'This would replace the droplet padlock-dev in production. If it is meant: ...',
}
const judged = (...violations: Violation[]): Report =>
  report(recording('size'), { prices, violations })

test('a refused change: the rule in the headline, all that is said below it', () => {
  expectGolden('report-policies.md', markdown(judged(unseen, consent, cost)))
  expectGolden('report-policies.txt', text(judged(unseen, consent, cost)))
})

test('what stops comes first, each once, in any order the same', () => {
  const { policies } = judged(unseen, consent, cost, unseen)
  expect(policies).toEqual([cost, consent, unseen])
  expect(judged(cost, unseen, consent).policies).toEqual(policies)
})

test('advice leaves the headline as it is', () => {
  const { headline, policies } = judged(unseen)
  expect(headline).toEqual(judged().headline)
  expect(policies).toEqual([unseen])
})

test('the engine’s own “preview failed” says no more than the policy', () => {
  const diagnostics = [{ severity: 'error', message: 'error: preview failed' }]
  const refused = report({ ...recording('size'), diagnostics }, { prices, violations: [cost] })
  expect(refused.errors).toEqual([])
  expect(refused.headline).toMatchObject({
    kind: 'refused',
    text: 'Stopped by the policy monthly-cost: It costs $96.00 a month, the limit is $50.00: Droplet padlock-dev $96.00',
  })
})

test('a program that fails is the story, whatever the policies say beside it', () => {
  const failed = report(recording('bad-size'), { prices, violations: [cost] })
  expect(failed.headline.kind).toBe('failed')
  expect(failed.policies).toEqual([cost])
})

test('no secret is in what a policy says', () => {
  const key = `dop_v1_${'0123456789abcdef'.repeat(4)}`
  const leaky = { ...cost, message: `A rule.\nfound ${key}` }
  expect(markdown(judged(leaky))).not.toContain(key)
})
