/** Every recorded change as the comment that a reviewer gets. */
import { json } from '../../../ops/report/json.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import { report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import { expectGolden } from '../golden.ts'
import { prices, recorded, recording } from './fixtures.ts'

test('at least 15 changes are recorded', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(15)
})

test.each(recorded)('%s', (name) => {
  expectGolden(`../../fixtures/previews/${name}.md`, markdown(report(recording(name), { prices })))
})

test.each(recorded)(
  '%s: the same bytes, whatever order the engine met the resources in',
  (name) => {
    const one = recording(name)
    const other = { ...one, steps: one.steps?.toReversed(), duration: 4711 }
    for (const format of [markdown, text, json]) {
      expect(format(report(other, { prices }))).toBe(format(report(one, { prices })))
    }
  },
)
