/** The host's program of releases over a folder of the test's, without systemd and Podman. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
/** Of what the host keeps; another one for each test. */
export let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-releases-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs Python in the release's own package, with what it keeps in the test's folder. */
export function python(code: string, given: unknown = null): unknown {
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

export const manifest = {
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

/** What came of it. */
export interface Told {
  code: number
  out: string
  said: string
  live: string
  /** What was done to units, directories and images. */
  calls: string[]
}

/** Lets `releases` run with these words after some Python; its exit status and what it said. */
export function releases(before: string, ...words: string[]): Told {
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

/** Of a release. */
export const id = (digit: string) => digit.repeat(12)
