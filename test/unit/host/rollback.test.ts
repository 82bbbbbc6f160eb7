/** The way back to a release that was live before. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { folder, id, python, releases } from './release-host.ts'

test('a rollback brings a release up as it was, without its image being made', () => {
  const found = python(`
brought_up('a', secrets={'KEY': 'first-value'}, by='person a')
brought_up('b', secrets={'KEY': 'second-value'}, by='person b')
started = []
service.install = lambda manifest, image: started.append([manifest.id[0], manifest.secrets])
log.say = lambda text: None
sys.stdout, printed = io.StringIO(), sys.stdout
code = releases.main(['rollback', 'a' * 12], io.StringIO('Eve'))
sys.stdout = printed
print(json.dumps([code, started, store.current(), releases.listing()]))`) as [
    number,
    unknown,
    string,
    object[],
  ]
  expect(found.slice(0, 3)).toEqual([0, [['a', { KEY: 'first-value' }]], id('a')])
  expect(found[3]).toMatchObject([
    { release: id('b'), state: 'kept', rolledBack: null },
    { release: id('a'), state: 'live', by: 'person a', rolledBack: { by: 'Eve' } },
  ])
})

test('without a name it is the one before, and the one before that, never forward', () => {
  const three = `
for digit in 'abc':
    brought_up(digit)
`
  const back = `
sys.stdout, printed = io.StringIO(), sys.stdout
releases.main(['rollback', 'b' * 12], io.StringIO(''))
sys.stdout = printed
`
  expect(JSON.parse(releases(three, 'check').out)).toMatchObject({
    release: id('b'),
    live: false,
    made: { built: '2026-11-28T09:00:00Z', of: `r.example/app@sha256:${'b'.repeat(64)}` },
  })
  rmSync(join(folder, 'history'))
  expect(JSON.parse(releases(three + back, 'check').out)).toMatchObject({ release: id('a') })
  rmSync(join(folder, 'history'))
  const first = releases("brought_up('a')", 'check')
  expect([first.code, first.said]).toEqual([
    1,
    'there is no release before the live one on this host',
  ])
})

const two = `
for digit in 'ab':
    brought_up(digit)
calls.clear()
`
test.each([
  [
    'one that is not there',
    two,
    'd',
    `there is no release ${id('d')} on this host; there are: ${id('a')}, ${id('b')}`,
  ],
  ['the live one', two, 'b', `release ${id('b')} is live already`],
  [
    'one whose image is gone',
    `${two}gone.append(image.reference(made('a').source))`,
    'a',
    'is not there any more. Fix: git checkout c0ffee && ',
  ],
  [
    'one that has no record',
    `${two}os.unlink(f'{kept.DIRECTORY}/aaaaaaaaaaaa.json')`,
    'a',
    'is older than what this host keeps for a way back. Fix: git checkout ITS_COMMIT',
  ],
  [
    'one that never served',
    `${two}sick.append('d' * 12)\nbrought_up('d')\ncalls.clear()`,
    'd',
    `release ${id('d')} has never served`,
  ],
  [
    'one for another name',
    `brought_up('a', host='old.example.com')\n${two.replace("'ab'", "'b'")}`,
    'a',
    'is for old.example.com, and the site is app.example.com',
  ],
  [
    'one that a login stood in front of, where none does any more',
    `brought_up('a', edge=True)\n${two.replace("'ab'", "'b'")}`,
    'a',
    'has no login of its own, and none stands in front of the site any more',
  ],
  [
    'one from before the rows moved',
    `brought_up('a', database=True)\n${two.replace("'ab'", "'b'").replace('(digit', '(digit, managed=True')}`,
    'a',
    'uses the local database, and the rows are in the managed one',
  ],
  [
    'one while a release is under way',
    `${two}releases.LOCK_SECONDS = 0\nimport fcntl\nheld = open(store.LOCK, 'w')\nfcntl.flock(held, fcntl.LOCK_EX)`,
    'a',
    'another release, or a repair',
  ],
])('a rollback to %s is refused, and changes nothing', (_, before, digit, message) => {
  expect(releases(before, 'rollback', id(digit))).toEqual({
    code: 1,
    out: '',
    said: expect.stringContaining(message),
    live: id('b'),
    calls: [],
  })
})

test('a rollback that does not become ready leaves the live one, and can be tried again', () => {
  const failing = `${two}sick.append('a' * 12)`
  const { code, said } = releases(failing, 'rollback', id('a'))
  expect([code, said]).toEqual([1, expect.stringContaining(`release ${id('b')} goes on serving`)])
  expect(releases('', 'rollback', id('a')).code).toBe(0)
})

test('an update that wants what was rolled back to has released it', () => {
  const rows = python(`${two}
log.say = lambda text: None
releases.roll_back('a' * 12, 'Eve')
brought_up('a', by='person a again')
print(json.dumps(releases.listing()))`)
  expect(rows).toMatchObject([
    { release: id('a'), by: 'person a again', rolledBack: null },
    { release: id('b') },
  ])
})
