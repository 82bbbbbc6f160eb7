import { beginningOf, isOfRepository } from '../../../../ops/backups/objects.ts'
import { affected, lossOf, run, summary, tooOld } from '../../../../ops/cli/backup/rewind.ts'

const error = jest.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => error.mockClear())

test.each([
  [[], '--at is missing: the moment before the damage, such as 2026-11-29T03:00:00Z'],
  [['--at', '2026-11-29'], '--at 2026-11-29 is no time with a zone. Allowed: RFC 3339, such as 20'],
  [['--at', '2026-11-29T03:00:00'], '--at 2026-11-29T03:00:00 is no time with a zone'],
  [['--at', '2026-11-31T03:00:00Z'], '--at 2026-11-31T03:00:00Z is not in the calendar'],
  [['--at', '2999-11-29T03:00:00Z'], '--at 2999-11-29T03:00:00Z is in the future'],
  [
    ['--at', '2026-01-02T03:00+01:00', '--stack', 'a', '--from', 'b'],
    'either --stack or --from, and not both',
  ],
  [
    ['--at', '2026-01-02T03:00Z', '--kept-days', 'all'],
    '--kept-days all is no number of days. Allowed: 1 to 9999',
  ],
  [['--at', '2026-01-02T03:00Z'], 'Nothing was changed.'],
])('a wrong command line is told before anything is asked: %j', async (words, told) => {
  expect(await run(words)).toBe(2)
  expect(error.mock.calls.flat().join('\n')).toContain(told)
})

const NOW = Date.parse('2026-11-29T12:00:30Z')
const ago = (days: number) => new Date(NOW - days * 24 * 3_600_000)

test('a moment from which a version may be gone is refused, with the first that may not', () => {
  expect(tooOld(ago(30), 30, NOW)).toBeUndefined()
  expect(tooOld(ago(89), 90, NOW)).toBeUndefined()
  const refused = tooOld(ago(40.5), 30, NOW)
  expect(refused).toContain(
    '--at 2026-10-20T00:00:30.000Z is 40 days ago, and the bucket keeps a version for 30 days',
  )
  const [, allowed = ''] = /Allowed: from (\S+) on/.exec(refused ?? '') ?? []
  expect(allowed).toBe('2026-10-30T12:02:00Z')
  // Typed a minute later it is still one.
  expect(tooOld(new Date(allowed), 30, NOW + 60_000)).toBeUndefined()
})

test('what is lost is told by what it is of', () => {
  const label = '20261129-010000F_20261130-010000D'
  const keys = [
    ...[`backup/main/${label}/pg_data/base/1`, `backup/main/${label}/backup.manifest`],
    ...['backup/main/backup.info', 'archive/main/archive.info'],
    'archive/main/17-1/0000000100000000/0001',
  ].map((key) => `shop/postgresql/${key}`)
  expect(
    affected([...keys, 'shop/files/data/aa/bb', 'shop/state/config', 'shop/x\n'], 'shop'),
  ).toEqual([
    `backup ${label} of the database`,
    'the list of the backups of the database',
    'the list of the log of the database',
    'the log of the database',
    'the snapshots of the files',
    'the exports of the state',
    'x ⏎',
  ])
})

test('what was done does not claim what nothing tells', () => {
  const place = { endpoint: 's3.example', bucket: 'b', prefix: 'shop' }
  const rewound = { objects: 1, unchanged: 2, later: 3, removed: 0, lost: [] }
  expect(summary(rewound, place, new Date('2026-11-29T03:00:00Z'))).toBe(
    's3.example/b has shop/ as of 2026-11-29T03:00:00.000Z, of what it has versions of: 1 objects were put back, 2 were as they should be, 3 have come since and stay, 0 have no version of then. Nothing tells of what was removed without a mark, version by version: ./padlock restore --drill proves the rest',
  )
  expect(summary({ ...rewound, removed: 2 }, place, new Date(0))).toContain(
    ', 3 have come since and stay, 2 of a repository that was begun anew since are removed, 0 have no version',
  )
  expect(summary({ ...rewound, later: 0, removed: 2 }, place, new Date(0), true)).toContain(
    ', 0 have come since and stay, 2 that have come since are removed, 0 have no version',
  )
})

test('a copy is named where the stack has one', () => {
  const lost = ['shop/postgresql/backup/main/backup.info']
  expect(lossOf(lost, 'shop')).toContain('the list of the backups of the database. ')
  expect(lossOf(lost, 'shop')).not.toContain('copy')
  expect(lossOf(lost, 'shop', 'production')).toContain(
    'may have it, as of its last run before the loss: ./padlock restore --drill --copy --stack production',
  )
})

test.each([
  ['postgresql/backup/main/backup.info', true],
  ['postgresql/archive/main/archive.info.copy', true],
  ['files/config', true],
  ['managed/config', true],
  ['state/config', true],
  ['postgresql/backup/main/20261129-010000F/backup.manifest', false],
  ['postgresql/backup/main/20261129-010000F/pg_data/files/config', false],
  ['files/snapshots/0a', false],
])('%s is there from the beginning of a repository on: %p', (key, is) => {
  expect(isOfRepository(`shop/${key}`)).toBe(is)
})

const HASH = '0a'.repeat(32)
test.each([
  [`files/keys/${HASH}`, 'shop/files/config'],
  [`state/index/${HASH}`, 'shop/state/config'],
  [`managed/snapshots/${HASH}`, 'shop/managed/config'],
  [`files/data/0a/${HASH}`, undefined],
  ['files/config', undefined],
  [
    'postgresql/backup/main/20261129-010000F_20261130-010000D/backup.manifest.copy',
    'shop/postgresql/archive/main/archive.info',
  ],
  ['postgresql/backup/main/20261129-010000F/bundle/1', undefined],
  ['postgresql/backup/main/backup.info', undefined],
  [`postgresql/files/keys/${HASH}`, undefined],
])('%s is read with the key of the repository of %p', (key, beginning) => {
  expect(beginningOf(`shop/${key}`)).toBe(beginning)
})
