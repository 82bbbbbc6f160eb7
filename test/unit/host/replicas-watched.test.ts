/** Replicas by themselves: what is told of each, and the watch that restarts and completes them. */
import { a, b, python } from './replica-host.ts'

test('a way back keeps as many as there are, and the list tells how many run', () => {
  const [ways, count, listed, image] = python(`
up('a', 1)
up('b', 3)
up('b', 3)
releases.roll_back('a' * 12, 'Ada', False)
runs.discard('a' * 12 + '.2')
rows = [row for row in releases.listing() if row['state'] == 'live']
show(ways(), kept.load('a' * 12).manifest.replicas, [row['replicas'] for row in rows], releases.live_image()['replicas'])`) as unknown[]
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
  const told = { wanted: 3, running: 2 }
  expect([count, listed, image]).toEqual([3, [told], told])
})

test('each is watched and restarted by itself', () => {
  const [code, restarted, said] = python(`
up('a', 3)
restarted, said[:] = [], []
service.active_seconds = lambda name: 1000.0
service.stopped = lambda name: False
service.restart = restarted.append
readiness.answers = lambda one, seconds: one.replica == 1
image.missing = lambda name: False
watch.time.sleep = lambda seconds: None
clock = iter(range(0, 10**9, 10))
watch.time.monotonic = lambda: next(clock)
bad.add('a' * 12 + '.2')
show(watch.main(), restarted, said)`) as [number, string[], string[]]
  expect([code, restarted]).toEqual([1, [`${a}.2`, `${a}.3`]])
  expect(said).toEqual([
    `release ${a}.2 has answered nobody for 90 s (hangSeconds) and is restarted`,
    `release ${a}.3 has answered nobody for 90 s (hangSeconds) and is restarted`,
    expect.stringMatching(/^release a{12}\.3 answers again/),
    'not ready after 90 s',
  ])
})

test('one whose place is another’s once the lock is held is not touched, nor told', () => {
  const [code, restarted, told] = python(`
up('a', 3)
runs.discard('a' * 12 + '.3')
service.stopped = lambda name: True
image.missing = lambda name: False
restarted, said[:] = [], []
service.start_soon = service.restart = restarted.append
replicas.lacking = lambda manifest: []
@contextlib.contextmanager
def lock(seconds):
    # A release that has just ended took the place.
    store.swap('a' * 12, 3)
    yield
store.lock = lock
readiness.answers = lambda one, seconds: True
show(watch.main(), restarted, said)`) as unknown[]
  expect([code, restarted, told]).toEqual([0, [], []])
})

test('what a release that was killed left is removed by the watch, unless a release is under way', () => {
  const [busy, tidied, ways, locks, back, left] = python(`
up('a', 3)
ask, readiness.ask = readiness.ask, lambda one: 'answered 503'
store.swap('b' * 12 + '.3', 3)
units.update(['b' * 12, 'b' * 12 + '.3', 'c' * 12, 'd' * 12])
processes.installed = lambda: ['d' * 12 + '-worker']
runs.update(units)
image.missing = service.stopped = lambda name: False
readiness.answers = lambda one, seconds: True
locks, free = [], [False]
@contextlib.contextmanager
def lock(seconds):
    locks.append(seconds)
    if not free[0]:
        raise Failure('another release is still under way')
    yield
store.lock = lock
watch.main()
found = [sorted(units)]
free[0] = True
watch.main()
found += [sorted(units), ways(), list(locks)]
readiness.ask = ask
watch.main()
found.append(ways())
watch.main()
show(*found, sorted(runs))`) as unknown[]
  const d = 'd'.repeat(12)
  expect(busy).toEqual([a, `${a}.2`, `${a}.3`, b, `${b}.3`, 'c'.repeat(12), d])
  // The first of b is what the secrets of its third are found by, that of d those of its worker.
  expect(tidied).toEqual([a, `${a}.2`, b, `${b}.3`, d])
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${b}.3` })
  expect(locks).toEqual([0, 0])
  expect(back).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
  expect(left).toEqual([a, `${a}.2`, `${a}.3`, d])
})

/** The next try of a release that was killed is refused: what it had replaced has no unit any more. */
const SHORT = `
up('a', 3)
store.swap('b' * 12 + '.3', 3)
units.update(['b' * 12, 'b' * 12 + '.3'])
runs.update(units)
units.discard('a' * 12 + '.3')
runs.discard('a' * 12 + '.3')
bad.add('b' * 12)
up('b', 3)
short = ways()
calls.clear()
said.clear()
image.missing = service.stopped = lambda name: False
readiness.answers = lambda one, seconds: True`

test('a replica that a refused release has left missing comes back by the watch, the others untouched', () => {
  const [short, code, ways, started, told] = python(`${SHORT}
show(short, watch.main(), ways(), calls, said)`) as unknown[]
  expect(short).toEqual({ 1: a, 2: `${a}.2`, 3: a })
  expect([code, ways, started]).toEqual([0, { 1: a, 2: `${a}.2`, 3: `${a}.3` }, [`start ${a}.3`]])
  expect(told).toEqual([
    `release ${a} lacks replicas 3`,
    expect.stringMatching(/^replica 3 of 3/),
    expect.stringMatching(/^release a{12} has all replicas again after/),
  ])
})

test.each([
  ['the app itself is not ready', "readiness.ask = lambda one: 'answered 503'"],
  ['a release is under way', 'store.lock = taken'],
])('it does not while %s', (_, trouble) => {
  const found = python(`${SHORT}
def taken(seconds):
    raise Failure('another release is still under way')
${trouble}
show(watch.main(), ways(), calls)`)
  expect(found).toEqual([0, { 1: a, 2: `${a}.2`, 3: a }, []])
})

test('one that does not become ready leaves the ways as they are, is told, and not tried each minute', () => {
  const [codes, ways, tries, told, units] = python(`${SHORT}
bad.add('a' * 12 + '.3')
codes = [watch.main(), watch.main()]
tries = len(calls)
os.utime(watch.FILLED, (0, 0))
bad.clear()
codes.append(watch.main())
show(codes, ways(), tries, [line for line in said if 'not up' in line], sorted(units))`) as unknown[]
  expect([codes, ways]).toEqual([[1, 0, 0], { 1: a, 2: `${a}.2`, 3: `${a}.3` }])
  expect(tries).toBe(2)
  expect(told).toEqual([
    `release ${a} serves, but its replica ${a}.3 is not up: not ready after 90 s. The end of its log:\n${a}.3 said [KEY]`,
  ])
  expect(units).toEqual([a, `${a}.2`, `${a}.3`])
})

test('an image that is gone comes back once, for all that have none', () => {
  const [code, stopped, made, started] = python(`
up('a', 3)
runs.difference_update(['a' * 12, 'a' * 12 + '.3'])
there = [False]
image.missing = lambda name: not there[0]
def ensure(source, registries, fix):
    made.append(sorted(runs))
    there[0] = True
image.ensure = ensure
stopped, made = [], []
service.stop = stopped.append
calls.clear()
readiness.answers = lambda one, seconds: True
show(watch.main(), stopped, made, calls)`) as unknown[]
  expect([code, stopped, made]).toEqual([0, [a, `${a}.3`], [[`${a}.2`]]])
  expect(started).toEqual([`start ${a}`, `start ${a}.3`])
})

test('the unit of a further one: its own container, socket, and way to a port; the release’s secrets', () => {
  const [socket, port] = python(`
from padlock_release import quadlet
def unit(number, **more):
    one = made('a', 3, **more)._replace(replica=number)
    return quadlet.unit(one, 'localhost/app:1', f'/srv/{one.name}').split('\\n')
show(unit(2), unit(2, port=8080))`) as [string[], string[]]
  expect(socket).toEqual(
    expect.arrayContaining([
      `ContainerName=app-${a}.2`,
      `PodmanArgs=--pidfile=%t/app-${a}.2.pid`,
      `Volume=/srv/${a}.2:/run/app`,
      `Environment="APP_RELEASE=${a}"`,
      `Secret=app-${a}-KEY,type=env,target=KEY`,
      `ExecStartPre=/bin/rm -f /srv/${a}.2/app.sock`,
    ]),
  )
  expect(port).toContain(
    `ExecStartPost=/usr/bin/systemctl --user --no-block start padlock-bridge@${a}.2-8080.service`,
  )
})
