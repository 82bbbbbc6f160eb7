/** Whether a backup leads to the newest timeline of its place, by what is in its archive. */
import { python } from './python.ts'

/** What timelines came along, and where they left each, as PostgreSQL writes it. */
const history = (...lines: [number, string][]) =>
  lines.map(([line, at]) => `${line}\t${at}\tbefore 2026-11-29 03:00:00+00\n`).join('\n')
const FILES = {
  '00000002.history': history([1, '0/5000000']),
  '00000003.history': history([1, '0/4000000']),
  '00000004.history': history([1, '0/4000000'], [3, '1/0']),
}

/** @param begins the timeline of the backup, and where in the log it begins */
function away(files: Record<string, string>, begins: [number, string], fails = ''): unknown {
  return python(`
from padlock_backup import pgbackrest, timelines
files = json.loads(${JSON.stringify(JSON.stringify(files))})
def run(verb, *words, config, of=None):
    if verb == '${fails}':
        raise Failure('the place does not answer')
    if verb == 'info':
        return json.dumps([{
            'status': {'code': 0},
            'backup': [{'label': 'one', 'database': {'id': 2}}],
            'archive': [{'id': '17-1', 'database': {'id': 1}}, {'id': '17-2', 'database': {'id': 2}}],
        }])
    if verb == 'repo-ls':
        return json.dumps({name: {} for name in ['.', '0000000100000000', *files]} if of == 'archive/main/17-2' else {})
    return files[of.removeprefix('archive/main/17-2/')]
pgbackrest.run = run
of = places.Place('bucket', None, '/settings', True)
say(timelines.leads_away(places.Backup(of, 'one', 0, 1, line=${begins[0]}, begins='${begins[1]}')))`)
}

const { '00000002.history': two, '00000003.history': three } = FILES
test.each<[string, Record<string, string>, [number, string], string | null]>([
  ['nobody has restored', {}, [1, '0/9000028'], null],
  ['a backup from before the restore', { '00000002.history': two }, [1, '0/4FFFFFF'], null],
  [
    'one from where it leads away',
    { '00000002.history': two },
    [1, '0/5000000'],
    'it begins after timeline 2',
  ],
  ['one from after it', { '00000002.history': two }, [1, '1/0'], 'it begins after timeline 2'],
  ['one of the newest line', { '00000002.history': two }, [2, '0/9000028'], null],
  ['the second restore led farther back', FILES, [1, '0/4000028'], 'it begins after timeline 4'],
  [
    'one of a line that it undid',
    FILES,
    [2, '0/5000028'],
    'it is of timeline 2, and the newest one, 4, did not',
  ],
  ['one of the line before the newest', FILES, [3, '0/FFFFFFFF'], null],
  ['a number that is free ends the search', { '00000003.history': three }, [1, '0/9000028'], null],
  ['what is no history', { '00000002.history': 'damaged' }, [1, '0/9000028'], null],
  ['a backup without a timeline', { '00000002.history': two }, [0, ''], null],
])('%s', (_, files, begins, wanted) => {
  expect(away(files, begins)).toEqual(wanted === null ? null : expect.stringContaining(wanted))
})

test.each(['info', 'repo-ls', 'repo-get'])(
  'a place that does not answer %s passes over none',
  (verb) => {
    expect(away(FILES, [1, '0/9000028'])).not.toBeNull()
    expect(away(FILES, [1, '0/9000028'], verb)).toBeNull()
  },
)

test('it is passed over before it is restored, where all that there is is wanted', () => {
  const code = `
from padlock_backup import archive, pgbackrest, timelines
timelines.leads_away = lambda backup: 'elsewhere'
archive.end_of = lambda backup: ''
calls = []
recovery.forget = recovery.trial.make = lambda: None
host.as_postgres = lambda *words, **_: None
def run(verb, *words, **_):
    calls.append(next(word for word in words if 'timeline' in word))
    raise Failure('enough')
pgbackrest.run = run
backup = places.Backup(places.Place('volume', None, '', True), 'one', 0, 1)
for at, exactly in ((None, False), (datetime.now(UTC), False), (None, True)):
    try:
        recovery._bring(backup, at, exactly, True)
    except Failure as failure:
        calls.append(str(failure))
say(calls)`
  expect(python(code)).toEqual([
    'a restore has led away from it: elsewhere',
    ...['--recovery-option=recovery_target_timeline=current', 'enough'],
    ...['--recovery-option=recovery_target_timeline=current', 'enough'],
  ])
})

/** As PostgreSQL 15 and 17 say it (src/backend/access/transam/timeline.c and xlogrecovery.c). */
test.each([
  "requested timeline 3 is not a child of this server's history",
  "requested timeline 2 is not in this server's history",
])('what it says itself is understood too: %s', (said) => {
  const code = `
from padlock_backup import trial
trial.log = lambda: ${JSON.stringify(`2026-11-29 03:00:00 UTC [1] FATAL:  ${said}\n`)}
say(type(recovery._why()).__name__)`
  expect(python(code)).toBe('Branched')
})
