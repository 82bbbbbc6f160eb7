/** An app that is taken away from its host: nothing of it runs, and nothing starts it again. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-retire-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const a = 'a'.repeat(12)
const b = 'b'.repeat(12)

/** The host's own program on a folder with two releases; what systemd and Podman are told is in `calls`. */
function python(code: string): unknown {
  const program = `
import json, os, sys
sys.dont_write_bytecode = True
from pathlib import Path
from types import SimpleNamespace
from padlock_release import appuser, log, nofollow, quadlet, retire, service, store, volumes, watch
folder = os.path.realpath('${folder}')
store.ROOT, store.RELEASES, store.LOCK = f'{folder}/app', f'{folder}/app/releases', f'{folder}/lock'
log.PATH, quadlet.ACTIVE = f'{folder}/log', f'{folder}/active'
appuser.home = lambda: folder
appuser.runtime_directory = lambda: f'{folder}/run'
appuser.remove = lambda path: Path(path).unlink(missing_ok=True)
nofollow.read = lambda path: Path(path).read_text() if os.path.exists(path) else None
service.ensure_manager = lambda: None
volumes.mounted = lambda: True
units = Path(folder, '.config/containers/systemd')
timers = Path(folder, '.config/systemd/user')
for each in (units, timers, Path(store.RELEASES)):
    each.mkdir(parents=True)
for name in ('${a}', '${b}', '${b}.2', '${b}-worker', '${b}-nightly'):
    Path(units, f'app-{name}.container').write_text('[Container]\\n')
Path(timers, 'app-${b}-nightly.timer').write_text('')
Path(quadlet.ACTIVE).write_text('')
store.swap('${b}')
store.swap('${b}.2', 2)
calls = []
def run(*words, **more):
    calls.append(' '.join(words))
    return SimpleNamespace(returncode=0, stdout='', stderr='')
appuser.run = run
${code}`
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages }).toString())
}

test('nothing of it is there afterwards, and a second time is content', () => {
  const [codes, left, current, active, watched, stopped] = python(`
codes = [retire.main(), retire.main()]
left = sorted(path.name for path in Path(folder, '.config').rglob('app-*'))
stopped = [call.split(' ', 3)[3] for call in calls if call.startswith('systemctl --user stop app-')]
del calls[:]
watched = [watch.main(), calls]
print(json.dumps([codes, left, [store.current(), store.links()], os.path.exists(quadlet.ACTIVE), watched, stopped]))`) as unknown[]
  expect(codes).toEqual([0, 0])
  expect(left).toEqual([])
  expect(current).toEqual([null, []])
  expect(active).toBe(false)
  // What brings back an app that was stopped does nothing about it.
  expect(watched).toEqual([0, []])
  for (const name of [a, b, `${b}.2`]) expect(stopped).toContainEqual(`app-${name}.service`)
  expect((stopped as string[]).join(' ')).toMatch(
    new RegExp(`app-${b}-nightly.timer.*app-${b}-worker.service`),
  )
})

test('what stays is told', () => {
  const [code, said] = python(`
service.erase = lambda name: None
said = []
log.say = said.append
print(json.dumps([retire.main(), said]))`) as [number, string[]]
  expect(code).toBe(1)
  expect(said[0]).toMatch(/^the app is still there: .*worker/)
})
