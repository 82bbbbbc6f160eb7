/** A volume that gets full while something is restored on it. */
import { python } from './python.ts'

const SETUP = `
import contextlib
from padlock_backup import restored_files, room
host.VOLUME = tempfile.mkdtemp()
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
host.DATA = f'{host.VOLUME}/data'
os.makedirs(f'{host.DATA}/base')
with open(f'{host.DATA}/base/rows', 'wb') as file:
    os.posix_fallocate(file.fileno(), 0, 1 << 20)
backup = places.Backup(None, 'newest', 0, 100)
room.MIB = 0
free = [1 << 21]
host.free = lambda: free[0]
restore.swap.room_of_former = lambda: 0
restore._whats = lambda order, own: ['database']
restore._choose = lambda *words: [backup]
restore.places.opened = lambda source, own: contextlib.nullcontext([])
restore.database.mark = lambda: None
def back_up(*words):
    free[0] = 1 << 19
    return []
order = SimpleNamespace(source=None, at=None, label=None, back_up_before=True)
found = [recovery.needed([backup], grown) >> 20 for grown in (False, True)]
try:
    restore.restore(order, SimpleNamespace(database=True), back_up, datetime.now(UTC))
except Failure as failure:
    say([*found, free[0] >> 19, str(failure)[:31]])`
  expect(python(code)).toEqual([0, 1, 1, 'the volume has not the room for'])
})
