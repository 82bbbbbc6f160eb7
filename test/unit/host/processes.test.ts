/** Workers and jobs: those of the release that serves, on the host that the address leads to. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-processes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs Python in the release's own package; what systemd is told is in `calls`. */
function python(code: string): unknown {
  const program = `
import contextlib, io, json, os, sys
sys.dont_write_bytecode = True
from pathlib import Path
from types import SimpleNamespace
from padlock_release import appuser, log, manifest, processes, quadlet, service, store
folder = os.path.realpath('${folder}')
appuser.home = lambda: folder
appuser.run = lambda *words, **more: os.makedirs(words[-1], exist_ok=True)
appuser.write = lambda path, text: Path(path).write_text(text)
appuser.remove = lambda path: Path(path).unlink(missing_ok=True)
os.makedirs(f'{folder}/.config/containers/systemd')
quadlet.ACTIVE = f'{folder}/active'
store.lock = contextlib.nullcontext
store.current = lambda: 'b' * 12
processes.time.sleep = lambda seconds: None
calls, running, ends = [], set(), set()
def systemctl(verb, *words):
    units = [word for word in words if word.startswith('app-')]
    if verb in ('start', 'stop', 'enable', 'disable'):
        calls.append(' '.join([verb, *units]))
    if verb == 'start' and os.path.exists(quadlet.ACTIVE):
        running.update(units)
    if verb == 'stop':
        running.difference_update(units)
    return SimpleNamespace(returncode=0, stdout='')
service.systemctl = systemctl
service.active_seconds = lambda unit: 1.0 if f'app-{unit}.service' in running - ends else None
service.restarts = lambda unit: 0
service.logs = lambda name, since: f'{name} said hunter22'
def made(digit, **processes):
    return manifest.checked({
        'id': digit * 12, 'source': {'image': 'r.example/app@sha256:' + 'b' * 64}, 'env': {'A': '1'},
        'secrets': {'KEY': 'hunter22'}, 'host': 'a.example', 'port': 8080, 'memoryMiB': 256, 'pids': 9,
        'readyPath': '/', 'readySeconds': 60, 'drainSeconds': 0, 'processes': processes})
worker = {'command': 'python worker.py', 'seconds': 9, 'memoryMiB': 64, 'cpus': 0.5}
nightly = {'command': 'tidy', 'calendars': ['*-*-* 03:30:00 UTC'], 'seconds': 60, 'memoryMiB': 96}
def switch(*words, **more):
    return processes.switch(made(*words, **more), 'localhost/app:1')
def files():
    return sorted(path.name for path in Path(folder, '.config').rglob('app-*'))
def text(name):
    return next(Path(folder, '.config').rglob(name)).read_text().split('\\n')
${code}`
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages }).toString())
}

const a = 'a'.repeat(12)
const b = 'b'.repeat(12)

test('a worker and a job: their units, and what they are given', () => {
  const [names, worker, job, timer] = python(`
switch('a', worker=worker, nightly=nightly)
print(json.dumps([files(), *map(text, files())]))`) as [string[], string[], string[], string[]]
  expect(names).toEqual([
    `app-${a}-nightly.container`,
    `app-${a}-nightly.timer`,
    `app-${a}-worker.container`,
  ])
  expect(worker).toEqual(
    expect.arrayContaining(['Type=oneshot', 'TimeoutStartSec=60', 'Exec="tidy"']),
  )
  expect(worker.join()).not.toMatch(/WantedBy|Restart=/)
  expect(job).toEqual(
    expect.arrayContaining([
      'OnCalendar=*-*-* 03:30:00 UTC',
      `ConditionPathExists=${folder}/active`,
      'Persistent=true',
      'WantedBy=timers.target',
    ]),
  )
  expect(timer).toEqual(
    expect.arrayContaining([
      'Exec="python" "worker.py"',
      'PodmanArgs=--memory=64m',
      'PodmanArgs=--cpus=0.5',
      `Secret=app-${a}-KEY,type=env,target=KEY`,
      'Environment="A=1"',
      `ConditionPathExists=${folder}/active`,
      'Restart=always',
      'WantedBy=default.target',
    ]),
  )
  expect(timer.join()).not.toMatch(/bridge|app\.sock:/)
})

test.each([
  ['a database on the host: its socket', 'database', '/run/postgresql:/run/postgresql'],
  [
    'a managed database: the folder of its certificate',
    'managed',
    '/var/lib/padlock/managed:/run/database',
  ],
])('%s is in every container, read-only, and in none without one', (_what, key, mount) => {
  const found = python(`
def mounts(release):
    texts = [
        quadlet.unit(release, 'localhost/app:1', '/d'),
        quadlet.worker(release, 'localhost/app:1', 'worker', ['a'], quadlet.Limits(64, None)),
        quadlet.once(release, 'localhost/app:1', 'release', ['a'], quadlet.Limits(64, None), 9),
    ]
    volumes = [line for text in texts for line in text.split(chr(10)) if line.startswith('Volume=')]
    lines = [line for line in volumes if 'postgresql' in line or 'managed' in line]
    return [lines, manifest.checked(manifest.as_json(release)).${key}]
plain = made('a', worker=worker)
print(json.dumps([mounts(plain._replace(${key}=True)), mounts(plain)]))`)
  const line = `Volume=${mount}:ro`
  expect(found).toEqual([
    [[line, line, line], true],
    [[], false],
  ])
})

test('a new release ends those of the old one before it starts its own; one that has none, too', () => {
  const calls = python(`
Path(quadlet.ACTIVE).touch()
switch('a', worker=worker, nightly=nightly)
calls.clear()
wrong = switch('b', worker=worker)
print(json.dumps([wrong, calls, files(), switch('c'), files(), sorted(running)]))`)
  expect(calls).toEqual([
    null,
    expect.arrayContaining([`disable app-${a}-nightly.timer`]),
    [`app-${b}-worker.container`],
    null,
    [],
    [],
  ])
  const order = (calls as string[][])[1] ?? []
  expect(order[0]).toMatch(/^stop .*app-a{12}-worker\.service/)
  expect(order).toContain(`start app-${b}-worker.service`)
})

test('the same release again starts nothing anew', () => {
  const calls = python(`
Path(quadlet.ACTIVE).touch()
switch('b', worker=worker)
before = text('app-*-worker.container')
switch('b', worker=worker)
print(json.dumps([[call for call in calls if call.startswith('stop')], sorted(running)]))`)
  expect(calls).toEqual([[], [`app-${b}-worker.service`]])
})

test('where the address leads elsewhere nothing runs, until the host is told', () => {
  const found = python(`
wrong = switch('b', worker=worker, nightly=nightly)
service.write('b' * 12 + '-release', 'left behind')
waiting = sorted(running)
codes = [processes.main(['start'])]
started = sorted(running)
calls.clear()
codes.append(processes.main(['stop']))
print(json.dumps([wrong, waiting, codes, started, sorted(running), os.path.exists(quadlet.ACTIVE)]))`)
  expect(found).toEqual([null, [], [0, 0], [`app-${b}-worker.service`], [], false])
})

test('while the image is made, a worker and a job that run go on, and what does not run is not tried', () => {
  const [meanwhile, after] = python(`
Path(quadlet.ACTIVE).touch()
switch('b', worker=worker, other=worker, nightly=nightly)
ends.add('app-' + 'b' * 12 + '-other.service')
calls.clear()
with processes.paused('b' * 12):
    meanwhile = list(calls)
print(json.dumps([meanwhile, calls[len(meanwhile):]]))`) as [string[], string[]]
  expect(meanwhile).toEqual([`stop app-${b}-nightly.timer app-${b}-other.service`])
  expect(after[0]).toBe(`enable app-${b}-nightly.timer`)
  const started = after[1]?.split(' ').sort()
  expect(started).toEqual([`app-${b}-other.service`, `app-${b}-worker.service`, 'start'])
  expect(after).toHaveLength(2)
})

test('a worker that ends at once is told, with what it wrote', () => {
  const wrong = python(`
Path(quadlet.ACTIVE).touch()
ends.add('app-' + 'b' * 12 + '-worker.service')
print(json.dumps(switch('b', worker=worker)))`)
  expect(wrong).toBe(
    `release ${b} serves, but its processes ${b}-worker do not run. The end of the log:\n${b}-worker said [KEY]`,
  )
})
