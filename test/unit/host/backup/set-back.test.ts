/** A place that has a later log of a database than the server: a backup there is refused, and told. */
import { python } from './python.ts'

/** A place's log, and where the server is; each `[identifier, last segment]` is a database of the place. */
function ended(log: [number, string | null][], here: string): unknown {
  return python(`
from padlock_backup import database, pgbackrest, set_back
asked = []
log = json.loads(${JSON.stringify(JSON.stringify(log))})
def run(verb, *words, **_):
    asked.append(verb)
    if verb != 'info':
        raise Failure('a backup')
    return json.dumps([{
        'status': {'code': 0},
        'db': [{'id': at, 'system-id': system, 'version': '17'} for at, (system, _) in enumerate(log)],
        'backup': [],
        'archive': [{'database': {'id': at}, 'max': last} for at, (_, last) in enumerate(log)],
    }])
pgbackrest.run = run
def sql(statement):
    asked.append('server')
    return '7|${here}'
host.sql = sql
try:
    database.back_up('bucket', datetime.now(UTC), 'diff', False)
except Failure as failure:
    say([asked, str(failure)])`)
}

const X = '0000000100000000000000FE'
const MADE = [expect.arrayContaining(['backup']), 'a backup']

test('a later log on the same timeline is refused, with both ways on', () => {
  const said = expect.stringMatching(
    /^the bucket has the log of this database up to 000000010000000100000003, and the database itself is at 0000000100000000000000FE: the volume was set back, .* Fix: \.\/padlock restore --from access\.json --to STACK --at MOMENT .* pg_resetwal --next-wal-file=000000020000000100000003 \(docs\/backups\.md, A volume that was set back\)$/,
  )
  // What the place has is asked first: the server goes on meanwhile.
  expect(ended([[7, '000000010000000100000003']], X)).toEqual([['info', 'server'], said])
})

test('all of it is kept where a problem is noted', () => {
  const [, said] = ended([[7, '000000010000000100000003']], X) as [string[], string]
  expect(said.length).toBeLessThanOrEqual(500)
})

test.each<[string, [number, string | null][]]>([
  ['as far as the server', [[7, X]]],
  ['less far', [[7, '0000000100000000000000FD']]],
  ['no log yet', [[7, null]]],
  ['no database yet', []],
  ['of another database', [[8, '000000010000000100000003']]],
  // A restore that was taken back.
  ['of a later timeline', [[7, '000000020000000100000003']]],
  // Whose log goes beside it, by a number of its own.
  [
    'of the same database before another one',
    [
      [7, '000000010000000100000003'],
      [8, null],
    ],
  ],
])('a backup is made where the place has a log %s', (_, log) => {
  expect(ended(log, X)).toEqual(MADE)
})

test.each<[string, string | null]>([
  ['000000010000000100000003', 'the bucket has the log of this database up to 0000000100000001'],
  [X, null],
])('the log is told as failed, though nothing of it waits and fails: %s', (last, wanted) => {
  const code = `
from padlock_backup import archive, database, holes, pgbackrest
host.HOME = host.LOGS = temporary()
database.backups = lambda number: []
pgbackrest.info = lambda number, *_: [{
    'db': [{'id': 1, 'system-id': 7}], 'backup': [],
    'archive': [{'id': '17-1', 'database': {'id': 1}, 'max': '${last}' if number == 1 else '${X}'}],
}]
host.sql = lambda text: '2026-11-29T03:00:00Z||${X}|0|on' if 'archiver' in text else '7|${X}'
say(archive.archiver()['problem'])`
  expect(python(code)).toEqual(wanted === null ? null : expect.stringContaining(wanted))
})
