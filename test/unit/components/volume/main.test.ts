/** The local command of a volume over a real ssh server, whose `sudo` is a script. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { generateKey } from '../../../support/ssh-key.ts'
import { type SshServer, startSshServer } from '../../../support/ssh-server.ts'

const root = join(__dirname, '../../../..')
const [admin, host, other] = [generateKey(), generateKey(), generateKey()]
let server: SshServer
/** The status of the droplet 4711 in its account; undefined where there is none. */
let droplet: string | undefined
const api = createServer(({ url, headers }, response) => {
  const known = url === '/v2/droplets/4711' && headers.authorization === 'Bearer token'
  response.statusCode = known ? (droplet ? 200 : 404) : 401
  response.end(JSON.stringify({ droplet: { status: droplet } }))
})
beforeAll(async () => {
  await once(api.listen(0, '127.0.0.1'), 'listening')
  server = await startSshServer({
    hostKeys: [host.privateKey],
    authorizedKeys: [admin.publicKey],
    users: ['admin'],
  })
})
afterAll(async () => {
  await server.close()
  api.close()
})

/** @param test what it says to `test`: by default every program is there */
function says(script: string, test = 'exit 1'): void {
  const sudo = join(server.home, 'bin', 'sudo')
  writeFileSync(sudo, `#!/bin/sh\n[ "$1" != test ] || ${test}\n${script}\n`)
  chmodSync(sudo, 0o755)
}

async function ran(
  words: string[],
  change: { port?: number; hostKey?: string; key?: string; agent?: string; token?: string } = {},
) {
  const { port = server.port, hostKey = host.publicKey, key = admin.privateKey } = change
  const { agent = '', token = 'token' } = change
  const endpoint = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const env = {
    ...process.env,
    ...{ PADLOCK_GONE_SECONDS: '1', SSH_AUTH_SOCK: agent },
    ...{ DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_ACCESS_TOKEN: '' },
  }
  const child = spawn('node', ['components/volume/main.ts', ...words], { cwd: root, env })
  const address = { host: '127.0.0.1', port, hostKey }
  child.stdin.end(
    JSON.stringify({
      address,
      privateKeys: key ? [key] : [],
      dropletId: '4711',
      account: { endpoint },
    }),
  )
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
  expect(commands().at(-1)).toContain(`sudo /usr/lib/padlock/volume ${words[0]}`)
})

test('a host that has let go says what to do if the account does not', async () => {
  says('echo or have it back here: sudo /usr/lib/padlock/volume mount >&2')
  const said = '127.0.0.1: or have it back here: sudo /usr/lib/padlock/volume mount\n'
  expect(await ran(['unmount'])).toEqual({ code: 0, stderr: said })
})

test.each(['mount', 'unmount'])('a living host that refuses to %s is an error', async (verb) => {
  says('echo /srv/volume is still in use >&2; exit 1')
  const { code, stderr } = await ran([verb])
  expect([code, stderr]).toEqual([1, '127.0.0.1: /srv/volume is still in use\n'])
})

/** Nobody listens there. */
async function closedPort(): Promise<number> {
  const gone = await startSshServer()
  await gone.close()
  return gone.port
}

test.each([undefined, 'off'])('a host whose droplet is %p lets go by that', async (status) => {
  droplet = status
  const { code, stderr } = await ran(['unmount'], { port: await closedPort() })
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^127\.0\.0\.1 is gone \(.+\): /)])
  // Its address may be another's by now.
  const taken = await ran(['unmount'], { hostKey: other.publicKey })
  expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining(' is gone (')])
})

test.each([
  ['its port is closed', async () => ({ port: await closedPort() })],
  ['another host key is there', async () => ({ hostKey: other.publicKey })],
  ['there is no key', async () => ({ key: '' })],
  ['its agent is not there', async () => ({ key: '', agent: '/nowhere' })],
])('a droplet that is on may write, though %s', async (_, change) => {
  droplet = 'active'
  const before = commands().length
  const { code, stderr } = await ran(['unmount'], await change())
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^127\.0\.0\.1 cannot be reached \(.+\), and its droplet is on, so it may still write to its volume\. Fix: .+ power-off 4711 --wait, then again\n$/,
    ),
  ])
  expect(commands()).toHaveLength(before)
})

test.each([
  ['', 'DIGITALOCEAN_TOKEN is not set'],
  ['another', 'GET /v2/droplets/4711: 401'],
])('so may one of which the account says nothing (token: %j)', async (token, words) => {
  droplet = undefined
  const { code, stderr } = await ran(['unmount'], { port: await closedPort(), token })
  expect(code).toBe(1)
  expect(stderr).toContain(`its account does not say whether it lives: ${words}`)
})

test.each(['', '/nowhere'])(
  'a living host that lets nobody in does not (agent: %j)',
  async (agent) => {
    const before = commands().length
    const { code, stderr } = await ran(['unmount'], { key: other.privateKey, agent })
    expect(code).toBe(1)
    expect(stderr).toContain("lives and lets none of the stack's keys in")
    expect(stderr).toContain('doctl compute droplet-action power-off 4711 --wait')
    expect(commands()).toHaveLength(before)
  },
)

test('a new host that is not there is an error', async () => {
  const gone = await startSshServer()
  await gone.close()
  const env = { PADLOCK_VOLUME_SECONDS: '1' }
  Object.assign(process.env, env)
  const { code, stderr } = await ran(['mount', '20-GiB'], { port: gone.port })
  expect([code, stderr]).toEqual([1, expect.stringMatching(/ECONNREFUSED|refused/)])
})

describe('a host whose program has gone with its package', () => {
  const program = (name: string, script: string) => {
    const path = join(server.home, 'bin', name)
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  beforeEach(() => {
    program('mountpoint', 'exit "$(cat "$HOME/mountpoint")"')
    rmSync(join(server.home, 'ended'), { force: true })
    says('[ ! -e "$HOME/ended" ] && touch "$HOME/ended"', '{ [ -e "$HOME/ended" ]; exit; }')
  })
  const mountpoint = (code: number) => writeFileSync(join(server.home, 'mountpoint'), `${code}`)

  test('has let go of its volume, and may be asked again', async () => {
    mountpoint(32)
    expect(await ran(['unmount'])).toEqual({ code: 0, stderr: '' })
    expect(await ran(['unmount'])).toEqual({ code: 0, stderr: '' })
  })

  test('has not where it is still mounted', async () => {
    mountpoint(0)
    await ran(['unmount'])
    const { code, stderr } = await ran(['unmount'])
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^127\.0\.0\.1: \/srv\/volume is mounted, and padlock-volume, .+ Fix: /,
      ),
    ])
  })
})
