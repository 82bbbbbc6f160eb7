/** Which backups a restore tries, and in which order. */
import { python } from './python.ts'

/** A place, the day that a backup is of, whose it is, and its version if it is another. */
type Backup = [where: string, day: number, system: string | null, version?: string]

interface Chosen {
  what?: 'database' | 'files'
  /** Has a restore brought what is on the volume? */
  isRestored?: boolean
  /** Is it this host's own place? */
  own?: boolean
}

/** @param at the day that is asked for; null: all that there is */
function chosen(
  backups: Backup[],
  at: number | null,
  { what = 'database', isRestored = false, own = true }: Chosen = {},
): unknown {
  return python(`
DAY = 86400
day = lambda number: datetime.fromtimestamp(number * DAY, UTC)
own = ${own ? 'True' : 'False'}
of = {where: places.Place(where, None, '', own) for where in ('volume', 'bucket')}
backups = [
    places.Backup(
        of[where], f'{where} {day}', day * DAY + (60 if where == 'bucket' else 0), 1, system=system,
        start=day * DAY, version=version[0] if version else '17',
    )
    for where, day, system, *version in json.loads('${JSON.stringify(backups)}')
]
places.listed = lambda found, what: backups
host.version = lambda: '17'
restored = lambda: ${isRestored ? 'True' : 'False'}
kept = meant.origin if '${what}' == 'files' else meant.timelines
kept.is_restored = restored
order = SimpleNamespace(label=None, at=${at === null ? 'None' : `day(${at})`})
say([one.label for one in restore._choose(order, list(of.values()), '${what}', day(100))])`)
}

test.each<[string, Backup[], number | null, string[]]>([
  [
    'both places are as new: the volume first',
    [
      ...[1, 2, 3].map((day): Backup => ['volume', day, 'own']),
      ...[1, 2, 3].map((day): Backup => ['bucket', day, 'own']),
    ],
    null,
    ['volume 3', 'bucket 3', 'volume 2', 'bucket 2', 'volume 1', 'bucket 1'],
  ],
  [
    'the bucket has failed for days',
    [
      ...[6, 7].map((day): Backup => ['volume', day, 'own']),
      ...[1, 2].map((day): Backup => ['bucket', day, 'own']),
    ],
    null,
    ['volume 7', 'volume 6', 'bucket 2', 'bucket 1'],
  ],
  [
    'the volume has failed for days',
    [
      ['volume', 1, 'own'],
      ['bucket', 7, 'own'],
    ],
    null,
    ['bucket 7', 'volume 1'],
  ],
  [
    'another database since, of which there is no more',
    [
      ['volume', 5, 'empty'],
      ['bucket', 5, 'empty'],
      ['volume', 6, 'restored'],
    ],
    null,
    ['volume 6'],
  ],
  [
    'a moment of the database before',
    [
      ['bucket', 1, 'lost'],
      ['bucket', 2, 'lost'],
      ['volume', 4, 'empty'],
    ],
    3,
    ['bucket 2', 'bucket 1'],
  ],
  [
    'a moment of the one since then',
    [
      ['bucket', 1, 'lost'],
      ['volume', 4, 'empty'],
    ],
    5,
    ['volume 4'],
  ],
])('%s', (_, backups, at, wanted) => {
  expect(chosen(backups, at, { isRestored: true })).toEqual(wanted)
})

describe('after an upgrade of the database', () => {
  const backups: Backup[] = [
    ['volume', 1, 'old', '16'],
    ['bucket', 1, 'old', '16'],
    ['volume', 4, 'new'],
    ['volume', 5, 'new'],
  ]
  const python = (at: number | null) => () => chosen(backups, at)

  test('all that there is, and a moment since then, are of the new one', () => {
    expect(python(null)()).toEqual(['volume 5', 'volume 4'])
    expect(python(4)()).toEqual(['volume 4'])
  })

  test('a moment before it names the version, and the way to have it', () => {
    expect(python(3)).toThrow(
      /the backup (volume|bucket) 1 is of PostgreSQL 16, and this host has 17\. Fix: restore it into a stack whose databaseVersion is 16/,
    )
  })
})

describe('a volume that replaces one that was lost', () => {
  const backups: Backup[] = [
    ['bucket', 1, 'lost'],
    ['bucket', 2, 'lost'],
    ['volume', 4, 'empty'],
    ['bucket', 5, 'empty'],
  ]

  test.each([
    ['database', 'one database'],
    ['files', "one volume's files"],
  ] as const)('the %s of both are there, and nobody guesses', (what, one) => {
    expect(() => chosen(backups, null, { what })).toThrow(
      `there are backups of more than ${one}: of a new one since 1970-01-04T23:59:59Z, and of one before it, the last of 1970-01-03T00:01:00Z. Fix: --at 1970-01-04T23:59:59Z`,
    )
    expect(chosen(backups, 3, { what })).toEqual(['bucket 2', 'bucket 1'])
    expect(chosen(backups, 6, { what })).toEqual(['bucket 5', 'volume 4'])
  })

  test.each(['database', 'files'] as const)(
    'once a restore has brought the %s, it is what is meant',
    (what) => {
      const since: Backup[] = [...backups, ['volume', 6, 'lost']]
      expect(chosen(since, null, { what, isRestored: true })).toEqual([
        ...['volume 6', 'bucket 2', 'bucket 1'],
      ])
      // Of a bucket alone: it was there before the other one, and is there after it.
      expect(chosen(since, null, { what, own: false })).toEqual([
        'volume 6',
        'bucket 2',
        'bucket 1',
      ])
    },
  )
})

describe('snapshots of before they said whose files they are', () => {
  const untold: Backup[] = [
    ['bucket', 1, null],
    ['bucket', 2, null],
  ]

  test('are of this volume, where it has some itself', () => {
    const backups: Backup[] = [...untold, ['volume', 2, null], ['bucket', 3, 'own']]
    expect(chosen(backups, null, { what: 'files' })).toEqual(['bucket 3'])
    expect(chosen([...untold, ['volume', 2, null]], null, { what: 'files' })).toHaveLength(3)
  })

  test('may be of another one, where this volume has none', () => {
    const backups: Backup[] = [...untold, ['volume', 3, 'own'], ['bucket', 3, 'own']]
    expect(() => chosen(backups, null, { what: 'files' })).toThrow("more than one volume's files")
    expect(chosen(backups, null, { what: 'files', own: false })).toEqual(['volume 3', 'bucket 3'])
  })
})

/** Which backups are tried where those of these days are damaged, or of before a restore that led away. */
function tried(damaged: number[], branched: number[]): unknown {
  return python(`
import contextlib
at = SimpleNamespace(endpoint='s3.example', bucket='shop', prefix='shop')
of = {where: places.Place(where, at, '', True) for where in ('volume', 'bucket')}
restore.room.watched = lambda trial: contextlib.nullcontext()
recovery.forget = lambda: None
found = []
def bring(backup, *_):
    found.append(backup.label)
    day = int(backup.label.split()[1])
    if day in ${JSON.stringify(damaged)}:
        raise Failure('damaged')
    if day in ${JSON.stringify(branched)}:
        raise recovery.Branched('elsewhere')
recovery._bring = bring
backups = [places.Backup(of[where], f'{where} {day}', 0, 1) for day in (5, 4, 3, 2, 1) for where in of]
try:
    recovery.bring(backups, None, False)
except Failure:
    found.append('none')
say(found)`)
}

test('two of each place that are damaged are enough', () => {
  expect(tried([1, 2, 3, 4, 5], [])).toEqual([
    ...['volume 5', 'bucket 5', 'volume 4', 'bucket 4'],
    'none',
  ])
})

test('those that a restore has led away from count for nothing: the one before it is found', () => {
  expect(tried([], [3, 4, 5])).toEqual([
    ...['volume 5', 'bucket 5', 'volume 4', 'bucket 4', 'volume 3', 'bucket 3'],
    'volume 2',
  ])
})

test('those that were tried before the one that is restored are told', () => {
  const told = python(`
import contextlib
at = SimpleNamespace(endpoint='s3.example', bucket='shop', prefix='shop')
of = places.Place('bucket', at, '', True)
restore.room.watched = lambda trial: contextlib.nullcontext()
recovery.forget = restore.restored_files.forget = lambda: None
def bring(backup, *_):
    if backup.label == 'newest':
        raise Failure('damaged')
recovery._bring = restore.restored_files._bring = bring
backups = [places.Backup(of, name, 0, 1) for name in ('newest', 'older')]
parts = [recovery.bring(backups, None, False), restore.restored_files.bring(backups)]
say([restore._told(part) for part in parts])`)
  const where = 'newest from s3.example/shop, shop: damaged'
  expect(told).toEqual([
    expect.objectContaining({ label: 'older', passedOver: [`backup ${where}`] }),
    expect.objectContaining({ label: 'older', passedOver: [`snapshot ${where}`] }),
  ])
})
