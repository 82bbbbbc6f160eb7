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
from padlock_release import image, kept, log, main, manifest, releases, service, store
from padlock_release.failure import Failure
given = json.load(sys.stdin)
folder = '${folder}'
store.ROOT, store.HISTORY, store.LOCK = folder, f'{folder}/history', f'{folder}/lock'
kept.DIRECTORY, log.PATH = f'{folder}/kept', f'{folder}/log'
import os
os.makedirs(kept.DIRECTORY, exist_ok=True)
clock = [0]
def now():
    clock[0] += 1
    return f'2026-11-28T09:00:{clock[0]:02}Z'
kept._now = now
calls = []
for module, names in {
    service: ['ensure_manager', 'ensure_mount', 'install', 'start', 'remove'],
    store: ['make_directory', 'remove_directory'],
    main.drain: ['wait'],
    image: ['remove'],
}.items():
    for name in names:
        setattr(module, name, lambda *words, name=name: calls.append(name))
service.installed = lambda: []
service.logs = lambda release: ''
main.time.sleep = lambda seconds: None
main._serves = lambda manifest: True
image.ensure = lambda source, registries: 'sha256:1'
gone = []
image.exists = lambda name: name not in gone
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
