/** What a host keeps of its releases. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-releases-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs Python in the release's own package, with what it keeps in the test's folder. */
function python(code: string, given: unknown = null): unknown {
  const program = `
import io, json, sys
sys.dont_write_bytecode = True
from padlock_release import image, kept, log, main, manifest, origin, releasecommand, releases, service, store
from padlock_release.failure import Failure
given = json.load(sys.stdin)
folder = '${folder}'
store.ROOT, store.HISTORY, store.LOCK = folder, f'{folder}/history', f'{folder}/lock'
kept.DIRECTORY, log.PATH = f'{folder}/kept', f'{folder}/log'
releasecommand.RUNS = f'{folder}/runs'
import os
os.makedirs(kept.DIRECTORY, exist_ok=True)
clock = [0]
def now():
    clock[0] += 1
    return f'2026-11-28T09:00:{clock[0]:02}Z'
kept.now = now
calls = []
for module, names in {
    service: ['ensure_manager', 'ensure_mount', 'install', 'start', 'start_soon', 'stop', 'remove', 'erase', 'reload'],
    store: ['make_directory', 'remove_directory'],
    main.drain: ['wait'],
    image: ['remove'],
}.items():
    for name in names:
        setattr(module, name, lambda *words, name=name: calls.append(name))
service.installed = service.installed_replicas = lambda: []
main.processes.installed = lambda: []
service.logs = lambda name, since: f'{name} said hunter22'
written = {}
service.write = lambda name, text: written.update({name: text})
result = {'start': ''}
class Answer:
    def __init__(self, verb):
        calls.append(f'systemctl {verb}')
        self.returncode = 1 if verb == 'start' and result['start'] else 0
        self.stdout = result['start']
service.systemctl = lambda verb, *words: Answer(verb)
main.time.sleep = lambda seconds: None
main._serves = lambda manifest: True
image.ensure = lambda source, registries: 'sha256:1'
gone = []
MADE = {'built': '2026-11-28T09:00:00Z', 'base': None}
origin.facts = lambda name: None if name in gone else {**MADE, 'of': name}
image.exists = lambda name: name not in gone
BUILT, image.built = image.built, lambda: []
sick = []
def wait(manifest, restarts):
    if manifest.id in sick:
        raise Failure('not ready')
main.readiness.wait = wait
def made(digit, **more):
    source = {'image': f'r.example/app@sha256:{digit * 64}'}
    return manifest.checked({**given['manifest'], 'id': digit * 12, 'source': source, **more})
def brought_up(digit, **more):
    try:
        main.bring_up(made(digit, **more))
    except Failure as failure:
        return str(failure)
${code}`
  const input = JSON.stringify({ manifest, given })
  return JSON.parse(
    execFileSync('python3', ['-c', program], { cwd: packages, input, stdio: 'pipe' }).toString(),
  )
}

const manifest = {
  id: 'a'.repeat(12),
  source: { archive: '/var/lib/padlock/incoming/app-1.tar.gz', sha256: 'a'.repeat(64) },
  env: { A: '1' },
  secrets: { APP_SECRET_KEY: 'hunter22' },
  registries: { 'ghcr.io': { username: 'ada', password: 'token-of-ada' } },
  host: 'app.example.com',
  port: 8080,
  memoryMiB: 256,
  pids: 128,
  readyPath: '/readyz',
  readySeconds: 90,
  drainSeconds: 30,
  commit: 'c0ffee',
  by: 'Ada',
}

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

/** Lets `releases` run with these words after some Python; its exit status and what it said. */
interface Told {
  code: number
  out: string
  said: string
  live: string
  /** What was done to units, directories and images. */
  calls: string[]
}
function releases(before: string, ...words: string[]): Told {
  const found = python(
    `${before}
said = []
log.say = said.append
out = io.StringIO()
sys.stdout, printed = out, sys.stdout
code = releases.main(given['given'], io.StringIO('Eve'))
sys.stdout = printed
print(json.dumps({'code': code, 'out': out.getvalue(), 'said': chr(10).join(said),
                  'live': store.current(), 'calls': calls}))`,
    words,
  )
  return found as Told
}

const id = (digit: string) => digit.repeat(12)

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

const migrating = "releaseCommand={'command': 'python manage.py \\'m $x\\'', 'seconds': 9}"

test('a release command runs once in the new image, before the app starts', () => {
  const found = python(`
log.say = lambda text: None
brought_up('a', ${migrating})
print(json.dumps([calls, written['a' * 12 + '-release'], store.current()]))`) as [
    string[],
    string,
    string,
  ]
  const [calls, unit, live] = found
  expect(live).toBe(id('a'))
  expect(calls.filter((call) => /systemctl|^start|reload|erase/.test(call))).toEqual([
    'reload',
    'systemctl start',
    'erase',
    'start',
  ])
  const lines = unit.split('\n')
  for (const line of [
    `ContainerName=app-${id('a')}-release`,
    'Exec="python" "manage.py" "m $$x"',
    'PodmanArgs=--memory=256m',
    'Type=oneshot',
    'TimeoutStartSec=9',
    `Secret=app-${id('a')}-APP_SECRET_KEY,type=env,target=APP_SECRET_KEY`,
    'Environment="A=1"',
  ]) {
    expect(lines).toContain(line)
  }
  expect(unit).not.toMatch(/Install|Restart=|pidfile|app\.sock$/m)
})

test.each([
  ['Result=exit-code\\nExecMainStatus=3', 'releaseCommand failed with exit 3'],
  [
    'Result=timeout\\nExecMainStatus=0',
    'releaseCommand was not done after 9 s (releaseSeconds), and was ended',
  ],
  ['Result=oom-kill\\nExecMainStatus=137', 'releaseCommand failed (oom-kill)'],
])(
  'a release command ends with %s: the release is refused, with what it said',
  (shown, message) => {
    const [failure, live, said, done] = python(`
brought_up('a')
said = []
log.say = said.append
result['start'] = '${shown}'
calls.clear()
failure = brought_up('b', ${migrating})
print(json.dumps([failure, store.current(), said, calls]))`) as [string, string, string[], string[]]
    expect([failure, live]).toEqual([message, id('a')])
    expect(said.join('\n')).toContain(
      `release ${id('b')} is not up; release ${id('a')} goes on serving. The end of its log:\n` +
        `${id('b')}-release said [APP_SECRET_KEY]`,
    )
    expect(done).not.toContain('start')
    expect(done.slice(-2)).toEqual(['remove', 'remove_directory'])
  },
)

const seeding = "seedCommand={'command': 'python manage.py loaddata a.json', 'seconds': 9}"

test('a seed command runs behind the release command, and never again on this volume', () => {
  const [first, second, unit] = python(`
log.say = lambda text: None
main.volumes.MOUNT = folder
brought_up('a', ${migrating}, ${seeding})
first = list(calls)
calls.clear()
brought_up('b', ${migrating}, ${seeding})
print(json.dumps([first, calls, written['a' * 12 + '-release']]))`) as [string[], string[], string]
  const ran = (calls: string[]) => calls.filter((call) => /systemctl start|^start/.test(call))
  expect(ran(first)).toEqual(['systemctl start', 'systemctl start', 'start'])
  expect(unit).toContain('Exec="python" "manage.py" "loaddata" "a.json"')
  expect(ran(second)).toEqual(['systemctl start', 'start'])
})

test('one that fails refuses the release, and runs again with the next; a rollback runs none', () => {
  const [failure, live, again, back] = python(`
log.say = lambda text: None
main.volumes.MOUNT = folder
brought_up('a')
result['start'] = 'Result=exit-code\\nExecMainStatus=3'
failure = brought_up('b', ${seeding})
live = store.current()
result['start'] = ''
calls.clear()
brought_up('c', ${seeding})
again = list(calls)
calls.clear()
releases.roll_back('a' * 12, 'Eve', True)
print(json.dumps([failure, live, again.count('systemctl start'), calls.count('systemctl start')]))`) as [
    string,
    string,
    number,
    number,
  ]
  expect([failure, live]).toEqual(['seedCommand failed with exit 3', id('a')])
  expect([again, back]).toEqual([1, 0])
})

test('a rollback runs no release command', () => {
  const calls = python(`
log.say = lambda text: None
for digit in 'ab':
    brought_up(digit, ${migrating})
calls.clear()
releases.roll_back('a' * 12, 'Eve', True)
print(json.dumps([calls, store.current()]))`)
  expect(calls).toEqual([expect.not.arrayContaining(['systemctl start']), id('a')])
})

const migrated = `
brought_up('a')
brought_up('b', ${migrating})
`
const back = (digit: string, ...more: string[]) =>
  releases('log.say = lambda text: None', 'rollback', id(digit), ...more)

test('a rollback across a release command is refused, unless one says that it is compatible', () => {
  expect(releases(migrated, 'rollback', id('a'))).toMatchObject({
    code: 1,
    live: id('b'),
    said: expect.stringContaining(
      `the releaseCommand of ${id('b')} has run since release ${id('a')} was made`,
    ),
  })
  expect(releases('', 'check', id('a')).code).toBe(1)
  expect(releases('', 'check', id('a'), '--schema-compatible').code).toBe(0)
  expect(back('a', '--schema-compatible')).toMatchObject({ code: 0, live: id('a') })
  // Its own command is the last one that has run, so it knows the database.
  expect(back('b')).toMatchObject({ code: 0, live: id('b') })
  expect(back('a').code).toBe(1)
})

test('a command of a release that was refused counts, and a release made anew knows the database', () => {
  const failed = `
for digit in 'ab':
    brought_up(digit)
result['start'] = 'Result=exit-code'
brought_up('c', ${migrating})
`
  expect(releases(failed, 'rollback', id('a'))).toMatchObject({ code: 1, live: id('b') })
  rmSync(join(folder, 'runs'))
  const anew = `${failed}result['start'] = ''\nbrought_up('a')\nbrought_up('b')`
  expect(releases(anew, 'rollback', id('a')).code).toBe(0)
})
