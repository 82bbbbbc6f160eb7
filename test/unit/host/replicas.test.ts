/** Replicas are replaced one by one: whatever happens, N - 1 or more serve, and no way leads nowhere. */
import { a, b, python } from './replica-host.ts'

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
