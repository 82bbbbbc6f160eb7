import { missing, type Seen } from '../../../../ops/backups/check.ts'

const NONE = { database: false, files: false, beside: false, managed: false }
const NOW = new Date('2026-11-28T09:00:00Z')
const hours = (what: Seen['what'], ago: number): Seen => ({
  what,
  last: new Date(NOW.getTime() - ago * 3600_000),
})

test.each<[string, Seen[], string[]]>([
  ['a night ago', [hours('database', 8), hours('files', 8)], []],
  ['a state that was exported a month ago', [hours('database', 25.9), hours('state', 700)], []],
  [
    'more than 26 hours',
    [hours('database', 26.1), hours('files', 1)],
    ['backup: database 2026-11-27T06:54:00.000Z, older than 26 hours'],
  ],
  ['nothing', [], ['backup: the bucket has none']],
  ['a state alone', [hours('state', 1)], ['backup: the bucket has none']],
])('%s', (_, seen, lines) => {
  expect(missing(seen, undefined, NOW)).toEqual(lines)
})

test.each<[string, Seen[], string[]]>([
  ['files that were backed up once', [hours('database', 8), hours('files', 700)], []],
  ['no database', [hours('files', 8)], ['backup: the bucket has none of the database']],
])('a stack that backs up its database alone, and %s', (_, seen, lines) => {
  expect(missing(seen, { ...NONE, database: true }, NOW)).toEqual(lines)
})

test.each<[string, Seen[], string]>([
  [
    'late',
    [hours('database', 27)],
    'backup: database beside 2026-11-27T06:00:00.000Z, older than 26 hours',
  ],
  ['absent', [], 'backup: the bucket has none of the database beside'],
])('rows that the app does not use, %s, are not called its database', (_, seen, line) => {
  expect(missing(seen, { ...NONE, database: true, beside: true }, NOW)).toEqual([line])
})

test('a managed database has dumps that are as new, whatever the one beside it has', () => {
  const ordered = { ...NONE, database: true, beside: true, managed: true }
  expect(missing([hours('database', 1)], ordered, NOW)).toEqual([
    'backup: the bucket has none of the managed database',
  ])
  expect(missing([hours('database', 1), hours('managed', 27)], ordered, NOW)).toEqual([
    'backup: managed database 2026-11-27T06:00:00.000Z, older than 26 hours',
  ])
  expect(missing([hours('database', 1), hours('managed', 1)], ordered, NOW)).toEqual([])
})
