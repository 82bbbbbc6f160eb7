/** A disk without room during a release: the old one serves on, what is wrong is told, nothing is lost. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
/** A file system of its own that can be filled, with the rights of a user namespace where root's are lacking. */
const asRoot = ['unshare', '--mount'].concat(
  process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'],
)
const SMALL = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec python3 -c "$2" "$1"'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-full-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * Runs Python in the release's own package, which keeps all it keeps on the small disk; containers are
 * names in `running`. `release(digit)` is what `up` runs: its exit status and what it said.
 */
function python(code: string): unknown {
  const program = `
import contextlib, io, json, os, sys
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import appuser, image, kept, log, main, origin, releases, service, site, store
from padlock_release.failure import Failure
folder = sys.argv[1]
store.ROOT, store.HISTORY, store.LOCK = folder, f'{folder}/history', f'{folder}/lock'
kept.DIRECTORY, log.PATH = f'{folder}/kept', f'{folder}/log'
os.makedirs(kept.DIRECTORY)
running = set()
def nothing(*words, **more):
    return None
service.ensure_manager = service.ensure_mount = service.install = main.time.sleep = main.drain.wait = nothing
store.make_directory = store.remove_directory = image.remove = origin.facts = os.sync = nothing
service.installed = lambda: sorted(running)
service.installed_replicas = list
service.start = running.add
service.stop = service.start_soon = nothing
service.remove = running.discard
service.logs = lambda name, since: ''
main.processes.installed = lambda: []
main.readiness.wait = nothing
main.readiness.ask = lambda manifest: None
ensure, image.ensure = image.ensure, lambda source, registries: 'sha256:1'
image.exists = lambda name: True
image.built = list
def manifest(digit):
    return json.dumps({
        'id': digit * 12, 'source': {'image': 'r.example/app@sha256:' + digit * 64}, 'env': {}, 'secrets': {},
        'host': 'a.example', 'port': 8080, 'memoryMiB': 64, 'pids': 9, 'readyPath': '/', 'readySeconds': 60,
        'drainSeconds': 0})
def release(digit):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = main.main(io.StringIO(manifest(digit)))
    return [code, said.getvalue()]
def fill():
    with contextlib.suppress(OSError), open(f'{folder}/ballast', 'wb', buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))
def at(module, name, then):
    former = getattr(module, name)
    def both(*words):
        then()
        return former(*words)
    setattr(module, name, both)
def room():
    os.unlink(f'{folder}/ballast')
def state():
    states = [[row['release'][0], row['state']] for row in releases.listing()]
    return [store.current()[0], sorted(name[0] for name in running), states]
${code}`
  const [command = '', ...words] = [...asRoot, 'sh', '-ec', SMALL, 'sh', folder, program]
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: packages, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const FULL = /No space left on device[\s\S]*The disk of the host is full\. Fix: make room on it/
const refused = [1, expect.stringMatching(FULL)]

test.each([
  ['from the beginning', 'fill()'],
  ['once the container runs', "at(service, 'start', fill)"],
  ['once it is ready', "at(main.readiness, 'wait', fill)"],
])('full %s: the old release serves alone, and the next try goes through', (_, full) => {
  const [failed, left, again, found] = python(`
release('a')
start, wait = service.start, main.readiness.wait
${full}
failed = release('b')
left = state()
service.start, main.readiness.wait = start, wait
room()
print(json.dumps([failed, left, release('b'), state()]))`) as unknown[][]
  expect(failed).toEqual(refused)
  expect(left).toEqual(['a', ['a'], expect.arrayContaining([['a', 'live']])])
  expect(again?.[0]).toBe(0)
  expect(found).toEqual([
    'b',
    ['b'],
    expect.arrayContaining([
      ['a', 'kept'],
      ['b', 'live'],
    ]),
  ])
})

test('full once the new release serves: it serves alone, and the next try writes down that it does', () => {
  const [failed, left, again, found] = python(`
release('a')
at(store, 'swap', fill)
failed = release('b')
store.swap = lambda release: None
left = [store.current()[0], sorted(running)]
room()
print(json.dumps([failed, left, release('b'), state()]))`) as unknown[][]
  expect(failed).toEqual(refused)
  expect(left).toEqual(['b', ['b'.repeat(12)]])
  expect(again?.[0]).toBe(0)
  expect(found).toEqual([
    'b',
    ['b'],
    expect.arrayContaining([
      ['a', 'kept'],
      ['b', 'live'],
    ]),
  ])
})

test('a rollback on a full disk changes nothing, and goes through once there is room', () => {
  const [failed, left, again, found] = python(`
release('a')
release('b')
def rollback():
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        return [releases.main(['rollback', 'a' * 12], io.StringIO('Eve')), said.getvalue()]
fill()
failed = rollback()
left = state()
room()
print(json.dumps([failed, left, rollback(), state()]))`) as unknown[][]
  expect(failed).toEqual(refused)
  expect(left?.slice(0, 2)).toEqual(['b', ['b']])
  expect(again?.[0]).toBe(0)
  expect(found?.slice(0, 2)).toEqual(['a', ['a']])
})

test('the words of an app whose own memory is full do not accuse the disk of the host', () => {
  const failed = python(`
def wait(one, restarts):
    raise Failure('not ready after 90 s: /readyz answered 500 [Errno 28] No space left on device')
main.readiness.wait = wait
print(json.dumps(release('a')))`)
  expect(failed).toEqual([1, expect.stringContaining('No space left on device')])
  expect((failed as string[])[1]).not.toContain('The disk of the host')
})

test("Podman's own words are told, and what it has left goes", () => {
  const [failed, asked, left] = python(`
release('a')
asked = []
def run(words, **_):
    asked.append(' '.join(words[:3]))
    code = {'inspect': 1, '--quiet': 125}.get(words[2], 0)
    return SimpleNamespace(returncode=code, stdout='', stderr='Error: writing blob: no space left on device')
appuser.subprocess = SimpleNamespace(run=run)
appuser.progress.run = run
appuser.pwd = SimpleNamespace(getpwnam=lambda name: SimpleNamespace(pw_uid=1, pw_gid=1, pw_dir='/'))
appuser.nofollow = SimpleNamespace(check=lambda path: False)
image.ensure = ensure
fill()
print(json.dumps([release('b'), asked, state()]))`) as [[number, string], string[], unknown[]]
  expect(failed).toEqual([1, expect.stringMatching(/podman pull --quiet failed with exit 125/)])
  expect(failed[1]).toMatch(/no space left on device[\s\S]*The disk of the host is full/)
  expect(asked.at(-1)).toBe('podman image prune')
  expect(left.slice(0, 2)).toEqual(['a', ['a']])
})
