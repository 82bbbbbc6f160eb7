/** Brings back an app that hangs or has lost its image, and leaves every other alone. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
const ID = '3f2a9c01d2e4'

interface Case {
  /** Of the unit, seconds; null if it is not active. */
  active: number | null
  /** What the app says to each request. */
  answers?: boolean[]
  image?: boolean
  /** It was stopped, and nothing starts it. */
  stopped?: boolean
  /** The place is another's once the lock is held. */
  replaced?: boolean
  /** It is ended while it makes the image. */
  killed?: boolean
  more?: object
  /** Somebody else's release takes the lock. */
  locked?: boolean
  ready?: boolean
  /** It is told at once that nobody takes the request. */
  refuses?: boolean
  /** The image can be made again. */
  made?: boolean
  /** File that says when it could not. */
  tried?: string
}

interface Told {
  code: number
  calls: string[]
  asked: number[]
  said: string
}

function watched(one: Case) {
  const usual = { answers: [], image: true, more: {}, locked: false, ready: true }
  const given = {
    ...usual,
    stopped: false,
    replaced: false,
    killed: false,
    refuses: false,
    made: true,
    tried: '/nowhere',
    ...one,
  }
  const program = `
import contextlib, json, sys
sys.dont_write_bytecode = True
from padlock_release import image, kept, log, manifest, processes, readiness, service, store, watch
from padlock_release.failure import Failure
given = json.load(sys.stdin)
calls, asked, said = [], [], []
one = manifest.checked({
    'id': '${ID}', 'source': {'image': 'r.example/app@sha256:' + 'b' * 64}, 'env': {}, 'secrets': {},
    'host': 'a.example', 'port': 0, 'memoryMiB': 64, 'pids': 9, 'readyPath': '/', 'readySeconds': 60,
    'drainSeconds': 0, **given['more'],
})
service.installed = service.installed_replicas = processes.installed = list
store.current = lambda number=1: 'f' * 12 if given['replaced'] and calls else one.id
kept.load = lambda release: kept.Kept('', '', '', one)
log.say = said.append
clock = [0.0]
def pass_(seconds):
    clock[0] += seconds
watch.time.sleep = pass_
watch.time.monotonic = lambda: clock[0]
watch.TRIED = given['tried']
service.active_seconds = lambda release: given['active']
service.restart = lambda release: calls.append('restart')
service.stopped = lambda release: given['stopped']
service.stop = lambda release: calls.append('stop')
service.systemctl = lambda *words: calls.append(' '.join(words))
processes._of = lambda release: ['a-worker']
processes._timed = lambda units: []
processes._start = lambda units: calls.append(f'start {units[0]}')
image.missing = lambda name: not given['image']
def ensure(source, registries, fix=''):
    calls.append('image')
    if given['killed']:
        raise KeyboardInterrupt
    if not given['made']:
        raise Failure(f'no such image. Fix: {fix}')
image.ensure = ensure
def wait(manifest, restarts):
    if not given['ready']:
        raise Failure('not ready')
readiness.wait = wait
def answers(manifest, seconds):
    asked.append(seconds)
    said_so = given['answers'][len(asked) - 1]
    if not said_so and not given['refuses']:
        pass_(seconds)
    return said_so
readiness.answers = answers
@contextlib.contextmanager
def lock(seconds):
    if given['locked']:
        raise Failure('another release is still under way')
    calls.append(f'lock {seconds}')
    yield
store.lock = lock
try:
    code = watch.main()
except KeyboardInterrupt:
    code = 130
print(json.dumps({'code': code, 'calls': calls, 'asked': asked, 'said': '\\n'.join(said)}))`
  const input = JSON.stringify(given)
  return JSON.parse(
    execFileSync('python3', ['-c', program], { cwd: packages, input }).toString(),
  ) as Told
}

test.each<[string, Case, number]>([
  ['answers', { active: 1000, answers: [true] }, 1],
  ['answers the second time', { active: 1000, answers: [false, true] }, 2],
  [
    'refuses for some seconds, as with a full backlog',
    { active: 1000, refuses: true, answers: [...Array.from({ length: 20 }, () => false), true] },
    21,
  ],
  ['has just been started', { active: 59 }, 0],
  ['may hang', { active: 1000, more: { hangSeconds: 0 } }, 0],
  ['is started by systemd', { active: null }, 0],
])('an app that %s is left alone', (_, given, requests) => {
  const { code, calls, asked, said } = watched(given)
  expect([code, calls, said]).toEqual([0, [], ''])
  expect(asked).toHaveLength(requests)
})

test('an app that answers nobody is restarted, and the log says so', () => {
  const { code, calls, asked, said } = watched({ active: 1000, answers: [false, false, false] })
  expect([code, calls, asked]).toEqual([0, ['lock 0', 'restart'], [30, 30, 26]])
  expect(said).toMatch(
    /^release 3f2a9c01d2e4 has answered nobody for 90 s \(hangSeconds\) and is restarted\nrelease 3f2a9c01d2e4 answers again after \d+\.\d s$/,
  )
})

const start = `start --no-block app-${ID}.service`
const still = ['lock 0', 'stop', 'stop app-a-worker.service', 'image', 'start a-worker', start]

test('an app whose image is gone gets it again, and nothing of it starts in vain meanwhile', () => {
  const { code, calls, said } = watched({ active: null, image: false })
  expect([code, calls]).toEqual([0, still])
  expect(said).toContain('has lost its image, which is made again')
})

test('a release that is under way is not disturbed', () => {
  const { code, calls } = watched({ active: 1000, answers: [false, false, false], locked: true })
  expect([code, calls]).toEqual([0, []])
})

test('an image that cannot be made is not tried again for a while', () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-watch-'))
  const gone = { active: null, image: false, made: false, tried: join(folder, 'tried') }
  const said = expect.stringContaining('Fix: none is needed; it is tried again after 900 s')
  expect(watched(gone)).toMatchObject({ code: 1, calls: still, said })
  expect(watched(gone)).toMatchObject({ code: 0, calls: [] })
  rmSync(folder, { recursive: true })
})

test('one that was stopped, and has its image, is started with its processes', () => {
  const { code, calls, said } = watched({ active: null, stopped: true })
  expect([code, calls]).toEqual([0, ['lock 0', start, 'start a-worker']])
  expect(said).toContain('was stopped and is started')
})

test('what was stopped is started by a run that is ended while it makes the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-watch-'))
  const tried = join(folder, 'tried')
  const { code, calls } = watched({ active: null, image: false, killed: true, tried })
  rmSync(folder, { recursive: true })
  expect([code, calls]).toEqual([130, still])
})

test('a release that came meanwhile is not touched', () => {
  const given = { active: 1000, answers: [false, false, false], replaced: true }
  expect(watched(given)).toMatchObject({ code: 0, calls: ['lock 0'], said: '' })
})

test('one that does not come back is told', () => {
  const { code, said } = watched({ active: null, image: false, ready: false })
  expect([code, said]).toEqual([1, expect.stringContaining('\nnot ready')])
})

/** A real socket, and an app behind it that says something, nothing, or is not there. */
test.each<[string, string | null, boolean]>([
  ['one that is ready', 'HTTP/1.1 200 OK\r\n\r\n', true],
  ['one that lacks something', 'HTTP/1.1 503 Unavailable\r\n\r\n', true],
  ['one that takes the request and hangs', '', false],
  ['one that is not there', null, false],
])('an answer of %s counts: %p', (_, says, expected) => {
  const program = `
import contextlib, json, os, socket, sys, tempfile, threading
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import readiness
says = json.load(sys.stdin)
readiness._as_caddy = contextlib.nullcontext
folder = os.path.realpath((held := tempfile.TemporaryDirectory()).name)
path = folder + '/app.sock'
readiness.socket_path = lambda release: path
kept = []
def serve(listener):
    taken, _ = listener.accept()
    kept.append(taken)
    taken.recv(1000)
    taken.sendall(says.encode())
if says is not None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    threading.Thread(target=serve, args=[listener], daemon=True).start()
one = SimpleNamespace(name='a', ready_path='/readyz', host='a.example', env={})
print(json.dumps(readiness.answers(one, ${says === '' ? 0.5 : 30})))`
  const options = { cwd: packages, input: JSON.stringify(says) }
  expect(JSON.parse(execFileSync('python3', ['-c', program], options).toString())).toBe(expected)
})

test.each([
  ['LoadState=loaded\\nActiveState=inactive', true],
  ['LoadState=loaded\\nActiveState=failed', true],
  ['LoadState=loaded\\nActiveState=activating', false],
  ['LoadState=loaded\\nActiveState=active', false],
  ['LoadState=not-found\\nActiveState=inactive', false],
  ['LoadState=loaded\\nActiveState=inactive\\nJob=', true],
  ['Job=812\\nLoadState=loaded\\nActiveState=inactive', false],
])("systemd's word %s: was it stopped? %p", (shown, expected) => {
  const program = `
import json, sys
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import service
service.systemctl = lambda *words: SimpleNamespace(stdout='${shown}')
print(json.dumps(service.stopped('a')))`
  const found = execFileSync('python3', ['-c', program], { cwd: packages })
  expect(JSON.parse(found.toString())).toBe(expected)
})

test.each([
  ['ActiveState=active\\nActiveEnterTimestampMonotonic=5000000', 5],
  ['ActiveState=activating\\nActiveEnterTimestampMonotonic=0', null],
  ['ActiveState=deactivating\\nActiveEnterTimestampMonotonic=5000000', null],
  ['ActiveState=failed\\nActiveEnterTimestampMonotonic=5000000', null],
  ['', null],
])("systemd's word %s on how long it runs: %p", (shown, expected) => {
  const program = `
import json, sys
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import service
service.systemctl = lambda *words: SimpleNamespace(stdout='${shown}')
service.time.monotonic = lambda: 10.0
print(json.dumps(service.active_seconds('a')))`
  const found = execFileSync('python3', ['-c', program], { cwd: packages })
  expect(JSON.parse(found.toString())).toBe(expected)
})
