/** Which moments can be had: of each database and timeline for itself, and none where the log has a hole. */
import { python } from './python.ts'

interface Backup {
  system?: string
  line?: number
  at: number
  former?: boolean
}

/** Spans by minutes after midnight, of backups that take a minute each. */
function windows(
  backups: Backup[],
  holes: { from: number | null; until: number | null }[] = [],
  line: number | null = 1,
  handedOn: number | null = 600,
): unknown {
  const midnight = Date.UTC(2026, 10, 29) / 1000
  const second = (minute: number | null) => (minute === null ? null : midnight + minute * 60)
  const told = backups.map(({ system = 'a', line: own = 1, at, former = false }) => ({
    ...{ system, line: own, former, version: former ? '16' : '17' },
    ...{ start: second(at - 1), stop: second(at) },
  }))
  const seen = holes.map(({ from, until }) => ({ from: second(from), until: second(until) }))
  const last = handedOn === null ? null : new Date((second(handedOn) as number) * 1000)
  const given = JSON.stringify([told, seen, line, last && `${last.toISOString().slice(0, 19)}Z`])
  return python(`from padlock_backup import windows
def minutes(text):
    return int(text[11:13]) * 60 + int(text[14:16])
found = windows.of(*json.loads(${JSON.stringify(given)}))
say([[minutes(one['from']), minutes(one['until']), one['of']] for one in found])`)
}

test('from the first backup to what was handed on last', () => {
  expect(windows([{ at: 60 }, { at: 120 }])).toEqual([[60, 600, null]])
})

test('of a server that is down, to the last backup', () => {
  expect(windows([{ at: 60 }, { at: 120 }], [], null, null)).toEqual([[60, 120, null]])
})

test('a restore leaves the timeline of before, and a span of its own', () => {
  const backups = [{ at: 60 }, { at: 120 }, { at: 180, line: 2 }]
  expect(windows(backups, [], 2)).toEqual([
    [60, 120, 'timeline 1, which a restore has left'],
    [180, 600, null],
  ])
  // The backup after the restore has failed: what is handed on belongs to none.
  expect(windows(backups.slice(0, 2), [], 2)).toEqual([
    [60, 120, 'timeline 1, which a restore has left'],
  ])
})

test('another database has its own, of its version; a single backup is none', () => {
  const other = [{ at: 30, system: 'b', former: true }]
  expect(windows([...other, { at: 180 }])).toEqual([[180, 600, null]])
  expect(windows([...other, { at: 60, system: 'b', former: true }, { at: 180 }])).toEqual([
    [30, 60, 'another database, of PostgreSQL 16'],
    [180, 600, null],
  ])
})

test('a hole ends a span, and the backup after it begins another', () => {
  const backups = [{ at: 60 }, { at: 120 }, { at: 300 }]
  expect(windows(backups, [{ from: 150, until: 300 }])).toEqual([
    [60, 150, null],
    [300, 600, null],
  ])
  expect(windows(backups.slice(0, 2), [{ from: 150, until: null }])).toEqual([[60, 150, null]])
  // Where nobody looked before it, the last backup is the last moment that is sure.
  expect(windows(backups, [{ from: null, until: 300 }])).toEqual([
    [60, 120, null],
    [300, 600, null],
  ])
  // One whose backups before it are gone.
  expect(windows(backups, [{ from: 10, until: 60 }])).toEqual([[60, 600, null]])
})

const HOLES = `
from padlock_backup import holes, pgbackrest, settings
host.VOLUME = host.LOGS = temporary()
os.mkdir(f'{host.VOLUME}/backup')
host.volume_is_mounted = lambda: True
def at(minute):
    return datetime(2026, 11, 29, minute // 60, minute % 60, tzinfo=UTC)
def text(minute):
    return at(minute).strftime('%Y-%m-%dT%H:%M:%SZ')
def backup(minute):
    return {'start': at(minute).timestamp(), 'stop': at(minute + 1).timestamp()}
def told(*minutes):
    found = holes.of('bucket', [backup(one) for one in minutes])
    return [[one[key] and (one[key] - at(0).timestamp()) / 60 for key in ('from', 'until')] for one in found]
`

test('a hole is remembered, with when the log was whole before it, until a backup begun after it', () => {
  const code = `${HOLES}
holes.note('bucket', None, True, text(100), at(101))
holes.note('bucket', None, False, text(110), at(111))
holes.note('bucket', 'A1', False, text(120), at(121))
holes.note('bucket', 'A3', False, text(130), at(131))
found = [told(60), told(60, 125), told(60, 140)]
holes.note('bucket', None, True, text(150), at(151))
found += [told(60, 140), told(140), holes.of('volume', [])]
holes.note('bucket', 'A9', False, text(200), at(201))
say([*found, told(60, 140), [one['segment'] for one in holes.load('bucket')['holes']]])`
  const first = [100, 141]
  expect(python(code)).toEqual([
    ...[[[100, null]], [[100, null]], [first]],
    ...[[first], [], []],
    ...[
      [first, [150, null]],
      ['A3', 'A9'],
    ],
  ])
})

test('what the queue let go of is missing where a place lacks it, though it has what comes after', () => {
  const [first, second] = ['000000010000000000000007', '000000010000000000000008']
  const code = `${HOLES}
with open(f'{host.LOGS}/{settings.STANZA}-archive-push-async.log', 'w') as file:
    for name in ('${first}', '${second}'):
        file.write(f"2026-11-29 01:00:00.123 P00   WARN: dropped WAL file '{name}' because archive queue exceeded 16MB\\n")
there = {1: [], 2: ['${first}-abc.zst', '${second}-abc.zst']}
pgbackrest.names = lambda number, folder: set(there[number]) if folder.endswith('/17-2/${first.slice(0, 16)}') else set()
parts = [{'id': f'17-{one}', 'database': {'id': one}} for one in (1, 2)]
stanza = {'db': [{'id': 1}, {'id': 2}], 'archive': parts}
found = [holes.dropped(where, stanza) for where in ('bucket', 'volume')]
holes.note('bucket', found[0], False, None, at(60))
say([*found, holes.dropped('bucket', stanza)])`
  expect(python(code)).toEqual([second, null, null])
})
