/** A pull or a build that gets no further is ended; one that does has the time that it needs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-progress-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs Python in the release's own package; a command that gets no further has 8 s: it may get no processor for some. */
function python(code: string): unknown {
  const program = `
import json, os, sys, time
sys.dont_write_bytecode = True
from padlock_release import appuser, image, log, manifest, progress
from padlock_release.failure import Failure
progress.LIMIT, progress.LOOK, progress.GRACE = 8, 0.1, 0.5
log.PATH = '${folder}/log'
def run(*words, **more):
    began = time.monotonic()
    try:
        done = progress.run(words, text=True, **more)
        return [done.returncode, done.stdout, done.stderr], time.monotonic() - began
    except progress.Stalled as stalled:
        return str(stalled), time.monotonic() - began
${code}`
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages }).toString())
}

test('what ends by itself is as it would be, its input read', () => {
  const found = python(`
print(json.dumps(run('sh', '-c', 'cat; echo wrong >&2; exit 3', input='given')[0]))`)
  expect(found).toEqual([3, 'given', 'wrong\n'])
})

test('what gets no further is ended at the limit, with what it wrote', () => {
  const [said, seconds] = python(`
print(json.dumps(run('sh', '-c', 'echo Copying blob; exec sleep 600')))`) as [string, number]
  expect(said).toBe('Copying blob')
  expect(seconds).toBeGreaterThan(7.9)
  expect(seconds).toBeLessThan(60)
})

test('that a process has ended is no progress of the others', () => {
  // Whoever ignores SIGCHLD is not given what an ended child has read (wait(2)): the sum falls.
  const loop = `
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print('trying', flush=True)
for number in range(10):
    if os.fork() == 0:
        with open('/dev/zero', 'rb', buffering=0) as file:
            file.read(100000)
        time.sleep(3 * (number + 1))
        os._exit(0)
time.sleep(36)`
  const [said, seconds] = python(`
print(json.dumps(run('python3', '-c', ${JSON.stringify(loop)})))`) as [string, number]
  expect(said).toBe('trying')
  expect(seconds).toBeLessThan(34)
})

test('and all that it has started, though it will not hear of an end', () => {
  const [, pids] = python(`
script = 'trap "" TERM; sleep 601 & echo $! $$ > ${folder}/pids; wait'
found = run('sh', '-c', script)
def runs(pid):
    try:
        return open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False
print(json.dumps([found, [pid for pid in open('${folder}/pids').read().split() if runs(pid)]]))`) as unknown[]
  expect(readFileSync(join(folder, 'pids'), 'utf8')).toMatch(/^\d+ \d+$/m)
  expect(pids).toEqual([])
})

test('a killed process is waited for, though it has closed its output long before it is gone', () => {
  // To free memory takes a kernel so long that the process is seen in the midst of it.
  const large = `
import os, time
memory = bytearray(os.urandom(4096)) * 75000
open('${folder}/pid', 'w').write(str(os.getpid()))
time.sleep(601)`
  const [said, state] = python(`
open('${folder}/large.py', 'w').write(${JSON.stringify(large)})
said = run('sh', '-c', 'trap "" TERM; python3 ${folder}/large.py > /dev/null 2>&1; wait')[0]
pid = open('${folder}/pid').read()
try:
    print(json.dumps([said, open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[0]]))
except FileNotFoundError:
    print(json.dumps([said, 'Z']))`) as string[]
  expect([said, state]).toEqual(['', 'Z'])
})

test('and what it starts as it is asked to end', () => {
  const [, seconds] = python(`
script = 'trap "sleep 602 & wait" TERM; sleep 601 & wait; wait'
print(json.dumps(run('sh', '-c', script)))`) as [string, number]
  expect(seconds).toBeLessThan(60)
})

test('what has left it, and holds its output, is not waited for', () => {
  const [said, seconds] = python(`
print(json.dumps(run('sh', '-c', 'echo left; (setsid sleep 120 &)')))`) as [string, number]
  expect([said, seconds < 60]).toEqual(['left', true])
})

/** Each for ten seconds or more. */
const BUSY = {
  'reads from a socket': `
import os, socket, threading, time
ours, theirs = socket.socketpair()
def send():
    for _ in range(100):
        theirs.sendall(bytes(40000))
        time.sleep(0.1)
    theirs.close()
threading.Thread(target=send).start()
while os.read(ours.fileno(), 65536):
    pass`,
  'writes to a file': `
import time
with open('/dev/null', 'wb', buffering=0) as file:
    for _ in range(100):
        file.write(bytes(40000))
        time.sleep(0.1)`,
  'computes, in processes of its own': `
import os, time
for _ in range(25):
    pid = os.fork()
    if pid == 0:
        while time.process_time() < 0.2:
            pass
        time.sleep(0.2)
        os._exit(0)
    os.waitpid(pid, 0)`,
}

test.each(Object.entries(BUSY))('what %s goes on beyond the limit', (_, code) => {
  const [found, seconds] = python(`
progress.CPU = 0.05
print(json.dumps(run('python3', '-c', json.loads(${JSON.stringify(JSON.stringify(code))}))))`) as [
    unknown,
    number,
  ]
  expect(found).toEqual([0, '', ''])
  expect(seconds).toBeGreaterThan(8.5)
})

/** Each is a loop of programs that end at once. */
const LOOPS = {
  tries: 'dd if=/dev/zero of=/dev/null bs=100000 count=1',
  steps: 'dd if=/dev/zero of="$FILE" bs=100000 count=1',
}

test('tries in a loop get no further, though each reads anew what it needs', () => {
  const [said, seconds] = python(`
# A try that gets no processor from one look to the next is none that lasts.
progress.LOOK = 1
loop = 'echo trying; for n in $(seq 40); do ${LOOPS.tries} 2>/dev/null; sleep 1; done'
print(json.dumps(run('sh', '-c', loop)))`) as [string, number]
  expect(said).toBe('trying')
  expect(seconds).toBeLessThan(38)
})

test('steps in a loop do, as each leaves something on the disk', () => {
  // No file system in memory (FHS 3.0, /var/tmp), of which nothing comes to a disk.
  const disk = mkdtempSync('/var/tmp/padlock-progress-')
  try {
    const [found, seconds] = python(`
loop = 'for n in $(seq 12); do ${LOOPS.steps} 2>/dev/null; sleep 1; done'
print(json.dumps(run('sh', '-c', loop, env={**os.environ, 'FILE': '${disk}/file'})))`) as [
      unknown,
      number,
    ]
    expect(found).toEqual([0, '', ''])
    expect(seconds).toBeGreaterThan(8.5)
  } finally {
    rmSync(disk, { recursive: true })
  }
})

test.each([
  ['pull', 'the pull of r.example/app@sha256:b{64}', 'the registry r.example is silent', []],
  [
    'build',
    'the build of localhost/app:[0-9a-f]{12}',
    'what one of its steps waits for, or the registry of its base, is silent',
    ['wait'],
  ],
])('a %s that is silent is told by name', (what, begins, who, fix) => {
  const found = python(`
def run(*words, check=True, getting_on=False, **_):
    if words[1] == 'image':
        from subprocess import CompletedProcess
        return CompletedProcess(words, 1, '', '')
    if getting_on and words[1] == '${what}':
        return progress.run(('sh', '-c', 'echo Trying to pull; exec sleep 600'), text=True)
appuser.run, appuser.remove, appuser.home = run, lambda path: None, lambda: '${folder}'
appuser.runtime_directory = lambda: '${folder}'
image._verified = lambda source: __import__('contextlib').nullcontext()
image._unpack = lambda file, context: None
log.say = lambda text: None
sources = {
    'pull': manifest.Image('r.example/app@sha256:' + 'b' * 64),
    'build': manifest.Archive('/a', 'a' * 64, None, None),
}
try:
    image.ensure(sources['${what}'], {}, *${JSON.stringify(fix)})
except Failure as failure:
    print(json.dumps(str(failure)))`)
  expect(found).toMatch(
    new RegExp(
      `^${begins} got no further for 8 s and was ended: ${who}, or the way to it is cut\\. Fix: ${fix[0] ?? 'once it answers, pulumi up'}\\. Podman wrote:\\nTrying to pull$`,
    ),
  )
})
