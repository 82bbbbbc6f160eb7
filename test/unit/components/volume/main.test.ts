/** The local command of a volume over a real ssh server, whose `sudo` is a script. */
import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { generateKey } from '../../../support/ssh-key.ts'
import { type SshServer, startSshServer } from '../../../support/ssh-server.ts'

const root = join(__dirname, '../../../..')
const [admin, host, other] = [generateKey(), generateKey(), generateKey()]
let server: SshServer
beforeAll(async () => {
  server = await startSshServer({
    hostKeys: [host.privateKey],
    authorizedKeys: [admin.publicKey],
    users: ['admin'],
  })
})
afterAll(() => server.close())

function says(script: string): void {
  const sudo = join(server.home, 'bin', 'sudo')
  writeFileSync(sudo, `#!/bin/sh\n${script}\n`)
  chmodSync(sudo, 0o755)
}

async function ran(
  words: string[],
  change: { port?: number; hostKey?: string; key?: string } = {},
) {
  const { port = server.port, hostKey = host.publicKey, key = admin.privateKey } = change
  const env = { ...process.env, PADLOCK_GONE_SECONDS: '1', SSH_AUTH_SOCK: '' }
  const child = spawn('node', ['components/volume/main.ts', ...words], { cwd: root, env })
  const address = { host: '127.0.0.1', port, hostKey }
  child.stdin.end(JSON.stringify({ address, privateKeys: [key], dropletId: '4711' }))
  const [stderr, code] = await Promise.all([
    text(child.stderr),
    new Promise((done) => child.once('exit', done)),
  ])
  return { code, stderr }
}

const commands = () => server.commands.map(({ command }) => command)

test.each([['mount', '20-GiB'], ['unmount']])('%s is a program of the host', async (...words) => {
  says('exit 0')
  expect(await ran(words)).toEqual({ code: 0, stderr: '' })
  expect(commands().at(-1)).toBe(`sudo /usr/lib/padlock/volume ${words[0]}`)
})

test.each(['mount', 'unmount'])('a living host that refuses to %s is an error', async (verb) => {
  says('echo /srv/volume is still in use >&2; exit 1')
  const { code, stderr } = await ran([verb])
  expect([code, stderr]).toEqual([1, '127.0.0.1: /srv/volume is still in use\n'])
})

test('a host that is gone lets go by that', async () => {
  const gone = await startSshServer()
  await gone.close()
  const { code, stderr } = await ran(['unmount'], { port: gone.port })
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^127\.0\.0\.1 is gone \(.+\): /)])
  const mounting = await ran(['unmount'], { hostKey: other.publicKey })
  expect([mounting.code, mounting.stderr]).toEqual([0, expect.stringContaining(' is gone (')])
})

test('a living host that lets nobody in does not', async () => {
  const before = commands().length
  const { code, stderr } = await ran(['unmount'], { key: other.privateKey })
  expect(code).toBe(1)
  expect(stderr).toContain('lives and lets none of the stack’s keys in'.replace('’', "'"))
  expect(stderr).toContain('doctl compute droplet-action power-off 4711 --wait')
  expect(commands()).toHaveLength(before)
})

test('a new host that is not there is an error', async () => {
  const gone = await startSshServer()
  await gone.close()
  const env = { PADLOCK_VOLUME_SECONDS: '1' }
  Object.assign(process.env, env)
  const { code, stderr } = await ran(['mount', '20-GiB'], { port: gone.port })
  expect([code, stderr]).toEqual([1, expect.stringMatching(/ECONNREFUSED|refused/)])
})
