/** Which backups a restore goes by, where the moments are not what they seem. */
import { python } from './python.ts'

/** A database that is no more: its log ends before the moment on its own line, and a later restore led on. */
const led = (until: string) => `
asked = []
def bring(backup, at, exactly, is_used):
    asked.append(at is not None)
    if at is not None:
        raise recovery.Ended('the log ends')
    return datetime.fromisoformat('${until}')
recovery._bring = bring
one = SimpleNamespace(former=True)
try:
    say([recovery._bring_all(one, datetime(2026, 11, 29, 3, tzinfo=UTC), False, True).isoformat(), asked])
except Failure as failure:
    say([str(failure), asked])`

test('all of the log of a former database is as of a moment before the one that is asked for', () => {
  expect(python(led('2026-11-29T02:59:00+00:00'))).toEqual([
    '2026-11-29T02:59:00+00:00',
    [true, false],
  ])
})

test('and never past it, as a later restore would lead on', () => {
  expect(python(led('2026-11-29T04:00:00+00:00'))).toEqual([
    'a later restore has led on from it to 2026-11-29T04:00:00Z, past that moment. Fix: an earlier moment',
    [true, false],
  ])
})

/** The night's backup is of next year: the clock was wrong then. */
const choose = (order: string) => `
from padlock_backup import places
def backup(label, year):
    return SimpleNamespace(label=label, time=datetime(year, 11, 29, tzinfo=UTC).timestamp(), version=None, place='bucket')
places.listed = lambda found, what: [backup('20271129-010000F', 2027), backup('20261128-010000F', 2026)]
restore._ensure_readable = lambda one: None
order = SimpleNamespace(**{'label': None, 'at': None, **${order}})
try:
    say([one.label for one in restore._choose(order, ['bucket'], 'database', datetime(2026, 11, 29, 12, tzinfo=UTC))])
except Failure as failure:
    say(str(failure))`

test('a backup of the future is told, and one that is named is restored all the same', () => {
  expect(python(choose('{}'))).toMatch(
    /^the clock of this host says .*: one of them is wrong\. Fix: .*--backup LABEL/,
  )
  expect(python(choose("{'label': '20261128-010000F'}"))).toEqual(['20261128-010000F'])
})
