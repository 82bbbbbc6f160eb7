/** What the 200 seeds of the campaign hold. */
import { type Plan, plan } from '../campaign/plan.ts'

const plans: Plan[] = Array.from({ length: 200 }, (_, n) => plan(n + 1))
const steps = plans.flatMap((each) => each.steps)

test('a seed alone decides a run', () => {
  expect(plan(7)).toEqual(plan(7))
  expect(plan(7)).not.toEqual(plan(8))
})

test('kills in about half of the steps, early, in the middle and late', () => {
  const lines = steps.flatMap(({ kill }) => (kill ? [kill.line] : []))
  expect(lines.length / steps.length).toBeCloseTo(0.5, 1)
  for (const from of [0, 15, 30, 45]) {
    expect(lines.filter((line) => line >= from && line < from + 15).length).toBeGreaterThan(30)
  }
})

test('every kind of fault on both APIs, and every change', () => {
  for (const api of ['digitalocean', 'auth0'] as const) {
    const rules = steps.flatMap(({ faults }) => faults[api] ?? [])
    const kinds = new Set(rules.map(({ fault }) => JSON.stringify(fault)))
    expect(kinds.size).toBe(6)
    // A rule that fits no request of its API would never be met.
    const path = api === 'auth0' ? /^(\.|\^\/(api\/v2|oauth)\/.*)$/ : /^(\.|\^\/v2\/.*)$/
    for (const rule of rules) expect(rule.path).toMatch(path)
  }
  expect(new Set(plans.map(({ steps: [, change] }) => JSON.stringify(change?.settings))).size).toBe(
    6,
  )
  expect(new Set(plans.map(({ finish }) => finish)).size).toBe(2)
})
