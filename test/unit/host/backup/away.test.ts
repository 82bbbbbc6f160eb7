/** A bucket that fails when backups are ordered: an error of a new order, a remark on one that has worked. */
import { python } from './python.ts'

/** `step(away, **changes)` orders backups; `backed(away)` is the next night. Programs are played by lists. */
const HOST = `
import contextlib, shutil
from padlock_backup import begin, database, files, lock, making, order, pgbackrest, proven, role, state
from padlock_release.failure import CommandFailure
root = temporary()
host.HOME, host.VOLUME = f'{root}/home', f'{root}/volume'
for folder in ('home', 'volume/backup', 'cluster/conf.d'):
    os.makedirs(f'{root}/{folder}')
shutil.chown = host.folder = lambda *_, **__: None
host.volume_is_mounted = lambda: True
host.cluster, host.data, host.server = lambda: f'{root}/cluster', lambda: '/d', lambda: 'unit'
host.make_cluster = lambda: None
host.sql = lambda statement: 'on' if 'mode' in statement else ''
lock.held = lambda *_: contextlib.nullcontext()
swap.resume = lambda own: None
role.remember = swap.forget_former = making.staging.forget_here = lambda **words: None
calls, away = [], set()
def run(*words, **_):
    calls.append(' '.join(words[:2]))
    return SimpleNamespace(stdout='pgBackRest 2.55.1')
host.run = run
def there(place, what):
    calls.append(f'{what} {place}')
    if place in away:
        raise CommandFailure(f'{place} is away')
def stanza(verb, *words, config=None):
    with open(config) as file:
        text = file.read()
    places = [place for place, number in pgbackrest.REPOSITORIES.items() if f'repo{number}-' in text]
    for place in places:
        there(place, verb)
pgbackrest.run = stanza
files.ensure = lambda order, place, of='files': there(place, 'ensure')
files.back_up = lambda order, place, tidy: there(place, 'files')
database.back_up = lambda place, *_: there(place, 'database')
WORDS = dict(endpoint='s3.example', region='r', bucket='shop-backups', prefix='shop', key='key',
    secret='secret-of-16-characters', passphrase='phrase-of-16-characters')
def step(*places, **changes):
    away.clear()
    away.update(places)
    calls.clear()
    try:
        begin.up(order.Order(True, True, **{**WORDS, **changes}, keep_daily=7, keep_weekly=4))
    except Failure as failure:
        return str(failure)
    return {name: one['problem'] for name, one in state.load().items()}
def another_host():
    for name in os.listdir(host.HOME):
        os.unlink(f'{host.HOME}/{name}')
def night():
    away.clear()
    calls.clear()
    return making.now()
`
const whole = {
  ...{ 'database volume': null, 'database bucket': null, 'files volume': null },
  'files bucket': null,
}
const lacking = {
  ...whole,
  ...{ 'database bucket': 'bucket is away', 'files bucket': 'bucket is away' },
}

test('on a host that the volume comes to, the order begins on the volume alone and the night makes the rest', () => {
  const steps = `
first, _ = step(), another_host()
second, begun = step('bucket'), list(calls)
code = night()
say([first, second, begun, code, calls, sorted(state.unmade())])`
  const [first, second, begun, code, night, unmade] = python(HOST + steps) as unknown[]
  expect([first, second]).toEqual([whole, lacking])
  // The database does not wait for a bucket that the files have found to be away.
  expect(begun).toEqual([
    ...['ensure volume', 'ensure bucket', 'pgbackrest version', 'stanza-create volume'],
    'systemctl --quiet',
  ])
  expect(night).toEqual([
    ...['database volume', 'stanza-create bucket', 'database bucket'],
    ...['files volume', 'ensure bucket', 'files bucket'],
  ])
  expect([code, unmade]).toEqual([0, []])
})

test.each(['bucket', 'key', 'secret', 'passphrase', 'prefix', 'endpoint', 'region'])(
  'an order with another %s is an error where it fails',
  (name) => {
    expect(python(`${HOST}step(); say(step('bucket', ${name}='another'))`)).toBe('bucket is away')
  },
)

test('so is the first one, and a volume that fails always', () => {
  expect(python(`${HOST}say(step('bucket'))`)).toBe('bucket is away')
  expect(python(`${HOST}step(); say(step('volume'))`)).toBe('volume is away')
})

test('nothing is begun at night that no order has found missing', () => {
  expect(python(`${HOST}step(); night(); say(calls)`)).toEqual([
    ...['database volume', 'database bucket', 'files volume', 'files bucket'],
  ])
})

test.each([
  '[050]: unable to acquire lock on file',
  '[056]: unable to find primary cluster - cannot proceed',
])('what fails on the host itself, as %s, is no bucket that is away', (said) => {
  const steps = `
step()
tried = []
def fails(verb, *words, config=None):
    tried.append(verb)
    if len(tried) == 1:
        raise CommandFailure('pgbackrest stanza-create failed: ERROR: ${said}')
pgbackrest.run, database.LOCK_SECONDS = fails, 0
say([step(), sorted(state.unmade())])`
  expect(python(HOST + steps)).toEqual([expect.stringContaining(said), []])
})
