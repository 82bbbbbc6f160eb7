/** The directories of the volume in the app's containers; Podman is stood in for. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
/** Without root's rights those of a user namespace. */
const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--user', '--map-root-user']
const ID = '3f2a9c01d2e4'
const IMAGE = `r.example/app@sha256:${'b'.repeat(64)}`
const worker = { command: 'python worker.py', seconds: 60, memoryMiB: 64 }
const good = {
  ...{ id: ID, source: { image: IMAGE }, env: {}, secrets: {}, host: 'a.example', port: 0 },
  ...{ memoryMiB: 64, pids: 9, readyPath: '/', readySeconds: 5, drainSeconds: 0 },
}
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'app-volumes-'))
  mkdirSync(join(dir, 'app'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const PROLOGUE = `
import io, json, os, sys
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import appuser, image, manifest, prepared, quadlet, service, store, volumes, watch
from padlock_release.failure import Failure
given = json.load(sys.stdin)
volumes.MOUNT = given['dir']
volumes.ROOT = given['dir'] + '/app'
volumes.mounted = lambda: given.get('mounted', True)
volumes.pwd.getpwnam = lambda name: SimpleNamespace(pw_uid=0, pw_gid=0)
calls = []
def run(*words, **_):
    calls.append(' '.join(words))
    if given.get('fails') and words[1] == given['fails']:
        raise Failure('podman fails')
appuser.run = run
def attempt(do):
    try:
        do()
        return None
    except Failure as failure:
        return str(failure)
one = manifest.checked(given['manifest']) if 'manifest' in given else None
`

/** Runs Python in the release's own package and gives back what it prints as JSON. */
function python(code: string, more: object) {
  const [program = '', ...args] = [...asRoot, 'python3', '-c', `${PROLOGUE}${code}`]
  const input = JSON.stringify({ dir, ...more })
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: packages,
    input,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const PREPARE = 'print(json.dumps([attempt(lambda: volumes.prepare(one, "image")), calls]))'
const prepare = (volumes?: object, more: object = {}) =>
  python(PREPARE, { manifest: { ...good, ...(volumes && { volumes }) }, ...more })

test('without a volume nothing is made, asked, or mounted', () => {
  expect(prepare()).toEqual([null, []])
  const code =
    'print(json.dumps([volumes.lines(one), volumes.conditions(one), manifest.as_json(one)]))'
  const [lines, conditions, kept] = python(code, { manifest: good })
  expect([lines, conditions]).toEqual([[], []])
  expect(kept).not.toHaveProperty('volumes')
})

test('a directory that is new is root’s of a container, until Podman gives it to the image’s user', () => {
  const [failure, calls] = prepare({ '/data': 'data', '/srv/up': 'up' })
  expect(failure).toBeNull()
  const name = `app-${ID}-volumes`
  expect(calls).toEqual([
    `podman create --replace --name ${name} --pull=never --network=none --log-driver=none ` +
      `--volume=${dir}/app/data:/data:U --volume=${dir}/app/up:/srv/up:U image`,
    `podman init ${name}`,
    `podman rm --force --volumes --time=0 --ignore ${name}`,
  ])
  expect(statSync(join(dir, 'app/data')).mode & 0o777).toBe(0o750)
})

test('one that is there keeps its mode, its owner and what is in it', () => {
  mkdirSync(join(dir, 'app/data'))
  writeFileSync(join(dir, 'app/data/file'), 'kept')
  chmodSync(join(dir, 'app/data'), 0o711)
  expect(prepare({ '/data': 'data' })[0]).toBeNull()
  expect(statSync(join(dir, 'app/data')).mode & 0o777).toBe(0o711)
})

test('the container goes where Podman fails, too', () => {
  const [failure, calls] = prepare({ '/data': 'data' }, { fails: 'init' })
  expect(failure).toBe('podman fails')
  expect(calls.at(-1)).toMatch(/^podman rm /)
})

describe('no directory is made, or given to anybody,', () => {
  test('where a link is', () => {
    symlinkSync('/etc', join(dir, 'app/data'))
    const [failure, calls] = prepare({ '/data': 'data' })
    expect(failure).toContain(`${dir}/app/data is a symbolic link`)
    expect(calls).toEqual([])
  })

  test('where others may plant one', () => {
    chmodSync(join(dir, 'app'), 0o777)
    const [failure, calls] = prepare({ '/data': 'data' })
    expect(failure).toContain(`${dir}/app may be written to by others than root`)
    expect(calls).toEqual([])
  })

  test('on a volume that was never mounted', () => {
    rmSync(join(dir, 'app'), { recursive: true })
    expect(prepare({ '/data': 'data' })[0]).toContain('sudo /usr/lib/padlock/volume mount')
  })
})

test.each([
  [{}, true, null],
  [{}, false, 'the volume is not mounted'],
  [{ '/data': 'data' }, false, 'the volume is not mounted'],
  [undefined, false, null],
])(
  'a release with the directories %j is tried with the volume there, %p: %p',
  (volumes, mounted, words) => {
    const code = 'print(json.dumps(attempt(lambda: volumes.ensure(one))))'
    const said = python(code, { mounted, manifest: { ...good, volumes } })
    expect(said).toEqual(words && expect.stringContaining(words))
  },
)

test.each([
  ['a restore', 'BACKUP', 'backup/restore.json', ['swap'], ['prepare', 'after']],
  ['an upgrade', 'DATABASE', 'upgrade/upgrade.json', ['copy', 'swap'], ['prepare', 'after']],
])('none is tried while %s is half done', (what, program, note, holds, lets) => {
  const code = `volumes.${program} = given["dir"]\nprint(json.dumps(attempt(lambda: volumes.ensure(one))))`
  const said = (step: string, volumes?: object) => {
    mkdirSync(dirname(join(dir, note)), { recursive: true })
    writeFileSync(join(dir, note), JSON.stringify({ step }))
    return python(code, { manifest: { ...good, volumes } })
  }
  const words = RegExp(
    `${what}.* was cut off.*journalctl -u padlock-${program.toLowerCase()}-resume`,
  )
  for (const step of holds) expect(said(step, {})).toMatch(words)
  expect([...lets.map((step) => said(step, {})), said('swap')]).toEqual([null, null, null])
})

test('web process, worker, job and releaseCommand have them, and start with the volume alone', () => {
  const code = `
process = one.processes['worker']
limits = quadlet.Limits(64, None)
print(json.dumps([
    quadlet.unit(one, 'image', '/d'),
    quadlet.worker(one, 'image', 'worker', process.command, limits),
    quadlet.once(one, 'image', 'job', process.command, limits, 60),
]))`
  const units: string[] = python(code, {
    manifest: { ...good, processes: { worker }, volumes: { '/data': 'data' } },
  })
  for (const unit of units) {
    const [head = '', container = ''] = unit.split('[Container]')
    expect(head).toContain(`\nAssertPathIsMountPoint=${dir}\n`)
    expect(container.split('[Service]')[0]).toContain(`\nVolume=${dir}/app/data:/data\n`)
  }
})

test.each([
  [{ data: 'data' }, 'volumes.data must be an absolute path'],
  [{ '/data:ro': 'data' }, 'volumes./data:ro must be an absolute path'],
  [{ '/data': '../x' }, 'volumes./data must be a name'],
  [{ '/data': 1 }, 'volumes./data must be a name'],
  [['/data'], 'volumes must be an object'],
])('a manifest with %j is refused', (volumes, words) => {
  const code = 'print(json.dumps(attempt(lambda: manifest.checked(given["raw"]))))'
  expect(python(code, { raw: { ...good, volumes } })).toContain(words)
})

test('what is kept of a release names them', () => {
  const code = 'print(json.dumps(manifest.checked(manifest.as_json(one)).volumes))'
  for (const volumes of [{}, { '/data': 'data' }]) {
    expect(python(code, { manifest: { ...good, volumes } })).toEqual(volumes)
  }
})

test('an image is prepared by its source and logins alone', () => {
  const code = `
import contextlib
asked = []
store.lock = contextlib.nullcontext
service.ensure_manager = lambda: None
image.ensure = lambda source, registries: asked.append([source.reference, list(registries)]) or 'sha256:1'
prepared.step = lambda name: contextlib.nullcontext()
prepared.WAITING = given['dir'] + '/waiting'
status = prepared.main(io.StringIO(json.dumps({'source': {'image': '${IMAGE}'}, 'registries': {
    'r.example': {'username': 'u', 'password': 'p'}}})))
print(json.dumps([status, asked, prepared.waiting()]))`
  const [program = '', ...args] = [...asRoot, 'python3', '-c', `${PROLOGUE}${code}`]
  const { stdout } = spawnSync(program, args, {
    cwd: packages,
    input: JSON.stringify({ dir }),
    encoding: 'utf8',
  })
  const [printed, result] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect([printed, result]).toEqual([{ image: 'sha256:1' }, [0, [[IMAGE, ['r.example']]], IMAGE]])
})

/** What a release that is refused does: Podman's calls, beside those of units. */
const REFUSED = `
from padlock_release import kept, main
one = one._replace(id='aaaaaaaaaaaa')
old = manifest.checked({**given['manifest'], **given['old']})
kept.load = lambda release: SimpleNamespace(manifest=old) if release == old.id else None
service.stop = lambda name: calls.append(f'stop {name}')
main.log.say = lambda text: None
main._discard = lambda *_: None
others = SimpleNamespace(put_back=lambda: calls.append('put back'))
main._give_up(one, given.get('current'), others, '')
print(json.dumps(calls))`
const refused = (current?: string, old: object = {}, more: object = {}) =>
  python(REFUSED, {
    manifest: { ...good, volumes: { '/data': 'data' } },
    ...{ current, old, ...more },
  })

test('a release that is refused gives the directories back to the user of the one that serves', () => {
  const calls = refused(ID)
  expect(calls).toEqual([
    'stop aaaaaaaaaaaa',
    expect.stringMatching(
      `^podman create .*--volume=${dir}/app/data:/data:U ${IMAGE.replace('.', '\\.')}`,
    ),
    `podman init app-${ID}-volumes`,
    expect.stringMatching('^podman rm'),
    'put back',
  ])
  expect(refused(ID, {}, { fails: 'init' }).at(-1)).toBe('put back')
})

test('where none serves, or none had directories, there is nothing to give back', () => {
  expect(refused()).toEqual(['stop aaaaaaaaaaaa', 'put back'])
  expect(refused(ID, { volumes: {} })).toEqual(['stop aaaaaaaaaaaa', 'put back'])
})

test.each([
  [undefined, false, true],
  [{}, false, false],
  [{}, true, true],
  [{ '/data': 'data' }, false, false],
])(
  'of a release with the directories %j, the volume there: %p, the watch looks after the app: %p',
  (volumes, mounted, looks) => {
    const code = `
from padlock_release import kept
# The package is there, whatever the release is.
volumes.UNIT = given['dir']
looked = []
kept.load = lambda release: SimpleNamespace(manifest=one) if release == one.id else None
store.current = lambda: one.id
watch._tidy = lambda release: looked.append(release)
watch._watch = watch._complete = lambda manifest: None
print(json.dumps([watch.main(), looked]))`
    const found = python(code, { mounted, manifest: { ...good, ...(volumes && { volumes }) } })
    expect(found).toEqual([0, looks ? [ID] : []])
  },
)

test('without a release the watch has nothing to do', () => {
  const code = 'store.current = lambda: None\nprint(json.dumps(watch.main()))'
  expect(python(code, { mounted: false })).toBe(0)
})
