import type { Backup } from '../../../ops/cli/backups.ts'
import { stateExport } from '../../../ops/cli/state-export.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const RUN = './padlock backup state --stack production'
const one = (what: string, last: string | null): Backup => ({
  ...{ what, last, state: last ? 'good' : 'failed', failed: null, problem: null },
})
const nightly = one('database bucket', '2026-11-29T01:10:00Z')
const both = (bucket: string, volume = bucket) => [
  ...[nightly, one('state volume', volume), one('state bucket', bucket)],
]
const said = (found: Backup[], updated?: string) =>
  stateExport('production', found, updated ? new Date(updated) : undefined, NOW)

test('that there is none yet is told with the command, and is no fault by itself', () => {
  const none = { text: `  state: no export yet: ${RUN}`, wrong: [] }
  expect(said([nightly], '2026-11-01T09:00:00Z')).toEqual(none)
  // One that failed and never came to anything is told as that by the host.
  expect(said([one('state bucket', null)], '2026-11-01T09:00:00Z')).toEqual(none)
})

test.each([
  ['after the update', '2026-11-28T09:05:00Z', '2026-11-28T09:00:00Z'],
  ['by a clock that is behind', '2026-11-28T09:00:00Z', '2026-11-28T09:00:40Z'],
  ['of a state that tells no time', '2026-11-28T09:05:00Z', undefined],
])('of one %s nothing is told', (_, last, updated) => {
  expect(said(both(last), updated)).toEqual({ text: '', wrong: [] })
})

test('one that is older than the last update is told, and wrong once that is 26 hours ago', () => {
  const words = (updated: string) =>
    `state: the export of 2026-11-02 09:00Z is older than the last update, ${updated}: ${RUN}`
  const old = both('2026-11-02T09:00:00Z')
  expect(said(old, '2026-11-29T11:00:00Z')).toEqual({
    text: `  ${words('2026-11-29 11:00Z')}`,
    wrong: [],
  })
  expect(said(old, '2026-11-28T09:59:00Z')).toEqual({
    text: `  ${words('2026-11-28 09:59Z')}`,
    wrong: [words('2026-11-28 09:59Z')],
  })
})

test('a state that cannot be read is told, and does not keep status from the rest', () => {
  const found = both('2026-11-28T09:05:00Z')
  expect(stateExport('production', found, new Error('no such backend'), NOW)).toEqual({
    ...{ text: '  state: not known: no such backend', wrong: [] },
  })
})

test('the place that lags behind counts', () => {
  const { text } = said(
    both('2026-11-28T09:05:00Z', '2026-11-02T09:00:00Z'),
    '2026-11-28T09:00:00Z',
  )
  expect(text).toContain('the export of 2026-11-02 09:00Z is older')
})
