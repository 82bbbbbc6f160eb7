/** Replicas of a release that is refused, or was killed while they were replaced. */
import { a, b, python } from './replica-host.ts'

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
