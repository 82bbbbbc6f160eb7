import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Control, openControl, type SandboxFile } from '../../../sandbox/control.ts'
import { startMark } from '../../../sandbox/processes.ts'
import { type Run, runSandbox } from './daemon-process.ts'

let dir: string
let run: Run
let sandbox: SandboxFile
let control: Control
const flags = () => ['--dir', dir, '--ports', 'auto', '--machines', 'none']

async function start(): Promise<void> {
  run = runSandbox(...flags())
  sandbox = (await run.ready) as unknown as SandboxFile
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sb-'))
  control = openControl(dir)
  await start()
})
afterAll(async () => {
  run.child.kill('SIGTERM')
  await run.ended
  await rm(dir, { recursive: true })
})

const credentials = async () => JSON.parse(await readFile(join(dir, 'credentials.json'), 'utf8'))

interface Answer {
  status: number
  json: { droplet: { id: number } }
}

async function api(path: string, body?: object): Promise<Answer> {
  const { digitalocean } = await credentials()
  const response = await fetch(sandbox.digitalocean.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${digitalocean.token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

/** Over TLS to 127.0.0.1, as the named host, trusting the sandbox's root alone. */
async function secure(url: string): Promise<{ status?: number; body: string }> {
  const { hostname, port, pathname, search } = new URL(url)
  const ca = await readFile(sandbox.ca, 'utf8')
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: hostname, port, path: pathname + search, ca }
    const headers = { host: `${hostname}:${port}` }
    request({ ...options, headers, agent: false }, async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    )
      .once('error', reject)
      .end()
  })
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

test('prints where everything is, and writes it and the credentials for their owner alone', async () => {
  const file = JSON.parse(await readFile(join(dir, 'sandbox.json'), 'utf8'))
  expect(file).toEqual(sandbox)
  expect(sandbox.pid).toBe(run.child.pid)
  for (const name of ['sandbox.json', 'credentials.json', 'control.sock']) {
    expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(join(dir, 'ca', 'root.key'))).mode & 0o777).toBe(0o600)
})

test('serves every part at the place that it names', async () => {
  expect((await api('/v2/account')).status).toBe(200)
  for (const domain of [sandbox.auth0.domain, sandbox.auth0.customDomain]) {
    const { body } = await secure(`https://${domain}/.well-known/openid-configuration`)
    expect(JSON.parse(body).issuer).toBe(`https://${domain}/`)
  }
  // Without a token, as Docker Hub answers.
  expect((await secure(`https://${sandbox.registry.host}/v2/`)).status).toBe(401)
  expect(sandbox.apt.fingerprint).toMatch(/^[0-9A-F]{40}$/)
  expect(await readFile(sandbox.apt.keyFile, 'utf8')).toContain('PGP PUBLIC KEY')
  const unknown = await fetch(`http://127.0.0.1:${sandbox.ports.http}/`)
  expect(unknown.status).toBe(502)
})

test('says in its status what runs, what exists and what was called', async () => {
  const { json } = await api('/v2/droplets', {
    ...{ name: 'web', region: 'fra1', size: 's-1vcpu-1gb', image: 'debian-13-x64' },
  })
  let status = await control.status()
  while (status.droplets[0]?.machine !== 'on') status = await control.status()
  expect(status).toMatchObject({ ready: true, problems: [], pid: sandbox.pid })
  expect(status.droplets).toEqual([
    expect.objectContaining({ id: String(json.droplet.id), name: 'web' }),
  ])
  expect(status.parts.find(({ name }) => name === 'acme')?.state).toBe('on demand')
  expect(status.calls.digitalocean['POST /v2/droplets']).toBe(1)
  expect(await control.forward(json.droplet.id, 22)).toBeUndefined()
})

test('lets traffic in at the droplet: a machine without forwards resets it', async () => {
  const address = (await control.status()).droplets[0]?.addresses[0] as string
  expect(address).toMatch(/^127\.20\./)
  const outcome = await new Promise((done) => {
    const socket = connect(sandbox.ports.http, address)
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code))
    socket.once('close', () => done('closed'))
  })
  expect(outcome).toBe('ECONNRESET')
})

test('passes faults on to the simulators', async () => {
  await control.setFaults({ digitalocean: [{ path: '/v2/account', fault: { status: 503 } }] })
  expect((await api('/v2/account')).status).toBe(503)
  await control.setFaults({})
  expect((await api('/v2/account')).status).toBe(200)
  expect((await control.status()).faultsMet).toEqual({ digitalocean: 1, auth0: 0 })
})

test('a loss of power needs machines', async () => {
  const id = Number((await control.status()).droplets[0]?.id)
  await expect(control.logWrites(id)).rejects.toThrow('there are no machines')
  await expect(control.losePower(id, 1)).rejects.toThrow('there are no machines')
})

const CALLBACK = 'https://dev.padlock.localhost:8443/callback'
/** The issuer's answer to somebody whom the site sends to log in. */
async function login(callback: string): Promise<number | undefined> {
  const { issuer } = await credentials()
  const asked = new URLSearchParams({
    ...{ client_id: issuer.clientId, response_type: 'code', scope: 'openid', state: 'x' },
    redirect_uri: callback,
  })
  return (await secure(`${sandbox.issuer.url}/auth?${asked}`)).status
}

test('the issuer’s application has the addresses that were entered, and no others', async () => {
  expect(await login(CALLBACK)).toBe(400)
  const logoutUrls = ['https://dev.padlock.localhost:8443/']
  expect(await control.enterAddresses({ callbacks: [CALLBACK], logoutUrls })).toEqual({
    callbacks: [CALLBACK],
    logoutUrls,
  })
  expect(await login(CALLBACK)).toBe(303)
  expect(await login(`${CALLBACK}/`)).toBe(400)
  const bad = control.enterAddresses({ callbacks: ['http://dev.test/callback'], logoutUrls: [] })
  await expect(bad).rejects.toThrow('http://dev.test/callback is no address to come back to')
})

test('two more starts on the same folder find the one that runs', async () => {
  const others = [runSandbox(...flags()), runSandbox(...flags())]
  for (const other of others) {
    const { code, stdout } = await other.ended
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(sandbox)
  }
})

test('after kill -9 it comes back the same, and ends the children that were left, and no other', async () => {
  await api('/v2/domains', { name: 'shop.test' })
  await secure(sandbox.acme.directory)
  const note = JSON.parse(await readFile(join(dir, 'pids', 'pebble.json'), 'utf8'))
  expect(startMark(note.pid)).toBe(note.started)
  // A process that has got the pid of one noted before a reboot, say.
  const innocent = spawn('sleep', ['60'])
  const mistaken = { name: 'mistaken', pid: innocent.pid, started: 'another boot/1' }
  await writeFile(join(dir, 'pids', 'mistaken.json'), JSON.stringify(mistaken))
  run.child.kill('SIGKILL')
  await run.ended
  expect(startMark(note.pid)).toBe(note.started)

  const before = sandbox
  const root = await readFile(sandbox.ca, 'utf8')
  await start()
  expect(startMark(note.pid)).toBeUndefined()
  expect(startMark(innocent.pid as number)).toBeDefined()
  innocent.kill()
  expect({ ...sandbox, pid: 0, startedAt: '' }).toEqual({ ...before, pid: 0, startedAt: '' })
  expect(await readFile(sandbox.ca, 'utf8')).toBe(root)
  expect((await api('/v2/domains/shop.test')).status).toBe(200)
  expect(await login(CALLBACK)).toBe(303)
  const droplets = (await control.status()).droplets
  expect(droplets).toEqual([expect.objectContaining({ name: 'web' })])
})

test('ends on SIGTERM with its children, and leaves no sign of running', async () => {
  await secure(sandbox.acme.directory)
  const { pid } = JSON.parse(await readFile(join(dir, 'pids', 'pebble.json'), 'utf8'))
  run.child.kill('SIGTERM')
  expect(await run.ended).toMatchObject({ code: 0, signal: null })
  expect(startMark(pid)).toBeUndefined()
  for (const name of ['sandbox.json', 'sandbox.pid', 'control.sock', 'pids/pebble.json']) {
    expect([name, await isThere(join(dir, name))]).toEqual([name, false])
  }
  await expect(control.status()).rejects.toMatchObject({ code: 'ENOENT' })
  await start()
  await control.stop()
  expect(await run.ended).toMatchObject({ code: 0 })
  await start()
})

test('a port in use is named, with its flag and who holds it', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as { port: number }
  const folder = join(dir, 'other')
  await mkdir(folder)
  const failed = runSandbox(
    '--dir',
    folder,
    '--ports',
    'auto',
    '--machines',
    'none',
    '--https-port',
    String(port),
  )
  const { code, stdout, stderr } = await failed.ended
  other.close()
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`error: port ${port}, for https to droplets, is in use by `)
  expect(stderr).toContain(`(process ${process.pid})`)
  expect(stderr).toContain('--https-port N')
  expect(await isThere(join(folder, 'sandbox.pid'))).toBe(false)
})

test.each([
  [['--https-port', '70000'], /--https-port is '70000'; allowed are 1 to 65535/],
  [['--ports', 'some'], /--ports is 'some'; allowed is auto/],
  [['--machines', 'vmware'], /--machines is 'vmware'; allowed are qemu, none/],
  [['--ssh-port', '8443'], /port 8443 is given twice: --ssh-port and --https-port/],
  [['--colour'], /Unknown option '--colour'[\s\S]*--https-port/],
  [['--dir', `/tmp/${'x'.repeat(120)}`], /too long a path for a unix socket/],
])('refuses %j', async (args, message) => {
  const { code, stderr } = await runSandbox(...args).ended
  expect(stderr).toMatch(message)
  expect(code).toBeGreaterThan(0)
  if (args[0] === '--dir') await rm(args[1] as string, { recursive: true })
})
