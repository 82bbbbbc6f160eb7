import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
  host: 'app.example.com:8443',
  port: 0,
  memoryMiB: 256,
  pids: 128,
  readyPath: '/readyz',
  readySeconds: 90,
  drainSeconds: 30,
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
  [{ command: `sh -c 'a b "c"'`, cpus: 0.5, releaseCommand: { command: 'a', seconds: 900 } }],
  [{ seedCommand: { command: 'a', seconds: 900 } }],
  [{ hangSeconds: 0 }],
  [{ database: true }],
  [{ managed: true }],
  [{ processes: { worker: { command: 'a', seconds: 9, memoryMiB: 64, cpus: 2 } } }],
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
  [{ host: 'a.example\r\nX: y' }, 'host must be a host name, or host:port'],
  [{ port: 65536 }, 'port must be a whole number from 0 to 65535'],
  [{ drainSeconds: -1 }, 'drainSeconds must be a whole number from 0 to 3600'],
  [{ readySeconds: 0 }, 'readySeconds must be a whole number from 1 to 3600'],
  [{ by: 'Ada\u001b[2J' }, 'by must be one line'],
  [{ commit: '' }, 'commit must be one line'],
  [{ command: 'a "b' }, 'command must be a command whose quotes are closed'],
  [{ command: 'a\nb' }, 'command must be a command in one line'],
  [{ command: "'' a" }, 'command must be a command whose quotes are closed'],
  [{ hangSeconds: -1 }, 'hangSeconds must be a whole number from 0 to 3600'],
  [{ cpus: 0 }, 'cpus must be a number from 0.05 to 512'],
  [
    { releaseCommand: { command: 'a', seconds: 0 } },
    'seconds must be a whole number from 1 to 3600',
  ],
  [{ seedCommand: 'a' }, 'seedCommand must be an object'],
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
    'PodmanArgs=--umask=0000',
    'PodmanArgs=--pidfile=%t/app-3f2a9c01d2e4.pid',
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

test('the unit of an app that listens on TCP: told by PORT, and with a bridge that ends after it', () => {
  const text = unit({ ...good, port: 80 })
  const lines = text.split('\n')
  for (const line of [
    'Environment="PORT=80"',
    'Sysctl=net.ipv4.ip_unprivileged_port_start=0',
    'ExecStartPost=/usr/bin/systemctl --user --no-block start padlock-bridge@3f2a9c01d2e4-80.service',
    'ExecStopPost=-/usr/bin/systemctl --user --no-block stop padlock-bridge@3f2a9c01d2e4-80.service',
  ]) {
    expect(lines).toContain(line)
  }
  expect(text).not.toMatch(/APP_SOCKET|\/run\/app|umask/)
})

test('the unit with a start command and a limit of processors', () => {
  const lines = unit({ ...good, command: `sh -c 'exec "$0" %h' a\\ b`, cpus: 1.5 }).split('\n')
  expect(lines).toContain(String.raw`Exec="sh" "-c" "exec \"$$0\" %%h" "a b"`)
  expect(lines).toContain('PodmanArgs=--cpus=1.5')
  expect(unit(good)).not.toMatch(/^Exec=|cpus/m)
})

const LISTENING = {
  '0.0.0.0': ['0100007F:0CEA 0A', '00000000:1F90 0A'],
  '127.0.0.1': ['0100007F:1F90 0A'],
  '10.0.2.100': ['6402000A:1F90 0A'],
  '::': ['00000000000000000000000000000000:1F90 0A'],
  '::1': ['00000000000000000000000001000000:1F90 0A'],
  'another port': ['00000000:1F91 0A'],
  'a connection': ['0100007F:1F90 01'],
  nobody: [],
}
test.each<[keyof typeof LISTENING, boolean, string | null]>([
  ['0.0.0.0', false, '127.0.0.1:8080'],
  ['127.0.0.1', false, '127.0.0.1:8080'],
  ['10.0.2.100', false, '10.0.2.100:8080'],
  ['::', true, '127.0.0.1:8080'],
  ['::', false, '::1:8080'],
  ['::1', true, '::1:8080'],
  ['another port', true, null],
  ['a connection', true, null],
  ['nobody', true, null],
])('the bridge finds an app that listens at %s, IPv4 too: %p: %s', (at, takes, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-bridge-'))
  const rows = LISTENING[at].map((row) => {
    const [local, state] = row.split(' ')
    return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000 0 1 1`
  })
  const table = at.includes('::') ? 'tcp6' : 'tcp'
  writeFileSync(join(folder, table), ['  sl  local_address', ...rows, ''].join('\n'))
  const found = python(
    `
from padlock_release import bridge
bridge._takes = lambda host, port: given['takes']
print(json.dumps(bridge.listening(8080, given['folder'])))`,
    { folder, takes },
  )
  rmSync(folder, { recursive: true })
  expect(found).toBe(expected)
})

test.each([
  ['::', false],
  ['::', true],
  ['::1', true],
  ['127.0.0.1', false],
])("systemd's proxy reaches an app that listens at %s, IPv6 alone: %p", (host, alone) => {
  const found = python(
    `
import os, signal, socket, tempfile
from padlock_release import bridge
folder = (held := tempfile.TemporaryDirectory()).name
path = folder + '/app.sock'
app = socket.socket(socket.AF_INET6 if ':' in given['host'] else socket.AF_INET)
if ':' in given['host']:
    app.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(given['alone']))
app.bind((given['host'], 0))
app.listen()
process = os.fork()
if process == 0:
    bridge.serve(path, bridge._address(app.getsockname()[1]), bridge.PROXYD)
try:
    app.settimeout(60)
    visitor = socket.socket(socket.AF_UNIX)
    for _ in range(1200):
        try:
            visitor.connect(path)
            break
        except OSError:
            bridge.time.sleep(0.05)
    visitor.sendall(b'hello')
    said = b''
    while not said:
        taken, _ = app.accept()
        said = taken.recv(5)
    print(json.dumps(said.decode()))
finally:
    os.kill(process, signal.SIGKILL)
    os.unlink(path)
os.rmdir(folder)`,
    { host, alone },
  )
  expect(found).toBe('hello')
})

test('connections that are open to a release, and nothing else', () => {
  const table = `u_str ESTAB 0      0       /run/app/app.sock 22 * 23 <-> ino:501 dev:0/65024
u_str ESTAB 0      0       /run/app/app.sock 24 * 25 <-> ino:502 dev:0/65024
u_str ESTAB 0      0       /srv/app/releases/3f2a9c01d2e4/app.sock 26 * 27 <-> ino:501 dev:0/65024
u_str ESTAB 0      0       /run/other.sock 28 * 29 <-> ino:501 dev:0/25
u_str ESTAB 0      0       * 30 * 31 <->
`
  const found = python(
    `
from padlock_release import drain
print(json.dumps(drain.count(given, 501)))`,
    table,
  )
  expect(found).toBe(2)
})

test('a connection that is taken in another network namespace counts, and ends', () => {
  const found = python(
    `
import os, socket, tempfile
from padlock_release import drain
folder = (held := tempfile.TemporaryDirectory()).name
path = folder + '/app.sock'
drain.store.socket_path = lambda release: path
listening, going = os.pipe()
if os.fork() == 0:
    if os.geteuid() == 0:
        import ctypes
        # CLONE_NEWNET; without the right to it both ends stay in one namespace.
        ctypes.CDLL(None).unshare(0x40000000)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    os.write(going, b'x')
    taken, _ = listener.accept()
    os.write(going, b'x')
    taken.recv(1)
    os._exit(0)
os.read(listening, 1)
client = socket.socket(socket.AF_UNIX)
before = drain.connections('r')
client.connect(path)
os.read(listening, 1)
during = drain.connections('r')
client.close()
os.wait()
print(json.dumps([before, during, drain.connections('r')]))
os.unlink(path)
os.rmdir(folder)`,
    null,
  )
  expect(found).toEqual([0, 1, 0])
})

test.each([
  ['while a request goes on', 2, [2, 1, 0], ['release r has 2 connections open']],
  ['no longer than it may', 0, [1, 1, 1], ['ends with 1 connections open']],
])('the old release lives %s', (_, seconds, counts, said) => {
  const found = python(
    `
from padlock_release import drain
lines = []
counts = given['counts']
drain.say = lines.append
drain.connections = lambda release: counts.pop(0)
drain.time.sleep = lambda seconds: None
drain.wait('r', given['seconds'])
print(json.dumps(lines))`,
    { seconds, counts },
  ) as string[]
  expect(found).toHaveLength(said.length)
  for (const [index, text] of said.entries()) expect(found[index]).toContain(text)
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
  ['the release that is to serve keeps its own', good.id, ['install', 'start_soon']],
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
main.service.installed = main.service.installed_replicas = lambda: []
main.processes.installed = lambda: []
main.service.remove = lambda release: calls.append('remove')
main.service.start_soon = lambda names: calls.append('start_soon')
main.store.ensure_room = lambda: None
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
    `pulumi config set --secret --path 'appRegistries["HOST"].password'`
  expect(text).toBe(named ? words + fix : words)
})
