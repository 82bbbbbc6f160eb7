/** The host's program of releases over sets that stand for units, containers and ways, for tests of replicas. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-replicas-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * The host's own program; systemd, Podman and the app are sets: `units` that are there and `runs`, which
 * of them are up. `ways()` is where the proxy's ways lead, by number; `served` is how many of them led to
 * something that runs, at every step of systemd's.
 */
export function python(code: string): unknown {
  const program = `
import contextlib, json, os, sys
sys.dont_write_bytecode = True
from padlock_release import drain, image, kept, log, main, manifest, origin, processes, readiness
from padlock_release import releases, replicas, service, site, store, watch
from padlock_release.failure import Failure
folder = os.path.realpath('${folder}')
store.ROOT, store.RELEASES = f'{folder}/app', f'{folder}/app/releases'
store.HISTORY, store.LOCK = f'{folder}/history.json', f'{folder}/lock'
kept.DIRECTORY, log.PATH, site.CADDYFILE = f'{folder}/kept', f'{folder}/log', f'{folder}/Caddyfile'
watch.TRIED, watch.FILLED = f'{folder}/image-tried', f'{folder}/tried'
THREE = ' '.join(f'unix//srv/app/{name}/app.sock' for name in ('current', 'current-2', 'current-3'))
store.write(site.CADDYFILE, THREE, 0o644)
os.makedirs(store.RELEASES)
os.makedirs(kept.DIRECTORY)
said, calls, units, runs, served, bad = [], [], set(), set(), [], set()
log.say = said.append
for module in (main, replicas):
    module.time.sleep = lambda seconds: None

def ways():
    return {number: store.current(number) for number in [1, *store.links()] if store.current(number)}

def seen():
    served.append(sum(1 for name in ways().values() if name in runs))

def install(one, reference):
    units.add(one.name)
def start(name):
    if name not in units:
        raise Failure(f'there is no unit {name}')
    calls.append(f'start {name}')
    runs.add(name)
    seen()
def stop(name):
    if name in runs:
        calls.append(f'stop {name}')
    runs.discard(name)
    seen()
def remove(name):
    stop(name)
    units.discard(name)
def wait(one, restarts):
    if one.name in bad:
        raise Failure('not ready after 90 s')

service.ensure_manager = service.ensure_mount = lambda: None
service.install, service.start, service.stop, service.remove = install, start, stop, remove
service.start_soon = lambda names: [start(name) for name in names if name in units]
service.installed = lambda: sorted(name for name in units if '.' not in name)
service.installed_replicas = lambda: sorted(name for name in units if '.' in name)
service.restarts = lambda name: 0
service.logs = lambda name, *_: f'{name} said hunter22'
service.active_seconds = lambda name: 1000.0 if name in runs else None
processes.installed = list
store.make_directory = store.remove_directory = lambda name: None
readiness.wait = wait
readiness.ask = lambda one: None if one.name in runs else 'it is down'
drain.wait = lambda name, seconds: calls.append(f'drain {name}')
image.ensure = lambda source, registries: 'sha256:' + 'a' * 64
image.exists = lambda name: True
image.remove = lambda names: None
image.built = list
origin.facts = lambda name: None

def made(digit, replicas, **more):
    return manifest.checked({
        'id': digit * 12, 'source': {'image': 'r.example/app@sha256:' + 'b' * 64}, 'env': {},
        'secrets': {'KEY': 'hunter22'}, 'host': 'a.example', 'port': 0, 'memoryMiB': 64, 'pids': 9,
        'readyPath': '/', 'readySeconds': 60, 'drainSeconds': 0, 'replicas': replicas, **more})
def up(digit, replicas, **more):
    calls.clear()
    served.clear()
    try:
        main.bring_up(made(digit, replicas, **more))
    except Failure as failure:
        return str(failure)
def show(*found):
    print(json.dumps(found))
${code}`
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages }).toString())
}

/** Names of releases. */
export const a = 'a'.repeat(12)
export const b = 'b'.repeat(12)
