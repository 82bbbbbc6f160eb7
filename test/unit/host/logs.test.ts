/** The host's one stream of logs: readable lines, no secrets, and nothing that a terminal obeys. */
import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
const ID = 'a'.repeat(12)
let folder: string

/** `logs` with a journal, files and records of the test's own. */
const program = () => `
import os, pwd, sys, types
sys.dont_write_bytecode = True
from padlock_release import kept, logs
folder = '${folder}'
os.environ['PATH'] = folder + ':' + os.environ['PATH']
pwd.getpwnam = lambda name: types.SimpleNamespace(pw_uid=999)
kept.DIRECTORY = f'{folder}/kept'
logs.FILES = {f'{folder}/{name}.log': source for name, source in
              (('provision', 'boot'), ('install', 'packages'), ('release', 'release'))}
logs.POLL_SECONDS = 0.05
sys.exit(logs.main(sys.argv[1:]))`

function told(...words: string[]): string[] {
  const printed = execFileSync('python3', ['-c', program(), ...words], { cwd: packages })
  return printed.toString().split('\n').slice(0, -1)
}

const seconds = (text: string) => Date.parse(`2026-11-28T${text}Z`) * 1000
const entry = (time: string, fields: object) =>
  JSON.stringify({ __REALTIME_TIMESTAMP: `${seconds(time)}`, __CURSOR: time, ...fields })

/** The stand-in of journalctl prints these, and with --follow one that comes later. */
function journal(lines: string[], later: string[] = []): void {
  for (const [name, entries] of Object.entries({ journal: lines, later })) {
    writeFileSync(join(folder, name), entries.map((line) => `${line}\n`).join(''))
  }
  const script = `#!/bin/sh
echo "$@" >>"${folder}/asked"
case "$*" in *--follow*) cat "${folder}/later"; exec sleep 60 ;; esac
cat "${folder}/journal"
`
  writeFileSync(join(folder, 'journalctl'), script)
  chmodSync(join(folder, 'journalctl'), 0o755)
}

const access = {
  level: 'info',
  ts: 1,
  logger: 'http.log.access.log0',
  msg: 'handled request',
  request: {
    client_ip: '203.0.113.5',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'app.example.com',
    uri: '/callback?code=abcdefgh&state=x',
    headers: { Cookie: ['session=secret'] },
  },
  duration: 0.0123,
  size: 512,
  status: 302,
  user_agent: 'curl/8\u001b]0;evil\u0007',
}
const proxy = (fields: object) => ({
  _SYSTEMD_UNIT: 'caddy.service',
  MESSAGE: JSON.stringify(fields),
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-logs-'))
  mkdirSync(join(folder, 'kept'))
  const manifest = {
    id: ID,
    source: { image: `r.example/app@sha256:${ID.repeat(6).slice(0, 64)}` },
    env: {},
    secrets: { KEY: 'hunter22', PEM: 'short\nMIIEvQIBADANBgkqhkiG9w\n', PIN: '123' },
    host: 'app.example.com',
    port: 0,
    memoryMiB: 256,
    pids: 128,
    readyPath: '/',
    readySeconds: 9,
    drainSeconds: 3,
  }
  writeFileSync(
    join(folder, 'kept', `${ID}.json`),
    JSON.stringify({ when: '', commit: '', by: '', rolledBack: null, manifest }),
  )
  writeFileSync(
    join(folder, 'provision.log'),
    '\n=== 2026-11-28T08:00:00Z 20-packages\nGet:1 caddy\n',
  )
  writeFileSync(
    join(folder, 'release.log'),
    '2026-11-28T09:00:02Z pulling r.example/app\npodman says hunter22\nhalf a li',
  )
  journal([
    entry('09:00:01', { CONTAINER_NAME: `app-${ID}`, MESSAGE: '\u001b[32mlistening\u001b[0m\ton' }),
    entry('09:00:03', proxy(access)),
    entry('09:00:04', { _SYSTEMD_USER_UNIT: `app-${ID}.service`, MESSAGE: [72, 105, 255] }),
  ])
})
afterEach(() => rmSync(folder, { recursive: true }))

test('all of it in the order of time, each with its source', () => {
  expect(told()).toEqual([
    '2026-11-28T08:00:00Z boot             20-packages',
    '2026-11-28T08:00:00Z boot             Get:1 caddy',
    `2026-11-28T09:00:01Z app ${ID} listening    on`,
    '2026-11-28T09:00:02Z release          pulling r.example/app',
    '2026-11-28T09:00:02Z release          podman says [KEY]',
    '2026-11-28T09:00:03Z proxy            GET /callback HTTP/2.0 302 12 ms 512 B 203.0.113.5 curl/8\\x1b]0;evil\\x07',
    `2026-11-28T09:00:04Z app ${ID} Hi\ufffd`,
  ])
})

test('what a job writes is asked for too, which has another number in its container', () => {
  told()
  const asked = readFileSync(join(folder, 'asked'), 'utf8')
  expect(asked).toContain('_UID=999 + _SYSTEMD_OWNER_UID=999 + ')
})

test('which replica it was', () => {
  const container = { CONTAINER_NAME: `app-${ID}.2`, MESSAGE: 'my key is hunter22' }
  const unknown = { CONTAINER_NAME: `app-${'9'.repeat(12)}.2`, MESSAGE: 'hunter23' }
  journal([entry('09:00:05', container), entry('09:00:06', unknown)])
  expect(told('--lines', '2')).toEqual([
    `2026-11-28T09:00:05Z app ${ID}.2 my key is [KEY]`,
    `2026-11-28T09:00:06Z app ${'9'.repeat(12)}.2 (lines may hold secrets that are not known here: sudo journalctl CONTAINER_NAME=app-${'9'.repeat(12)}.2)`,
  ])
})

test('who was let in by a login in front of the app, and who was not', () => {
  const MESSAGE = '203.0.113.5 - ada@example.com [AuthFailure] Invalid authentication via OAuth2'
  journal([entry('09:00:05', { _SYSTEMD_UNIT: 'padlock-edge.service', MESSAGE })])
  expect(told('--lines', '1')).toEqual([`2026-11-28T09:00:05Z login            ${MESSAGE}`])
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain(
    '_SYSTEMD_UNIT=padlock-edge.service',
  )
})

test('the last lines alone, as many as are wanted', () => {
  expect(told('--lines', '2').map((line) => line.slice(11, 19))).toEqual(['09:00:03', '09:00:04'])
  expect(told('--lines', '0')).toEqual([])
})

test.each([
  ['the value of a secret', 'key hunter22.', 'key [KEY].'],
  ['a line of one with several', 'x MIIEvQIBADANBgkqhkiG9w', 'x [PEM]'],
  ['not a short word', 'short 123', 'short 123'],
  [
    'a code of a login',
    'GET /callback?a=1&code=Ab_1&state=z HTTP',
    'GET /callback?a=1&code=[hidden]&state=[hidden] HTTP',
  ],
  ['a token', 'Authorization: Bearer ey.J-h', 'Authorization: Bearer [hidden]'],
])('hides %s', (_, text, shown) => {
  journal([entry('09:00:05', { CONTAINER_NAME: `app-${ID}`, MESSAGE: text })])
  expect(told('--lines', '1')).toEqual([`2026-11-28T09:00:05Z app ${ID} ${shown}`])
})

test.each([
  [
    {
      level: 'error',
      ts: 1,
      logger: 'http.log.error',
      msg: 'dial unix: refused',
      request: access.request,
      status: 502,
    },
    'ERROR http.log.error: dial unix: refused status=502 (GET /callback HTTP/2.0)',
  ],
  [{ level: 'info', logger: 'tls', msg: 'storage cleaned', ts: 1 }, 'tls: storage cleaned'],
  [{ level: 'warn', msg: 'odd', names: ['a'] }, 'WARN odd names=["a"]'],
])("the proxy's %j in words", (fields, shown) => {
  journal([entry('09:00:05', proxy(fields))])
  expect(told('--lines', '1')).toEqual([`2026-11-28T09:00:05Z proxy            ${shown}`])
})

test('follows journal and files until nobody listens', async () => {
  journal([], [entry('09:00:09', { CONTAINER_NAME: `app-${ID}`, MESSAGE: 'later' })])
  const child = spawn('python3', ['-u', '-c', program(), '--follow', '--lines', '1'], {
    cwd: packages,
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const until = async (text: string) => {
    const deadline = Date.now() + 60_000
    while (!said.includes(text)) {
      if (Date.now() > deadline) throw new Error(`never said: ${text}; but: ${said}`)
      await new Promise((done) => setTimeout(done, 20))
    }
  }
  await until('later')
  appendFileSync(join(folder, 'release.log'), 'ne\nready: done\n')
  await until('half a line')
  await until('ready: done')
  const ended = new Promise((done) => child.on('close', done))
  child.stdin.end()
  expect(await ended).toBe(0)
})

test('a release whose secrets are not known, as it has not served, is pointed to alone', () => {
  const tried = 'b'.repeat(12)
  writeFileSync(
    join(folder, 'kept', `${tried}.json`),
    JSON.stringify({ when: '', commit: '', by: '', rolledBack: null, manifest: null }),
  )
  const says = (id: string, time: string) =>
    entry(time, { CONTAINER_NAME: `app-${id}`, MESSAGE: 'cannot connect with NEWPASS' })
  journal([
    says(tried, '09:00:05'),
    says(tried, '09:00:06'),
    says('c'.repeat(12), '09:00:07'),
    entry('09:00:07', { _SYSTEMD_USER_UNIT: `app-${tried}-release.service`, MESSAGE: 'NEWPASS' }),
    says(ID, '09:00:08'),
  ])
  const lines = told().filter((line) => line.includes(' app '))
  expect(lines).toEqual([
    `2026-11-28T09:00:05Z app ${tried} (lines may hold secrets that are not known here: sudo journalctl CONTAINER_NAME=app-${tried})`,
    expect.stringMatching(/^2026-11-28T09:00:07Z app c{12} \(lines may hold secrets/),
    expect.stringMatching(
      /^\S+ app b{12}-release \(lines .* _SYSTEMD_USER_UNIT=app-b{12}-release\.service\)$/,
    ),
    `2026-11-28T09:00:08Z app ${ID} cannot connect with NEWPASS`,
  ])
})
