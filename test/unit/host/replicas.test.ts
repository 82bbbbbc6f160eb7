/** Replicas are replaced one by one: whatever happens, N - 1 or more serve, and no way leads nowhere. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-replicas-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * The host's own program; systemd, Podman and the app are sets: `units` that are there and `runs`, which
 * of them are up. `ways()` is where the proxy's ways lead, by number; `served` is how many of them led to
 * something that runs, at every step of systemd's.
 */
function python(code: string): unknown {
  const program = `
import contextlib, json, os, sys
sys.dont_write_bytecode = True
from padlock_release import drain, image, kept, log, main, manifest, origin, processes, readiness
from padlock_release import releases, replicas, service, site, store, watch
from padlock_release.failure import Failure
folder = os.path.realpath('${folder}')
store.ROOT, store.RELEASES = f'{folder}/app', f'{folder}/app/releases'
store.HISTORY, store.LOCK = f'{folder}/history.json', f'{folder}/lock'
kept.DIRECTORY, log.PATH, site.CADDYFILE = f'{folder}/kept', f'{folder}/log', f'{folder}/Caddyfile'
watch.TRIED, watch.FILLED = f'{folder}/image-tried', f'{folder}/tried'
THREE = ' '.join(f'unix//srv/app/{name}/app.sock' for name in ('current', 'current-2', 'current-3'))
store.write(site.CADDYFILE, THREE, 0o644)
os.makedirs(store.RELEASES)
os.makedirs(kept.DIRECTORY)
said, calls, units, runs, served, bad = [], [], set(), set(), [], set()
log.say = said.append
for module in (main, replicas):
    module.time.sleep = lambda seconds: None

def ways():
    return {number: store.current(number) for number in [1, *store.links()] if store.current(number)}

def seen():
    served.append(sum(1 for name in ways().values() if name in runs))

def install(one, reference):
    units.add(one.name)
def start(name):
    if name not in units:
        raise Failure(f'there is no unit {name}')
    calls.append(f'start {name}')
    runs.add(name)
    seen()
def stop(name):
    if name in runs:
        calls.append(f'stop {name}')
    runs.discard(name)
    seen()
def remove(name):
    stop(name)
    units.discard(name)
def wait(one, restarts):
    if one.name in bad:
        raise Failure('not ready after 90 s')

service.ensure_manager = service.ensure_mount = lambda: None
service.install, service.start, service.stop, service.remove = install, start, stop, remove
service.start_soon = lambda names: [start(name) for name in names if name in units]
service.installed = lambda: sorted(name for name in units if '.' not in name)
service.installed_replicas = lambda: sorted(name for name in units if '.' in name)
service.restarts = lambda name: 0
service.logs = lambda name, *_: f'{name} said hunter22'
service.active_seconds = lambda name: 1000.0 if name in runs else None
processes.installed = list
store.make_directory = store.remove_directory = lambda name: None
readiness.wait = wait
readiness.ask = lambda one: None if one.name in runs else 'it is down'
drain.wait = lambda name, seconds: calls.append(f'drain {name}')
image.ensure = lambda source, registries: 'sha256:' + 'a' * 64
image.exists = lambda name: True
image.remove = lambda names: None
image.built = list
origin.facts = lambda name: None

def made(digit, replicas, **more):
    return manifest.checked({
        'id': digit * 12, 'source': {'image': 'r.example/app@sha256:' + 'b' * 64}, 'env': {},
        'secrets': {'KEY': 'hunter22'}, 'host': 'a.example', 'port': 0, 'memoryMiB': 64, 'pids': 9,
        'readyPath': '/', 'readySeconds': 60, 'drainSeconds': 0, 'replicas': replicas, **more})
def up(digit, replicas, **more):
    calls.clear()
    served.clear()
    try:
        main.bring_up(made(digit, replicas, **more))
    except Failure as failure:
        return str(failure)
def show(*found):
    print(json.dumps(found))
${code}`
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages }).toString())
}

const a = 'a'.repeat(12)
const b = 'b'.repeat(12)

test('a release of three', () => {
  const [ways, units, manifest] = python(`
up('a', 3)
show(ways(), sorted(units), json.load(open(f'{kept.DIRECTORY}/{"a" * 12}.json'))['manifest']['replicas'])`) as object[]
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
  expect([units, manifest]).toEqual([[a, `${a}.2`, `${a}.3`], 3])
})

test('the next one takes their places one by one, and each serves before the former ends', () => {
  const [calls, least, ways, units] = python(`
up('a', 3)
up('b', 3)
show(calls, min(served), ways(), sorted(units))`) as object[]
  expect(calls).toEqual([
    ...[`start ${b}.3`, `drain ${a}.3`, `stop ${a}.3`],
    ...[`start ${b}.2`, `drain ${a}.2`, `stop ${a}.2`],
    ...[`start ${b}`, `drain ${a}`, `stop ${a}`],
  ])
  expect([least, ways]).toEqual([3, { 1: b, 2: `${b}.2`, 3: `${b}.3` }])
  expect(units).toEqual([b, `${b}.2`, `${b}.3`])
})

test.each(['.3', '.2', ''])(
  'one that does not become ready is refused, and the former ones are back: b%s',
  (which) => {
    const [wrong, least, ways, running, units, said] = python(`
up('a', 3)
bad.add('b' * 12 + '${which}')
wrong = up('b', 3)
show(wrong, min(served), ways(), sorted(runs), sorted(units), said[-2:])`) as unknown[]
    expect([wrong, least]).toEqual(['not ready after 90 s', 3])
    expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
    expect(running).toEqual([a, `${a}.2`, `${a}.3`])
    expect(units).toEqual(running)
    expect(said).toEqual([
      `release ${b} is not up; release ${a} goes on serving. The end of its log:`,
      `${b}${which} said [KEY]`,
    ])
  },
)

test('one whose former replica does not come back goes on in that place, with its secrets', () => {
  const [least, ways, said, running, left, next] = python(`
up('a', 2)
bad.update(['b' * 12, 'a' * 12 + '.2', 'c' * 12 + '.2'])
up('b', 2)
found = [min(served), ways(), list(said), sorted(runs), sorted(units)]
up('c', 2)
show(*found, sorted(units))`) as [number, object, string[], string[], string[], string[]]
  expect([least, ways]).toEqual([2, { 1: a, 2: `${b}.2` }])
  expect(said).toContain(`replica 2 stays with release ${b}: not ready after 90 s`)
  expect(running).toEqual(expect.arrayContaining([a, `${b}.2`]))
  // The unit of the first is what the secrets are found by.
  expect(left).toEqual(expect.arrayContaining([a, b, `${b}.2`]))
  expect(next).toEqual([a, b, `${b}.2`])
})

test('the first of all releases that fails leaves nothing', () => {
  const found = python(`
bad.add('a' * 12 + '.2')
wrong = up('a', 3)
show(wrong, ways(), sorted(units), sorted(runs))`)
  expect(found).toEqual(['not ready after 90 s', {}, [], []])
})

test('more and fewer of the same release: the others are not touched', () => {
  const [more, grown, fewer, shrunk, after, units, count] = python(`
up('a', 1)
up('a', 3)
more, grown = list(calls), ways()
up('a', 2)
fewer, shrunk = list(calls), ways()
site.forget_ways('unix//srv/app/current/app.sock unix//srv/app/current-2/app.sock')
show(more, grown, fewer, shrunk, ways(), sorted(units), kept.load('a' * 12).manifest.replicas)`) as unknown[]
  expect([more, grown]).toEqual([
    [`start ${a}.3`, `start ${a}.2`],
    { 1: a, 2: `${a}.2`, 3: `${a}.3` },
  ])
  // The proxy may still have three ways: none of them leads nowhere.
  expect([fewer, shrunk]).toEqual([[`drain ${a}.3`, `stop ${a}.3`], { 1: a, 2: `${a}.2`, 3: a }])
  expect([after, units, count]).toEqual([{ 1: a, 2: `${a}.2` }, [a, `${a}.2`], 2])
})

test('one more that does not become ready is told, and the rest serves on', () => {
  const [wrong, ways, running, count] = python(`
up('a', 2)
bad.add('a' * 12 + '.3')
show(up('a', 3), ways(), sorted(runs), kept.load('a' * 12).manifest.replicas)`) as unknown[]
  expect(wrong).toBe(
    `release ${a} serves, but its replica ${a}.3 is not up: not ready after 90 s. The end of its log:\n${a}.3 said [KEY]`,
  )
  expect([ways, running]).toEqual([{ 1: a, 2: `${a}.2` }, [a, `${a}.2`]])
  // A way back has as many as there are.
  expect(count).toBe(2)
})

/** What is in the place of one that is down goes before the new one is made. */
test.each([
  [
    'is told before anything of it goes',
    ['full', { 1: a, 2: `${a}.2`, 3: `${a}.3` }, 3],
    'store.ensure_room = full',
  ],
  [
    'once its place is empty leads its way to the first',
    ['full', { 1: a, 2: `${a}.2`, 3: a }, 2],
    'store.make_directory = full',
  ],
])('a disk that is full when one of the live release is made anew %s', (_, expected, trouble) => {
  const [wrong, ways, units] = python(`
def full(*words):
    raise Failure('full')
up('a', 3)
runs.discard('a' * 12 + '.3')
${trouble}
show(up('a', 3), ways(), len(units))`) as [string, object, number]
  expect([/: (full)\./.exec(wrong)?.[1], ways, units]).toEqual(expected)
})

test('a new release of fewer leads the ways that are left to its first one', () => {
  const found = python(`
up('a', 3)
up('b', 1)
least, left = min(served), ways()
store.write(site.CADDYFILE, 'unix//srv/app/current/app.sock', 0o644)
up('b', 1)
show(least, left, sorted(units), ways())`)
  expect(found).toEqual([3, { 1: b, 2: b, 3: b }, [b], { 1: b }])
})

test.each([
  ['a database that is away', "bad.update(names('a'))", 'not ready after 90 s'],
  ['a disk that is full', 'store.ensure_room = full', 'full'],
  ['an image that cannot be had', 'image.ensure = full', 'full'],
])('the live release goes on for the time after %s', (_, trouble, message) => {
  const [wrong, ways, running] = python(`
def names(digit):
    return [digit * 12 + end for end in ('', '.2', '.3')]
def full(*words):
    raise Failure('full')
up('a', 3)
readiness.ask = lambda one: 'answered 503'
${trouble}
show(up('a', 3), ways(), sorted(runs))`) as unknown[]
  expect(wrong).toBe(message)
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
  expect(running).toEqual([a, `${a}.2`, `${a}.3`])
})

test('one of the live release that is not ready goes on in its place; its first is up before', () => {
  const [wrong, calls, ways, running] = python(`
up('a', 3)
readiness.ask = lambda one: 'answered 503'
bad.add('a' * 12 + '.2')
show(up('a', 3), calls, ways(), sorted(runs))`) as [string, string[], object, string[]]
  expect(wrong).toBe('not ready after 90 s')
  const started = calls.filter((call) => call.startsWith('start'))
  expect(started).toEqual([a, `${a}.3`, `${a}.2`, a].map((name) => `start ${name}`))
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: `${a}.3` })
  expect(running).toEqual([a, `${a}.2`, `${a}.3`])
})

test('the new first one has ended before the former ones start again', () => {
  const calls = python(`
up('a', 2)
bad.add('b' * 12)
up('b', 2)
show(*calls)`) as string[]
  expect(calls).toEqual([
    ...[`start ${b}.2`, `drain ${a}.2`, `stop ${a}.2`],
    ...[`start ${b}`, `stop ${b}`],
    ...[`start ${a}.2`, `drain ${b}.2`, `stop ${b}.2`],
  ])
})

/** B was killed once B.3 had A.3's place; then B comes again, and its second does not become ready. */
test.each([
  ['is ready', ''],
  ['is not ready yet', "runs.discard('b' * 12 + '.3')"],
])('a release that was killed is refused by the next try while what it left %s', (_, left) => {
  const [wrong, ways, running, units] = python(`
up('a', 3)
put_back, give_up, swap = replicas.Others.put_back, main._give_up, store.swap
class Killed(BaseException): pass
def dies(name, number=1):
    if number == 2:
        raise Killed
    swap(name, number)
store.swap = dies
replicas.Others.put_back, main._give_up = lambda self: None, lambda *words: None
try:
    up('b', 3)
except Killed:
    pass
replicas.Others.put_back, main._give_up, store.swap = put_back, give_up, swap
assert ways()[3] == 'b' * 12 + '.3'
${left}
bad.add('b' * 12 + '.2')
show(up('b', 3), ways(), sorted(runs), sorted(units))`) as unknown[]
  expect(wrong).toBe('not ready after 90 s')
  expect(ways).toEqual({ 1: a, 2: `${a}.2`, 3: a })
  expect(running).toEqual([a, `${a}.2`])
  expect(units).toEqual(running)
})

/** At each of systemd's steps the program is killed; whoever comes next finds three that serve. */
test.each(['b', 'a', 'c'])('a release that was killed at any step: %s comes next', (next) => {
  const found = python(`
class Killed(BaseException): pass
real = service.start, service.stop, service.remove, store.swap
put_back, give_up = replicas.Others.put_back, main._give_up
found, steps, killed = [], 0, True
while killed:
    home = f'{folder}/{steps}'
    store.ROOT, store.RELEASES, store.HISTORY = f'{home}/app', f'{home}/app/releases', f'{home}/history.json'
    kept.DIRECTORY = f'{home}/kept'
    os.makedirs(store.RELEASES)
    os.makedirs(kept.DIRECTORY)
    units.clear()
    runs.clear()
    up('a', 3)
    left = steps
    def dies(real):
        def step(*words):
            global left
            if left == 0:
                raise Killed
            left -= 1
            return real(*words)
        return step
    service.start, service.stop, service.remove, store.swap = map(dies, real)
    # Nobody is left to tidy up.
    replicas.Others.put_back, main._give_up = lambda self: None, lambda *words: None
    try:
        up('b', 3)
        killed = False
    except Killed:
        steps += 1
    service.start, service.stop, service.remove, store.swap = real
    replicas.Others.put_back, main._give_up = put_back, give_up
    least = min([3, *served])
    wrong = up('${next}', 3)
    found.append([wrong, least, min([3, *served]), ways(), sorted(runs), sorted(units)])
show(steps, [json.loads(text) for text in {json.dumps(one) for one in found}])`) as [
    number,
    unknown[],
  ]
  const id = next.repeat(12)
  const three = [id, `${id}.2`, `${id}.3`]
  expect(found).toEqual([
    expect.any(Number),
    [[null, 3, 3, { 1: three[0], 2: three[1], 3: three[2] }, three, three]],
  ])
  expect(found[0]).toBeGreaterThan(7)
})

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
