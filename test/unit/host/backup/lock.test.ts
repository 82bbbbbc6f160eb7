/** Who waits for a backup or a restore is told for which, and an update does not wait for ever. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { python } from './python.ts'

/** Another process has the lock, by `lock.held` too, until `release()`; `said` is what the waiter says. */
const SETUP = `
import threading
from padlock_backup import journal, lock
host.VOLUME = temporary()
lock.LOCK = f'{host.VOLUME}/lock'
lock.clusters.JOURNAL = f'{host.VOLUME}/upgrade.json'
lock.places.forget = lambda: None
said = []
lock.log.say = said.append
def holder(verb):
    lock.verb, (ready, held), (free, freed) = verb, os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(freed)
        with lock.held():
            os.write(held, b'1')
            os.read(free, 1)
        os._exit(0)
    os.close(free)
    os.read(ready, 1)
    return lambda: os.close(freed)
`
const SINCE = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ'

test('a release behind a nightly backup says once for what it waits, and since when that runs', () => {
  const code = `${SETUP}
release = holder('now')
lock.verb = 'release'
lock.log.say = lambda text: (said.append(text), threading.Timer(1.8, release).start())
with lock.held():
    with open(lock.LOCK) as file:
        mine = file.read()
with open(lock.LOCK) as file:
    say([said, mine, file.read()])`
  expect(python(code)).toEqual([
    [expect.stringMatching(`^waits for a backup by night or by hand \\(since ${SINCE}\\)$`)],
    expect.stringMatching(`^release ${SINCE}$`),
    '',
  ])
})

test('what an update waits for ends before the update does, with the reason', () => {
  const code = `${SETUP}
release = holder('restore')
lock.verb, lock.PATIENCE = 'up', {'up': 1}
late = threading.Timer(60, release)
late.daemon = True
late.start()
try:
    with lock.held(True):
        say('held')
except Failure as failure:
    release()
    say(str(failure))
    os._exit(0)`
  expect(python(code)).toMatch(
    RegExp(
      `^a restore \\(since ${SINCE}\\) is not done, and this has waited for [1-5]?\\d s. Fix: .*pulumi up`,
    ),
  )
})

test('a lock that a program of before holds has no name, and one that is free says nothing', () => {
  const code = `${SETUP}
import fcntl
lock.verb = 'now'
with lock.held():
    pass
file = open(lock.LOCK, 'w')
fcntl.flock(file, fcntl.LOCK_EX)
lock.log.say = lambda text: (said.append(text), threading.Timer(1.8, file.close).start())
with lock.held():
    say(said)`
  expect(python(code)).toEqual(['waits for another backup or restore'])
})

test('whoever has waited goes by the order that is there then', () => {
  const code = `${SETUP}
import contextlib, io
from padlock_backup import making, ordered
order = ['former']
making.handed.taken = lambda: {}
ordered.read = lambda: SimpleNamespace(
    database=False, all=lambda: [("files", "volume")], names=lambda: ["files volume"], name=str, text=order[0])
made = []
making.make = lambda order, *_: made.append(order.text) or []
making.swap.forget_former = lambda: None
making.proven.note = lambda order: None
making.exports.back_up = lambda order, *_: made.append(order.text)
host.volume_is_mounted, making.state.note = lambda: True, lambda *_: None
for verb in (making.now, making.release, making.hand_over, lambda: making.state_of_stack(None)):
    order[0] = 'former'
    release = holder('up')
    def brought(text):
        order[0] = 'new'
        threading.Timer(0.2, release).start()
    lock.log.say = brought
    # One of them answers on standard output.
    with contextlib.redirect_stdout(io.StringIO()):
        verb()
say([len(made), sorted(set(made))])`
  // Of the state, one in each place.
  expect(python(code)).toEqual([5, ['new']])
})

test('the night has the locks of pgBackRest that the server’s archive_command has', () => {
  const unit = 'host/padlock-backup/files/usr/lib/systemd/system/padlock-backup.service'
  const text = readFileSync(join(import.meta.dirname, '../../../..', unit), 'utf8')
  expect(text).not.toMatch(/^PrivateTmp/m)
})
