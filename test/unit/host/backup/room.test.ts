/** A volume that gets full while something is restored on it. */
import { python } from './python.ts'

const SETUP = `
import contextlib
from padlock_backup import needs, restored_files, room
host.VOLUME = temporary()
room.SECONDS = 0.05
room.floor = lambda: 100
`

test('what restores is ended, and no other backup is tried', () => {
  const code = `${SETUP}
import time
host.free = lambda: 99
tried = []
def bring(backup):
    tried.append(backup.label)
    host.run('sleep', '30')
restored_files._bring = bring
of = places.Place('volume', None, '', True)
began = time.monotonic()
try:
    restored_files.bring([places.Backup(of, name, 0, 1) for name in ('newest', 'older')])
except Failure as failure:
    say([str(failure), tried, time.monotonic() - began < 20])`
  expect(python(code)).toEqual([
    expect.stringMatching(/^the volume has become full, .* Fix: a larger volume/),
    ['newest'],
    true,
  ])
})

test('with room enough it goes on, and another failure is told as it is', () => {
  const code = `${SETUP}
host.free = lambda: 101
try:
    with room.watched('/nowhere'):
        host.run('sleep', '0.3')
        raise Failure('of another kind')
except room.Full:
    raise
except Failure as failure:
    say(str(failure))`
  expect(python(code)).toBe('of another kind')
})

test('a last backup takes of the room as well; what has grown since the backup counts for all there is', () => {
  const code = `${SETUP}
host.data = lambda: f'{host.VOLUME}/data'
os.makedirs(f'{host.data()}/base')
with open(f'{host.data()}/base/rows', 'wb') as file:
    os.posix_fallocate(file.fileno(), 0, 1 << 20)
backup = places.Backup(None, 'newest', 0, 100, stored=1)
needs.LOG = needs.FOLDER = 0
free = [1 << 21]
host.free = lambda: free[0]
restore.swap.room_of_former = lambda: 0
restore.chosen_kinds.of = lambda order, own, found: ['database']
restore._choose = lambda *words: [backup]
restore.places.opened = lambda source, own: contextlib.nullcontext([])
restore.archive.mark = lambda: None
def back_up(*words):
    free[0] = 1 << 19
    return []
order = SimpleNamespace(source=None, at=None, label=None, back_up_before=True, into=None)
found = [needs.database([backup], grown) >> 20 for grown in (False, True)]
try:
    restore.restore(order, SimpleNamespace(database=True), back_up, datetime.now(UTC))
except Failure as failure:
    say([*found, free[0] >> 19, str(failure)[:31]])`
  expect(python(code)).toEqual([0, 1, 1, 'the volume has not the room for'])
})

/** MiB that are needed, for what is restored and for the backup that follows it, of 100 MiB by size. */
function needed(
  what: 'database' | 'files' | 'managed',
  where: string,
  stored: number,
  own: boolean,
): unknown {
  return python(`${SETUP}
of = places.Place('${where}', None, '', True)
older = [places.Backup(of, 'older', 0, 40 << 20, stored=10 << 20)] * 2
chosen = {'${what}': [places.Backup(of, 'newest', 0, 100 << 20, stored=${stored} << 20), *older]}
needs.files.restic = lambda *words, of: json.dumps({'total_size': 100 << 20})
own = SimpleNamespace(database=True, files=True) if ${own ? 1 : 0} else None
say([one >> 20 for one in needs.of(chosen, False, own, ${what === 'managed' ? 'True' : 'False'})])`)
}

test.each<[string, Parameters<typeof needed>, [number, number]]>([
  ['a backup that is a fifth of it', ['database', 'bucket', 20, true], [612, 89]],
  ['one that is half of it', ['database', 'volume', 50, true], [612, 114]],
  ['one whose size there nobody tells', ['database', 'volume', 0, true], [612, 164]],
  ['a host without backups', ['database', 'bucket', 20, false], [612, 0]],
  ['files that are in the volume’s backups', ['files', 'volume', 0, true], [164, 0]],
  ['files that come from elsewhere', ['files', 'bucket', 0, true], [164, 100]],
  ['a dump that goes into the host’s database', ['managed', 'bucket', 0, true], [712, 264]],
])('%s: room for it, and for the backup that follows', (_, words, wanted) => {
  expect(needed(...words)).toEqual(wanted)
})

test.each([
  ['one that tells what it took, where restic leaves holes', 30, true, 94],
  ['one that does not tell', 0, true, 164],
  ['restic that writes the holes', 30, false, 164],
])('of files with holes a restore needs what the snapshot says: %s', (_, taken, sparse, wanted) => {
  const found = python(`${SETUP}
of = places.Place('volume', None, '', True)
needs.files.restic = lambda *words, of: json.dumps({'total_size': 100 << 20})
help = '--sparse  restore files as sparse' if ${sparse ? 'True' : 'False'} else ''
host.run = lambda *words: SimpleNamespace(stdout=help)
chosen = {'files': [places.Backup(of, 'newest', 0, ${taken} << 20)]}
restored = needs.of(chosen, False, None).restored >> 20
calls = []
needs.files.restic = lambda order, where, *words: calls.append('--sparse' in words)
host.folder = lambda *words: None
os.rename = restored_files.os.rename = lambda *words: None
try:
    restored_files._bring(chosen['files'][0]._replace(path=needs.files.source()))
except (OSError, Failure):
    pass
say([restored, calls])`)
  expect(found).toEqual([wanted, [sparse]])
})

test('what is too little says how much there is, how much is needed, for what, and what to do', () => {
  const code = `${SETUP}
room.floor = lambda: 1 << 20
def told(restored, backup, free):
    try:
        room.ensure(restored << 20, backup << 20, free)
    except Failure as failure:
        return str(failure)
say([told(600, 99, 700 << 20), told(600, 100, 700 << 20), told(700, 0, 1)])`
  expect(python(code)).toEqual([
    null,
    'the volume has not the room for it beside what runs: 701 MiB are needed, 100 MiB of them for the full ' +
      'backup that follows it there, 700 MiB are free. Fix: a larger volume by 1 MiB or more, which grows in ' +
      'place (pulumi config set volume GIB, and pulumi up); nothing was changed',
    expect.stringContaining(
      ': 701 MiB are needed, 1 MiB are free. Fix: a larger volume by 701 MiB',
    ),
  ])
})
