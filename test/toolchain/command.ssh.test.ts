/** What the stand-in does with SSH beyond the recordings: refusals, lost hosts, ends. */

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../sandbox/ports.ts'
import { openSshPublicKey } from '../../sandbox/toolchain/standins/openssh.ts'
import { generateKey } from '../support/ssh-key.ts'
import { type SshServer, startSshServer } from '../support/ssh-server.ts'
import { type Answer, type StandIn, startStandIn } from './replay.ts'

const [ed25519, ecdsa] = [generateKey('ed25519'), generateKey('ecdsa')]
const user = generateKey()
const urn = 'urn:pulumi:dev::p::command:remote:Command::c'

let host: SshServer
let plugin: StandIn
beforeEach(async () => {
  host = await startSshServer({
    hostKeys: [ed25519.privateKey, ecdsa.privateKey],
    authorizedKeys: [user.publicKey],
  })
  plugin = await startStandIn('command')
})
afterEach(async () => {
  await plugin.stop()
  await host.close()
})

function create(
  properties: Record<string, unknown>,
  connection: Record<string, unknown> = {},
  timeout = 0,
): Promise<Answer> {
  const { port } = host
  const defaults = { host: '127.0.0.1', port, user: 'admin', privateKey: user.privateKey }
  return plugin.call('Create', {
    urn,
    timeout,
    properties: { ...properties, connection: { ...defaults, dialErrorLimit: 0, ...connection } },
  })
}

function stdout(answer: Answer): unknown {
  return (answer.response?.properties as { stdout?: string } | undefined)?.stdout ?? answer.error
}

test.each(['203.0.113.7', 'example.com', '10.0.2.2', '2001:db8::1'])(
  'refuses %s, which is not this computer, before it opens a connection',
  async (address) => {
    const { error } = await create({ create: 'true' }, { host: address })
    expect(error?.message).toContain(
      `refuses '${address.includes(':') ? `[${address}]` : address}'`,
    )
    expect(error?.message).toContain('pulumi plugin install resource command v1.2.1')
  },
)

test('takes *.localhost for this computer', async () => {
  expect(stdout(await create({ create: 'echo here' }, { host: 'dev.localhost' }))).toBe('here')
})

test('asks a server with several host keys for the pinned one alone', async () => {
  for (const { publicKey } of [ed25519, ecdsa]) {
    expect(stdout(await create({ create: 'echo in' }, { hostKey: publicKey }))).toBe('in')
  }
  host.setHostKeys([ed25519.privateKey])
  const { error } = await create({ create: 'true' }, { hostKey: ecdsa.publicKey })
  expect(error?.message).toBe(
    'after 0 failed attempts: ssh: handshake failed: ssh: no common algorithm for host key; ' +
      'we offered: [ecdsa-sha2-nistp256]',
  )
})

test.each([
  ['PKCS#8', generateKeyPairSync('ed25519').privateKey],
  ['PKCS#1', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['SEC 1', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
])('logs in with a private key in PEM (%s)', async (form, key) => {
  const type = { 'PKCS#8': 'pkcs8', 'PKCS#1': 'pkcs1', 'SEC 1': 'sec1' }[form] as 'pkcs8'
  const pem = key.export({ type, format: 'pem' }).toString()
  host.allow(publicLine(pem))
  expect(stdout(await create({ create: 'echo in' }, { privateKey: pem }))).toBe('in')
})

test('gives a whole archive on stdin, and a secret never reaches the log', async () => {
  const stdin = 'x'.repeat(3_000_000)
  const answer = await create({ create: 'wc -c', stdin, logging: 'none' })
  expect(String(stdout(answer)).trim()).toBe('3000000')
  expect(plugin.messages).toEqual([])
})

test('a connection that is lost while the command runs is an error', async () => {
  const answer = create({ create: 'echo started; sleep 20' })
  while (plugin.messages.length === 0) await sleep(20)
  host.dropConnections()
  expect((await answer).error?.message).toBe(
    'wait: remote command exited without exit status or exit signal: ' +
      'running "echo started; sleep 20":\nstarted\n',
  )
})

test("the engine's Cancel ends a running command, and the retries of a dial", async () => {
  const running = create({ create: 'echo started; sleep 20' })
  while (plugin.messages.length === 0) await sleep(20)
  const dialling = create({ create: 'true' }, { port: await freePort(), dialErrorLimit: -1 })
  while (!plugin.messages.some(({ message }) => message.startsWith('Dial 2/inf'))) await sleep(20)
  await plugin.call('Cancel', {})
  expect((await running).error?.message).toBe('context canceled')
  expect((await dialling).error?.message).toBe('context canceled')
})

test('a create timeout bounds endless retries', async () => {
  const answer = await create({ create: 'true' }, { port: await freePort(), dialErrorLimit: -1 }, 1)
  expect(answer.error?.message).toBe('context deadline exceeded')
})

test('a server that accepts and stays silent is waited for until the timeout', async () => {
  const silent = createServer(() => {})
  await listen(silent)
  const { port } = silent.address() as { port: number }
  const answer = await create({ create: 'true' }, { port, perDialTimeout: 1 }, 2)
  expect(answer.error?.message).toBe('context deadline exceeded')
  silent.close()
})

test('keeps trying until a host is up', async () => {
  const port = await freePort()
  const answer = create({ create: 'echo up' }, { port, dialErrorLimit: -1 })
  while (plugin.messages.length < 3) await sleep(20)
  const late = await startSshServer({ port, authorizedKeys: [user.publicKey] })
  expect(stdout(await answer)).toBe('up')
  await late.close()
})

test('a logged line of 64 KiB fails with what to do, where the official plugin would hang', async () => {
  const long = 'head -c 70000 /dev/zero | tr "\\0" x'
  const { error } = await create({ create: long })
  expect(error?.message).toContain('set `logging: "none"`')
  expect(String(stdout(await create({ create: long, logging: 'none' })))).toHaveLength(70_000)
})

test.each([
  ['proxy', { host: '127.0.0.1' }],
  ['agentSocketPath', '/run/agent'],
])('says that connection.%s is beyond it', async (name, value) => {
  const connection = { host: '127.0.0.1', [name]: value }
  const { response } = await plugin.call('Check', { urn, olds: {}, news: { connection } })
  expect(JSON.stringify(response?.failures)).toContain(`'${name}' is beyond this stand-in`)
})

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

/** The authorized_keys line of a private key in PEM. */
function publicLine(pem: string): string {
  const { type, bytes } = openSshPublicKey(createPublicKey(createPrivateKey(pem)))!
  return `${type} ${bytes.toString('base64')}`
}
