/** What a host keeps of its releases. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { folder, id, manifest, python, releases } from './release-host.ts'

test('images of releases that never came go, and not one whose release is to come', () => {
  const found = python(`
from padlock_release import prepared
prepared.WAITING = f'{folder}/waiting'
open(prepared.WAITING, 'w').write('localhost/app:next\\n')
image.built = lambda: ['localhost/app:never', 'localhost/app:next', 'localhost/app:live']
image.remove = lambda names: calls.append(names)
image.reference = lambda source: 'localhost/app:live'
brought_up('a')
print(json.dumps([call for call in calls if isinstance(call, list)]))`)
  expect(found).toEqual([['localhost/app:never']])
})

test('what was built here has the app’s name', () => {
  const found = python(`
names = 'localhost/app:1\\n<none>:<none>\\ndocker.io/library/app:1\\nlocalhost/app:2\\n'
asked = []
image.appuser.run = lambda *words, **_: asked.append(words) or type('Done', (), {'stdout': names})
print(json.dumps([BUILT(), asked]))`)
  expect(found).toEqual([
    ['localhost/app:1', 'localhost/app:2'],
    [['podman', 'images', '--format', '{{.Repository}}:{{.Tag}}']],
  ])
})

test('a release that serves is kept with its secrets and without logins, for root alone', () => {
  const same = python(`
brought_up('a')
one = made('a')
print(json.dumps(kept.load('a' * 12).manifest == one._replace(registries={})))`)
  expect(same).toBe(true)
  const path = join(folder, 'kept', `${'a'.repeat(12)}.json`)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain('hunter22')
  expect(text).not.toContain('token-of-ada')
})

test('an archive is kept as it was', () => {
  const same = python(`
one = manifest.checked({**given['manifest'], 'registries': {}})
print(json.dumps(manifest.checked(manifest.as_json(one)) == one))`)
  expect(same).toBe(true)
})

test('the list: what serves, what served, what never did, and what has lost its image', () => {
  const rows = python(`
for digit in 'abc':
    brought_up(digit, by=f'person {digit}')
sick.append('d' * 12)
brought_up('d')
gone.append(image.reference(made('a').source))
os.unlink(f'{kept.DIRECTORY}/bbbbbbbbbbbb.json')
print(json.dumps(releases.listing()))`) as Record<string, string>[]
  expect(rows.map(({ release, state, by }) => `${release?.[0]} ${state} ${by}`)).toEqual([
    'd failed Ada',
    'c live person c',
    'a gone person a',
    'b kept unknown',
  ])
  expect(rows[0]).toMatchObject({ commit: 'c0ffee', when: '2026-11-28T09:00:07Z' })
  expect(rows[3]).toMatchObject({ commit: 'unknown', when: null })
})

test('one that never served leaves no secret behind', () => {
  python(`
sick.append('a' * 12)
brought_up('a')
print('null')`)
  const [name = ''] = readdirSync(join(folder, 'kept'))
  expect(readFileSync(join(folder, 'kept', name), 'utf8')).not.toContain('hunter22')
})

test('one that served and fails now counts as one that served', () => {
  const rows = python(`
brought_up('a')
brought_up('b')
sick.append('a' * 12)
brought_up('a')
print(json.dumps([[row['release'][0], row['state']] for row in releases.listing()]))`)
  expect(rows).toEqual([
    ['b', 'live'],
    ['a', 'kept'],
  ])
})

test('a release that serves already keeps its time, also where it has no record yet', () => {
  const times = python(`
brought_up('a')
times = [kept.load('a' * 12).when]
brought_up('a')
times.append(kept.load('a' * 12).when)
os.unlink(f'{kept.DIRECTORY}/aaaaaaaaaaaa.json')
brought_up('a')
times.append(kept.load('a' * 12).when)
print(json.dumps(times))`)
  expect(times).toEqual(['2026-11-28T09:00:02Z', '2026-11-28T09:00:02Z', '2026-11-28T09:00:03Z'])
})

test('records of releases that are forgotten go with them', () => {
  python(`
for digit in 'abcde':
    brought_up(digit)
print('null')`)
  expect(readdirSync(join(folder, 'kept')).sort()).toEqual(
    ['c', 'd', 'e'].map((digit) => `${digit.repeat(12)}.json`),
  )
})

test('the live image: what it is made of, and the day of its refresh', () => {
  const source = { ...manifest.source, refreshed: '2026-11-21' }
  const built = `brought_up('a', source=json.loads('${JSON.stringify(source)}'))`
  const image = 'localhost/app:'
  expect(JSON.parse(releases(built, 'image').out)).toEqual({
    release: id('a'),
    image: expect.stringContaining(image),
    made: { built: '2026-11-28T09:00:00Z', base: null, of: expect.stringContaining(image) },
    refreshed: '2026-11-21',
  })
  const pulled = JSON.parse(releases("brought_up('b')", 'image').out)
  expect(pulled).toMatchObject({ release: id('b'), refreshed: null })
})

test('a host without a release has no live image', () => {
  const none = 'store.current = lambda: None'
  expect(JSON.parse(releases(none, 'image').out)).toEqual({
    release: null,
    image: null,
    made: null,
    refreshed: null,
  })
})

test('a release that is made again is the last one, whatever served in between', () => {
  const again = `
for digit in 'aba':
    brought_up(digit)
`
  expect(JSON.parse(releases(again, 'check').out)).toMatchObject({ release: id('b') })
})
