import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')

/** Runs Python in the release's own package and gives back what it prints as JSON. */
function python(code: string, input: unknown): unknown {
  const program = `import io, json, sys\nsys.dont_write_bytecode = True\ngiven = json.load(sys.stdin)\n${code}\n`
  const printed = execFileSync('python3', ['-c', program], {
    cwd: packages,
    input: JSON.stringify(input),
  })
  return JSON.parse(printed.toString())
}

const archive = {
  archive: '/var/lib/padlock/incoming/app-1.tar.gz',
  sha256: 'a'.repeat(64),
  baseImage: null,
}
const image = `registry.example.com/team/app@sha256:${'b'.repeat(64)}`
const good = {
  id: '3f2a9c01d2e4',
  source: archive,
  env: { AUTH0_DOMAIN: 'login.example.com' },
  secrets: { APP_SECRET_KEY: 'hunter22' },
  memoryMiB: 256,
  pids: 128,
  readyPath: '/readyz',
  readySeconds: 90,
}

function problem(manifest: unknown): unknown {
  const code = `
from padlock_release.manifest import parse
from padlock_release.failure import Failure
try:
    parse(io.StringIO(given))
    print('null')
except Failure as failure:
    print(json.dumps(str(failure)))`
  return python(code, typeof manifest === 'string' ? manifest : JSON.stringify(manifest))
}

test.each<[object]>([
  [{}],
  [{ source: { image } }],
  [{ registries: { 'ghcr.io': { username: 'ada', password: 'x' } } }],
])('a good manifest with %j', (change) => {
  expect(problem({ ...good, ...change })).toBeNull()
})

test.each<[object | string, string]>([
  [
    '{',
    'the manifest is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
  ],
  ['[]', 'the manifest must be an object'],
  [{ id: '3F2A9C01D2E4' }, 'id must be 12 hexadecimal digits'],
  [{ id: '../../../../etc' }, 'id must be 12 hexadecimal digits'],
  [{ source: null }, 'source must be an object'],
  [
    { source: { ...archive, archive: '/var/lib/padlock/incoming/../../../etc/shadow' } },
    'archive must be a file in /var/lib/padlock/incoming/',
  ],
  [{ source: { ...archive, sha256: 'abc' } }, 'sha256 must be 64 hexadecimal digits'],
  [{ source: { ...archive, baseImage: 5 } }, 'baseImage must be a text'],
  [{ source: { image: 'python:3.13' } }, 'image must be host/name@sha256:digest'],
  [{ source: { image: '--help/x@sha256:' } }, 'image must be host/name@sha256:digest'],
  [{ registries: ['ghcr.io'] }, 'registries must be an object'],
  [{ registries: { 'ghcr.io': 'ada' } }, 'registries.ghcr.io must be an object'],
  [{ registries: { 'ghcr.io': { username: 'ada' } } }, 'password must be a text'],
  [{ env: { 'A-B': 'x' } }, 'env.A-B must be a variable name'],
  [{ env: { A: 1 } }, 'env.A must be a text without NUL'],
  [{ secrets: { A: '' } }, 'secrets.A must be not empty'],
  [{ secrets: { AUTH0_DOMAIN: 'x' } }, 'secrets.AUTH0_DOMAIN must be absent from env'],
  [{ memoryMiB: '256' }, 'memoryMiB must be a whole number from 16 to 1048576'],
  [{ pids: true }, 'pids must be a whole number from 8 to 1048576'],
  [{ readyPath: 'readyz' }, 'readyPath must be a path that begins with a slash'],
  [{ readyPath: '/a b' }, 'readyPath must be a path that begins with a slash'],
  [{ readySeconds: 0 }, 'readySeconds must be a whole number from 1 to 3600'],
])('a bad manifest with %j', (change, message) => {
  expect(problem(typeof change === 'string' ? change : { ...good, ...change })).toBe(message)
})

test('a message does not repeat a secret', () => {
  expect(problem({ ...good, secrets: { A: ['hunter22'] } })).not.toContain('hunter22')
  expect(problem(JSON.stringify(good).slice(0, -1))).not.toContain('hunter22')
})

const unit = (manifest: object) =>
  python(
    `
from padlock_release import quadlet
from padlock_release.manifest import parse
print(json.dumps(quadlet.unit(parse(io.StringIO(json.dumps(given))), 'localhost/app:1', '/srv/x')))`,
    manifest,
  ) as string

test('the unit: hardened, and without the value of a secret', () => {
  const lines = unit(good).split('\n')
  for (const line of [
    'Image=localhost/app:1',
    'ReadOnly=true',
    'NoNewPrivileges=true',
    'DropCapability=all',
    'PidsLimit=128',
    'PodmanArgs=--memory=256m',
    'Volume=/srv/x:/run/app',
    'Environment="APP_RELEASE=3f2a9c01d2e4"',
    'Environment="APP_SOCKET=/run/app/app.sock"',
    'Environment="AUTH0_DOMAIN=login.example.com"',
    'Secret=app-3f2a9c01d2e4-APP_SECRET_KEY,type=env,target=APP_SECRET_KEY',
    'ExecStartPre=/bin/rm -f /srv/x/app.sock',
    'Restart=always',
    'WantedBy=default.target',
  ]) {
    expect(lines).toContain(line)
  }
  expect(unit(good)).not.toContain('hunter22')
})

test('values that mean something to systemd stay values', () => {
  const nasty = unit({ ...good, env: { A: 'a $HOME %n "q" \\ \n[Service]\nUser=root' } })
  expect(nasty).toContain(String.raw`Environment="A=a $$HOME %%n \"q\" \\ \n[Service]\nUser=root"`)
  expect(nasty.split('\n')).not.toContain('User=root')
})

test('kept are the last three that served and the last that did not', () => {
  const tried = [1, 2, 3, 4, 5, 6, 7].map((n) => ({
    id: `${n}`,
    image: 'i',
    archive: null,
    served: n !== 2 && n !== 6,
  }))
  const gone = python(
    `
from padlock_release.store import Entry, expired
print(json.dumps([entry.id for entry in expired([Entry(**entry) for entry in given])]))`,
    tried,
  )
  expect(gone).toEqual(['1', '2', '3'])
})

test('a secret that an app writes to its log is taken out', () => {
  const text = python(
    `
from padlock_release.log import redact
print(json.dumps(redact('key=hunter22 ok', given)))`,
    good.secrets,
  )
  expect(text).toBe('key=[APP_SECRET_KEY] ok')
})

test.each<[string, string | null, string[]]>([
  ['a new release leaves no unit', null, ['install', 'remove', 'remove_directory']],
  ['the release that is to serve keeps its own', good.id, ['install']],
])('an image that cannot be had: %s', (_, current, calls) => {
  const found = python(
    `
from padlock_release import main
from padlock_release.failure import Failure
from padlock_release.manifest import parse
calls = []

def fail(source, registries):
    raise Failure('no such base')

main.log.write = lambda text: None
main.image.ensure = fail
main._install = lambda manifest, reference: calls.append('install')
main.service.ensure_manager = lambda: None
main.service.ensure_mount = lambda: None
main.service.installed = lambda: []
main.service.remove = lambda release: calls.append('remove')
main.store.remove_directory = lambda release: calls.append('remove_directory')
main.store.current = lambda: given['current']
main._serves = lambda manifest: False
try:
    main.bring_up(parse(io.StringIO(given['manifest'])))
except Failure as failure:
    print(json.dumps([str(failure), calls]))`,
    { manifest: JSON.stringify(good), current },
  )
  expect(found).toEqual(['no such base', calls])
})

test.each([
  ['toomanyrequests: You have reached your unauthenticated pull rate limit', true],
  ['unauthorized: authentication required', true],
  ['requested access to the resource is denied', true],
  ['no space left on device', false],
])('podman ends with %p: is a login named as the way on? %p', (words, named) => {
  const text = python(
    `
from padlock_release import image
from padlock_release.failure import Failure
image.appuser.runtime_directory = lambda: '/run/user/1'
image.appuser.remove = lambda path: None
try:
    with image._logins({}):
        raise Failure(given)
except Failure as failure:
    print(json.dumps(str(failure)))`,
    words,
  )
  const fix =
    '\nFix: give the registry a login, docker.io for Docker Hub: ' +
    `pulumi config set --path 'appRegistries["HOST"].user' NAME; ` +
    `pulumi config set --secret --path 'appRegistries["HOST"].password' TOKEN`
  expect(text).toBe(named ? words + fix : words)
})
