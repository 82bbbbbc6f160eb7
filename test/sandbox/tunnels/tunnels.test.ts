/** Tunnels by a real sshd and a real Caddy, both as the host's packages and the site configure them. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import bcrypt from 'bcryptjs'
import type { Tunnel } from '../../../ops/tunnel/access.ts'
import { keepOpen } from '../../../ops/tunnel/keep.ts'
import { openTunnel } from '../../../ops/tunnel/ssh.ts'
import { generateKey } from '../../support/ssh-key.ts'
import { type Proxied, startProxy } from '../proxy/real-caddy.ts'
import { smallApp } from '../proxy/small-app.ts'
import { type Sshd, startSshd } from './sshd.ts'

jest.setTimeout(240_000)

const key = generateKey()
const PASSWORD = 'correcthorsebatterystaple'
const SETTINGS = { responseSeconds: 5, maxBodyMiB: 1, drainSeconds: 30 }
let sshd: Sshd
let proxy: Proxied
let program: Server
let port: number
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  sshd = await startSshd()
  expect(sshd.authorize([key.publicKey])).toBe('changed')
  program = smallApp()
  port = await listen(program)
  const tunnels = [
    {
      name: 'demo',
      hostname: 'demo.app.example.test',
      passwordHash: bcrypt.hashSync(PASSWORD, 10).replace('$2b$', '$2a$'),
    },
    { name: 'hook', hostname: 'hook.app.example.test' },
  ]
  proxy = await startProxy(smallApp(), { ...SETTINGS, tunnels }, [], {
    within: sshd.as('caddy'),
  })
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(async () => {
  program?.close()
  await proxy?.close()
  await sshd?.close()
})

const tunnel = (name: string, more: Partial<Tunnel> = {}): Tunnel => ({
  ...{ name, ip: '127.0.0.1', port: sshd.port, hostKey: sshd.hostKey },
  ...{ privateKey: key.privateKey, url: `https://${name}.app.example.test` },
  ...more,
})

/** Connects as the verb does, until the test is over. */
async function connect(name: string, to = port): Promise<string[]> {
  const said: string[] = []
  const stop = new AbortController()
  const { signal } = stop
  const kept = keepOpen(tunnel(name), {
    ...{ stack: 'dev', port: to, open: openTunnel, say: (line: string) => said.push(line), signal },
    read: async () => tunnel(name),
    pause: (ms) => sleep(ms / 5, undefined, { signal }).catch(() => undefined),
  })
  let failure: Error | undefined
  kept.catch((error) => {
    failure = error
  })
  ends.push(() => {
    stop.abort()
    return kept.catch(() => undefined)
  })
  await until(() => said.length > 0 || failure !== undefined)
  if (failure) throw failure
  return said
}

async function until(good: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1200; turn++) {
    if (await good()) return
    await sleep(50)
  }
  throw new Error('it does not come about')
}

async function listen(server: Server, at = 0): Promise<number> {
  await new Promise<void>((done) => server.listen(at, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

const host = (name: string) => `${name}.${proxy.name}`
const to = (name: string, headers: Record<string, string> = {}) => ({
  servername: host(name).split(':')[0],
  headers: { host: host(name), ...headers },
})
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`demo:${password}`).toString('base64')}`,
})
const answer = async (name: string, headers?: Record<string, string>, path = '/') => {
  const { status, text } = await proxy.ask(path, to(name, headers))
  return { status, text }
}

test('a name says so while nobody is connected, one with a password to those who have it', async () => {
  const nobody = (name: string) => ({
    status: 503,
    text: `Nobody is connected to ${name}.app.example.test right now.`,
  })
  expect(await answer('hook')).toEqual(nobody('hook'))
  expect((await answer('demo')).status).toBe(401)
  expect(await answer('demo', basic(PASSWORD))).toEqual(nobody('demo'))
})

test('two at once, one behind its password, which stays at the proxy', async () => {
  const other = smallApp()
  const [guarded, open] = await Promise.all([connect('demo', await listen(other)), connect('hook')])
  expect([guarded, open]).toEqual([['connected; Ctrl-C ends it'], ['connected; Ctrl-C ends it']])
  expect((await answer('demo')).status).toBe(401)
  expect((await answer('demo', basic('wrong'))).status).toBe(401)
  const { status, text } = await answer('demo', basic(PASSWORD))
  expect([status, JSON.parse(text).host]).toEqual([200, host('demo')])
  expect(JSON.parse(text)).toMatchObject({ 'x-forwarded-proto': 'https' })
  expect(text).not.toMatch(/authorization/i)
  const bearer = await answer('hook', { authorization: 'Bearer x', 'x-client-subject': 'CN=eve' })
  expect(JSON.parse(bearer.text)).toMatchObject({ host: host('hook'), authorization: 'Bearer x' })
  expect(bearer.text).not.toContain('CN=eve')
  other.close()
})

test('a WebSocket, events as they come, and a large body', async () => {
  await connect('hook')
  const socket = await new Promise<string>((done, fail) => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const request = proxy.request('/', to('hook', { ...upgrade, 'sec-websocket-key': 'eA==' }))
    request.on('upgrade', (response, raw, head) => {
      const got = (chunk: Buffer) => {
        raw.destroy()
        done(`${response.statusCode} ${chunk.subarray(2)}`)
      }
      if (head.length > 0) got(head)
      else raw.once('data', got)
    })
    request.on('error', fail)
    request.end()
  })
  expect(socket).toBe('101 hello')

  // The program says nothing more before the visitor has the first one.
  const arrived = await new Promise<string[]>((done, fail) => {
    const events: string[] = []
    const request = proxy.request('/echo', { ...to('hook'), method: 'POST' })
    request.on('response', (response) => {
      response.on('data', (chunk) => {
        events.push(String(chunk))
        if (events.length < 3) request.write(`event ${events.length + 1}`)
        else request.end()
      })
      response.on('end', () => done(events))
    })
    request.on('error', fail)
    request.write('event 1')
  })
  expect(arrived).toEqual(['event 1', 'event 2', 'event 3'])

  const body = { chunks: [Buffer.alloc(900_000, 'x')], pause: 0 }
  expect((await proxy.ask('/upload', { ...to('hook'), method: 'POST' }, body)).text).toBe('900000')
  expect((await proxy.ask('/download?bytes=3000000', to('hook'))).text).toHaveLength(3_000_000)
})

test('a program that does not run is told on both sides', async () => {
  const said = await connect('hook', 1)
  expect(await answer('hook')).toEqual({
    status: 502,
    text: 'The program behind this tunnel does not answer: it does not run, or broke off.',
  })
  await until(() => said.includes('somebody came, and nothing listens on localhost:1'))
})

test.each([
  ['the host noticed, and its socket is a stale one', false],
  ['the host did not notice, and still listens', true],
])('it comes back after the network was away: %s', async (_, silent) => {
  const said = await connect('hook')
  expect((await answer('hook')).status).toBe(200)
  sshd.goAway(silent)
  await until(() => said.some((line) => line.startsWith('the connection is away')))
  if (!silent) await until(async () => (await answer('hook')).status === 503)
  await sleep(500)
  sshd.comeBack()
  await until(() => said.includes('connected again'))
  expect((await answer('hook')).status).toBe(200)
})

test('whoever connects last has the name', async () => {
  const other = smallApp()
  await connect('hook', 1)
  await connect('hook', await listen(other))
  expect((await answer('hook')).status).toBe(200)
  other.close()
})

/**
 * A program's end; the network of these tests lives in this process, so nothing may block it.
 * @param signal ends one that does not end by itself
 */
function ended(
  words: string[],
  signal?: AbortSignal,
): Promise<{ code: number; out: string; err: string }> {
  const [command = '', ...rest] = words
  return new Promise((done) => {
    const child = spawn(command, rest)
    signal?.addEventListener('abort', () => child.kill())
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('close', (code) => done({ code: code ?? -1, out, err }))
  })
}

describe('a key that opens tunnels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-tunnel-key-'))
  const file = join(folder, 'key')
  const socket = join(folder, 'in.sock')
  writeFileSync(file, key.privateKey, { mode: 0o600 })
  afterAll(() => rmSync(folder, { recursive: true }))

  const ssh = (words: string[]) => [
    ...['ssh', '-i', file, '-p', `${sshd.port}`, '-o', 'ExitOnForwardFailure=yes'],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...words,
  ]
  const forwarding = (from: string) => ['-N', '-R', `${from}:localhost:1`, 'tunnel@127.0.0.1']
  const FAILED = 'remote port forwarding failed'

  test.each([
    ['a command', ['tunnel@127.0.0.1', 'id'], 'open failed'],
    ['a terminal', ['-tt', 'tunnel@127.0.0.1'], 'open failed'],
    ['files', ['-s', 'tunnel@127.0.0.1', 'sftp'], 'open failed'],
    ['a socket beside the folder', forwarding('/x.sock'), FAILED],
    ['a socket above it', forwarding('/sockets/../../x.sock'), FAILED],
    ['another service’s place', forwarding('/run/caddy/x.sock'), FAILED],
    ['a port', forwarding('8099'), FAILED],
    ['any port', forwarding('0'), FAILED],
    ['the port that its list names', forwarding('1'), FAILED],
    ['a port of the host', ['-W', '127.0.0.1:22', 'tunnel@127.0.0.1'], 'prohibited'],
    ['another user', ['-N', 'admin@127.0.0.1'], 'Permission denied (publickey)'],
  ])('gets no further than its folder: %s', async (_, words, told) => {
    expect((await ended(ssh(words))).err).toContain(told)
  })

  test('reads no socket', async () => {
    await connect('hook')
    const before = sshd.log().length
    const words = ['-N', '-L', `${socket}:/sockets/hook.sock`, 'tunnel@127.0.0.1']
    const stop = new AbortController()
    const open = ended(ssh(words), stop.signal)
    await until(() => existsSync(socket))
    const asked = await ended(['curl', '-sS', '--unix-socket', socket, 'http://hook/'])
    expect(asked.code).not.toBe(0)
    await until(() => sshd.log().length > before)
    stop.abort()
    await open
    expect(sshd.log().slice(before)).toContain('refused streamlocal port forward')
  })

  test('nobody but Caddy reaches what it has bound', async () => {
    await connect('hook')
    const at = '/run/padlock-tunnels/sockets/hook.sock'
    const curl = ['curl', '-sS', '--unix-socket', at, 'http://hook/']
    expect(JSON.parse((await ended([...sshd.as('caddy'), ...curl])).out)).toMatchObject({
      host: 'hook',
    })
    expect((await ended([...sshd.as('other'), ...curl])).err).toContain('Failed to connect')
    const stat = await ended([...sshd.as('root'), 'stat', '-c', '%a %U %G', at])
    expect(stat.out).toBe('660 tunnel caddy\n')
  })
})

describe('what ends the first connection is told', () => {
  const first = (more: Partial<Tunnel>) =>
    keepOpen(tunnel('hook', more), {
      ...{ stack: 'dev', port, open: openTunnel, say: () => undefined, pause: () => sleep(1) },
      ...{ read: async () => tunnel('hook'), signal: new AbortController().signal },
    })

  test.each<[string, () => Partial<Tunnel>, RegExp]>([
    [
      'a closed door',
      () => ({ port: 1 }),
      /^127\.0\.0\.1:1 takes no connection from here; sshFrom must name .* Fix: \.\/padlock access open --stack dev:\n.*refused/,
    ],
    [
      'another host',
      () => ({ hostKey: generateKey().publicKey }),
      /^the host at 127\.0\.0\.1 is not the one that the stack knows\. Fix: pulumi up/,
    ],
    [
      'a key that is gone',
      () => generateKey(),
      /^the host takes the stack's key for tunnels no more\. Fix: pulumi up/,
    ],
    [
      'no place',
      () => ({ name: '../x' }),
      /^the host has no place for the tunnel \.\.\/x\. Fix: pulumi up/,
    ],
  ])('%s', async (_, more, message) => {
    await expect(first(more())).rejects.toThrow(message)
  })
})

test('a key that is taken away opens nothing from then on, and what it had opened ends', async () => {
  const said = await connect('hook')
  expect(sshd.authorize([key.publicKey])).toBe('unchanged')
  expect((await answer('hook')).status).toBe(200)
  expect(sshd.authorize([generateKey().publicKey])).toBe('changed')
  await until(() => said.some((line) => line.includes('Permission denied')))
  expect((await answer('hook')).status).toBe(503)
  sshd.authorize([key.publicKey])
  await until(() => said.includes('connected again'))
})
