import { type Backup, told, wrongOf } from '../../../ops/cli/backups.ts'

const NOW = Date.parse('2026-11-28T09:00:00Z')
const one = (more: Partial<Backup>): Backup => ({
  what: 'database bucket',
  state: 'good',
  last: '2026-11-28T01:10:00Z',
  failed: null,
  problem: null,
  ...more,
})
const lines = (...found: Backup[]) => told(found, NOW).split('\n')

test('each has the time of the last one', () => {
  expect(lines(one({}), one({ what: 'log of the database', last: null }))).toEqual([
    '  database bucket      2026-11-28 01:10Z (7 hours ago)',
    '  log of the database  none yet',
  ])
})

test('one that failed is told with its reason, whatever stands in it', () => {
  const failed = '2026-11-28T08:00:00Z'
  expect(lines(one({ state: 'failed', failed, problem: 'HTTP\n\u001b[2J403' }))).toEqual([
    '  database bucket  2026-11-28 01:10Z (7 hours ago), and failed since',
    '    failed at 2026-11-28 08:00Z: HTTP ⏎ \\u{1b}[2J403',
  ])
})

test('one that is older than a night is told', () => {
  expect(lines(one({ state: 'late', last: '2026-11-27T01:10:00Z' }))).toEqual([
    '  database bucket  2026-11-27 01:10Z (31 hours ago), older than 26 hours',
  ])
  expect(lines(one({ state: 'late', last: null }))).toEqual([
    '  database bucket  none for 26 hours',
  ])
})

test('for monitoring only what is wrong is told, a line each', () => {
  const failed = '2026-11-28T08:00:00Z'
  const all = [
    one({}),
    one({ what: 'files bucket', state: 'late', last: '2026-11-27T01:10:00Z' }),
    one({ what: 'state bucket', state: 'failed', failed, problem: 'HTTP 403' }),
    one({ what: 'files volume', state: 'none', last: null }),
    one({ what: 'room on the volume', state: 'full', last: null, problem: '91% is in use' }),
  ]
  expect(wrongOf(all, NOW)).toEqual([
    'backup: files bucket 2026-11-27 01:10Z (31 hours ago), older than 26 hours',
    'backup: state bucket 2026-11-28 01:10Z (7 hours ago), and failed since; failed at 2026-11-28 08:00Z: HTTP 403',
    'backup: room on the volume nearly full; 91% is in use',
  ])
})
