/** The host's program for the login in front of the app; systemd, Podman and the service are scripts here. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const host = join(__dirname, '../../../host')
const programs = ['padlock-app', 'padlock-edge'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
let dir: string
let root: string

/** `podman` gives the image's program; `systemctl` and `journalctl` say what the test wrote. */
const scripts = {
  podman: `#!/bin/sh
echo "podman $*" >> "$DIR/calls"
[ ! -e "$DIR/no-image" ] || { cat "$DIR/no-image" >&2; exit 125; }
case $1 in
  create) echo 4711 ;;
  cp) [ "$2" = 4711:/bin/oauth2-proxy ] && echo program > "$3" ;;
esac
`,
  systemctl: `#!/bin/sh
echo "systemctl $*" >> "$DIR/calls"
case "$*" in
  *ActiveState*) echo active ;;
  *NRestarts*) cat "$DIR/restarts" 2>/dev/null || echo 0 ;;
esac
`,
  journalctl: '#!/bin/sh\necho "issuer cannot be reached"\n',
}

/** It is ready unless \`unready\` names a text in its configuration. */
const PYTHON = `import io, os, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[2:]
import padlock_edge
from padlock_release import log
root = sys.argv[1]
padlock_edge.ROOT = f'{root}/edge'
padlock_edge.SECONDS = 1
log.PATH = f'{root}/log'
padlock_edge.os.chown = lambda *_: None
def answers(_):
    unready = f'{root}/unready'
    if not os.path.exists(unready):
        return os.path.exists(f'{root}/edge/current')
    text = open(f'{root}/edge/current/oauth2-proxy.cfg').read()
    return open(unready).read() not in text
padlock_edge._answers = answers
class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/a/.well-known/openid-configuration' else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
provider = HTTPServer(('127.0.0.1', 0), Provider)
threading.Thread(target=provider.serve_forever, daemon=True).start()
given = sys.stdin.read().replace('PROVIDER', f'http://127.0.0.1:{provider.server_port}')
sys.exit(padlock_edge.main(io.StringIO(given)))
`

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-edge-'))
  root = join(dir, 'edge')
  mkdirSync(root)
  mkdirSync(join(dir, 'bin'))
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(dir, 'bin', name), text)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
})
afterEach(() => rmSync(dir, { recursive: true }))

const IMAGE = `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'a'.repeat(64)}`
const order = {
  image: IMAGE,
  configuration: 'client_id = "one"\n',
  emails: '"ada@example.com"\n',
  clientSecret: 'hunter2-client',
  cookieSecret: 'hunter2-cookie',
}

function give(more: object) {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', PYTHON, dir, ...programs], {
    input: JSON.stringify({ ...order, ...more }),
    encoding: 'utf8',
    env: { ...process.env, DIR: dir, PATH: `${dir}/bin:${process.env.PATH}` },
  })
  return { status, said: stdout + stderr }
}
const calls = () => {
  const path = join(dir, 'calls')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  rmSync(path, { force: true })
  return text.split('\n').filter((line) => /^podman|restart|stop/.test(line))
}
const file = (name: string) => readFileSync(join(root, 'current', name), 'utf8')

test('the program comes out of its image, and nobody else reads what it is given', () => {
  expect(give({})).toMatchObject({ status: 0, said: expect.stringContaining('changed') })
  expect(calls()).toEqual([
    `podman pull --quiet ${IMAGE}`,
    `podman create ${IMAGE}`,
    expect.stringMatching(/^podman cp 4711:\/bin\/oauth2-proxy /),
    'podman rm 4711',
    `podman rmi ${IMAGE}`,
    'systemctl restart padlock-edge.service',
  ])
  expect(file('oauth2-proxy')).toBe('program\n')
  expect(statSync(join(root, 'current/oauth2-proxy')).mode & 0o777).toBe(0o755)
  for (const name of ['oauth2-proxy.cfg', 'emails', 'client-secret', 'cookie-secret'])
    expect([name, statSync(join(root, 'current', name)).mode & 0o777]).toEqual([name, 0o600])
  expect([file('client-secret'), file('cookie-secret')]).toEqual([
    'hunter2-client',
    'hunter2-cookie',
  ])
})

test('the same order changes nothing; another list alone pulls nothing, and leaves one order', () => {
  give({})
  calls()
  expect(give({})).toMatchObject({ status: 0, said: 'as it was\n' })
  expect(calls()).toEqual([])
  expect(give({ emails: '' }).status).toBe(0)
  expect(calls()).toEqual(['systemctl restart padlock-edge.service'])
  expect(file('emails')).toBe('')
  const kept = readdirSync(root).sort()
  expect(kept).toEqual(
    ['current', 'lock', `program-${'a'.repeat(64)}`, readlinkSync(join(root, 'current'))].sort(),
  )
})

test('one that does not come up is taken back, says why, and shows no secret', () => {
  give({})
  const before = readlinkSync(join(root, 'current'))
  calls()
  writeFileSync(join(dir, 'unready'), 'two')
  const { status, said } = give({ configuration: 'client_id = "two"\n' })
  expect(status).toBe(1)
  expect(said).toContain('does not come up; it says:\nissuer cannot be reached')
  expect(said).not.toContain('hunter2')
  expect(readlinkSync(join(root, 'current'))).toBe(before)
  expect(calls()).toEqual(Array(2).fill('systemctl restart padlock-edge.service'))
})

test('the first one that does not come up leaves none', () => {
  writeFileSync(join(dir, 'unready'), 'one')
  expect(give({}).status).toBe(1)
  expect(existsSync(join(root, 'current'))).toBe(false)
  expect(calls().at(-1)).toBe('systemctl stop padlock-edge.service')
})

test('while its provider is away nothing is started anew, as nothing would come up', () => {
  const of = (issuer: string, id: string) => ({
    configuration: `oidc_issuer_url = "${issuer}"\nclient_id = "${id}"\n`,
  })
  expect(give(of('PROVIDER/a/', 'one')).status).toBe(0)
  const before = readlinkSync(join(root, 'current'))
  calls()
  for (const [issuer, why] of [
    ['http://127.0.0.1:1', /Connection refused/],
    ['PROVIDER/b', /404/],
  ] as const) {
    const { status, said } = give(of(issuer, 'two'))
    expect(status).toBe(1)
    expect(said).toMatch(
      /openid-configuration does not answer this host .*; the login goes on as it was/,
    )
    expect(said).toMatch(why)
    expect(said).not.toContain('hunter2')
  }
  expect(calls()).toEqual([])
  expect(readlinkSync(join(root, 'current'))).toBe(before)
  expect(give(of('PROVIDER/a', 'two')).status).toBe(0)
  expect(calls()).toEqual(['systemctl restart padlock-edge.service'])
})

test.each([
  ['is not there', 'manifest unknown', ''],
  ['finds no room', 'no space left on device', '\nThe disk of the host is full. Fix: make room'],
])('an image that %s changes nothing', (_, words, more) => {
  give({})
  const before = readlinkSync(join(root, 'current'))
  writeFileSync(join(dir, 'no-image'), words)
  const { status, said } = give({ image: IMAGE.replace(/a+$/, 'b'.repeat(64)) })
  expect(status).toBe(1)
  expect(said).toContain(`podman pull failed with exit 125:\n${words}${more}`)
  expect(readlinkSync(join(root, 'current'))).toBe(before)
})

test.each([
  [{ image: 'oauth2-proxy:latest' }, 'image must be host/name@sha256:digest'],
  [{ image: `--x/y@sha256:${'a'.repeat(64)}` }, 'image must be host/name@sha256:digest'],
  [{ clientSecret: '' }, 'clientSecret must be a text'],
  [{ configuration: 7 }, 'configuration must be a text'],
])('%j is refused', (wrong, message) => {
  expect(give(wrong)).toEqual({ status: 1, said: `${message}\n` })
  expect(calls()).toEqual([])
})

test('its units are units, as systemd reads them', () => {
  const units = ['padlock-edge.socket', 'padlock-edge.service'].map((name) =>
    join(host, 'padlock-edge/files/usr/lib/systemd/system', name),
  )
  const shown = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', ...units],
    {
      encoding: 'utf8',
    },
  )
  const problems = shown.stderr
    .split('\n')
    .filter((line) => line.includes('padlock-edge') && !/is not executable/.test(line))
  expect(problems).toEqual([])
})
