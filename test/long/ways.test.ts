/**
 * Ways of serving on a machine, the smallest that there is: each is turned on in place, on the same
 * droplet, and asked through Caddy as it runs there, with its systemd unit, its user and its groups.
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { Agent, type AgentOptions, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { hostOf } from '../bench/serving/host.ts'
import { idle, memoryTable } from '../bench/serving/memory.ts'
import { start } from '../engine/support/processes.ts'
import { environmentOf, root, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'
import { ask as askPage, Visitor } from './visitor.ts'

const HOST = 'dev.padlock.localhost'

jest.setTimeout(25 * 60_000)

let sandbox: Sandbox
let stack: Stack
let droplet: number

beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  stack = await openStack(sandbox, 'ways')
  stack.set({ size: 's-1vcpu-512mb-10gb' })
})
afterAll(() => sandbox?.stop())

interface Pair {
  certificate: string
  key: string
}

/** The status that the site answers with, or the error's code. */
function ask(path: string, options: AgentOptions, agent: Agent | false = false): Promise<string> {
  const { https } = sandbox.file.ports
  const target = { host: '127.0.0.1', port: https, servername: HOST, path, agent, ...options }
  return new Promise((done) => {
    const asked = request({ ...target, headers: { host: `${HOST}:${https}` } }, (response) =>
      text(response).then(
        () => done(String(response.statusCode)),
        (error) => done(error.code),
      ),
    )
    asked.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message)).end()
  })
}

/** An `up` that keeps the droplet; prints how long it took. */
async function up(what: string): Promise<string> {
  const { output, seconds } = await stack.up()
  console.log(`${what}: ${Math.round(seconds)} s`)
  const [{ id }] = await sandbox.droplets()
  if (droplet) expect(id).toBe(droplet)
  droplet = id
  return output
}

async function padlock(verb: string, ...words: string[]) {
  const env = { ...process.env, ...(await environmentOf(sandbox)) }
  return start('./padlock', [verb, '--stack', 'ways', ...words], { cwd: root, env }).done
}

const clients = async () =>
  ((await stack.outputs()) as unknown as { clientCertificates: Record<string, Pair> })
    .clientCertificates

test('an authority of the stack’s own signs the site', async () => {
  stack.set({ tls: 'private', caaIssuer: undefined, acmeRoot: undefined })
  expect(await up('tls: private')).toContain('certificate by padlock')
  const { authorityRoot } = await stack.outputs()
  expect(await ask('/readyz', { ca: authorityRoot })).toBe('200')
  expect(await ask('/readyz', { ca: readFileSync(sandbox.file.ca) })).toMatch(/UNABLE_TO_|CERT/)
})

test('all of it fits into 512 MB, its image built there, and holds little of them', async () => {
  const { sshCommand } = await stack.outputs()
  const env = { ...process.env, ...(await environmentOf(sandbox)) }
  const host = await hostOf(sshCommand!, env)
  const report = JSON.parse((await host.program(['memory.py', '10', '3'])).at(-1)!)
  const found = idle(report)
  console.log(memoryTable(found))
  expect(report.kernel.MemTotal).toBeLessThan(512 * 1024)
  expect(report.events.oom_kill).toBe(0)
  expect(found.app).toBeGreaterThan(20)
  // 120 MB in MiB.
  expect(found.rest).toBeLessThanOrEqual(114)
})

test('who has a certificate comes in, who has none does not; a removed name is out at once', async () => {
  stack.set({ clientCertificates: ['alice', 'bob'], clientAuth: 'require' })
  await up('clientAuth: require')
  const { authorityRoot: ca } = await stack.outputs()
  const { alice, bob } = await clients()
  const as = ({ certificate: cert, key }: Pair) => ({ ca, cert, key })
  expect(await ask('/readyz', as(alice!))).toBe('200')
  expect(await ask('/readyz', { ca })).toMatch(/CERTIFICATE_REQUIRED/)

  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  expect(await ask('/readyz', as(alice!), kept)).toBe('200')
  stack.set({ clientCertificates: ['bob'] })
  await up('a name removed')
  expect(await ask('/readyz', as(alice!), kept)).not.toBe('200')
  expect(await ask('/readyz', as(alice!))).not.toBe('200')
  expect(await ask('/readyz', as(bob!))).toBe('200')
  kept.destroy()
  const { output } = await padlock('status')
  for (const what of ['server dev.padlock.localhost', 'client bob', 'authority padlock-ways']) {
    expect(output).toMatch(new RegExp(`^ {2}${what} +ends \\d{4}-.*days left.*pulumi up`, 'm'))
  }
})

const python = (program: string) => `python -c "${program}"`

test('a worker and a job run beside the app, and the log has what they write', async () => {
  stack.set({
    clientAuth: 'request',
    appEnv: { GREETING: 'second' },
    processes: {
      worker: {
        command: python("import time; print('a worker begins', flush=True); time.sleep(86400)"),
        memoryMiB: 64,
      },
      nightly: { command: python("print('a job is done')"), schedule: '* * * * *', memoryMiB: 64 },
    },
    tunnels: ['demo'],
  })
  await up('a worker, a job and a tunnel')
  const deadline = Date.now() + 10 * 60_000
  for (;;) {
    const { output } = await padlock('logs', '--lines', '200')
    const lines = ['-worker a worker begins$', '-nightly a job is done$']
    if (lines.every((line) => new RegExp(`^\\S+ app [0-9a-f]{12}${line}`, 'm').test(output))) return
    if (Date.now() > deadline) throw new Error(output)
    await sleep(5000)
  }
})

test('a tunnel leads to a program on this computer, for who has its password', async () => {
  const program = http.createServer((_, response) => response.end('from here'))
  await new Promise<void>((done) => program.listen(0, '127.0.0.1', done))
  const { port } = program.address() as AddressInfo
  const ca = String((await stack.outputs()).authorityRoot)
  const url = `https://demo.${HOST}:${sandbox.file.ports.https}/`
  const env = { ...process.env, ...(await environmentOf(sandbox)) }
  const words = ['tunnel', '--stack', 'ways', 'demo', `${port}`]
  const tunnel = start('./padlock', words, { cwd: root, env })
  let said = ''
  const connected = new Promise<void>((done, fail) => {
    tunnel.process.stdout?.on('data', (chunk) => {
      said += chunk
      if (/^connected/m.test(said)) done()
    })
    tunnel.done.then(({ output }) => fail(new Error(output)), fail)
  })
  await connected
  const password = / password (\S+)$/m.exec(said)?.[1]
  const authorization = `Basic ${Buffer.from(`demo:${password}`).toString('base64')}`
  const asked = await askPage(new URL(url), ca, { headers: { authorization } })
  expect(asked).toMatchObject({ status: 200, text: 'from here' })
  expect((await askPage(new URL(url), ca)).status).toBe(401)
  tunnel.process.kill('SIGINT')
  expect((await tunnel.done).code).toBe(0)
  program.close()
  expect((await askPage(new URL(url), ca, { headers: { authorization } })).status).toBe(503)
})

test('a release goes back without losing a request, and the log tells all of it', async () => {
  const { release, authorityRoot: ca } = await stack.outputs()
  const listed = await padlock('releases')
  expect(listed.code).toBe(0)
  expect(listed.output).toContain(`${release}`)

  const statuses: string[] = []
  let going = true
  const load = (async () => {
    while (going) {
      statuses.push(await ask('/readyz', { ca }))
      await sleep(50)
    }
  })()
  const back = await padlock('rollback')
  going = false
  await load
  console.log(`${back.output.trim()}; ${statuses.length} requests`)
  expect(back.output).toMatch(/^release [0-9a-f]{12} of commit \S+ serves, after [\d.]+ s$/m)
  expect(back.output).not.toMatch(new RegExp(`^release ${release}`))
  expect(statuses.filter((status) => status !== '200')).toEqual([])
  expect(statuses.length).toBeGreaterThan(10)

  const { code, output: log } = await padlock('logs', '--lines', '200')
  expect(code).toBe(0)
  for (const who of ['app', 'proxy', 'release'])
    expect(log).toMatch(new RegExp(`^\\S+ ${who}\\b`, 'm'))
  for (const secret of Object.values(await stack.secrets())) expect(log).not.toContain(secret)
  // The next update brings back what the program says.
  expect((await stack.preview()).map(({ name }) => name)).toContain('padlock-ways')
})

test('plain http for a few networks', async () => {
  stack.set({
    ...{ tls: 'off', login: 'none', public: true, allowedEmails: [], appEnv: undefined },
    ...{ appSource: 'test/fixtures/tcp-app', appPort: 5000 },
    ...{
      clientCertificates: undefined,
      clientAuth: undefined,
      processes: undefined,
      tunnels: undefined,
      siteFrom: ['127.0.0.0/8', '10.0.0.0/8'],
    },
  })
  await up('tls: off')
  const { http: port } = sandbox.file.ports
  const answer = await new Promise((done, fail) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/readyz',
      headers: { host: `${HOST}:${port}` },
    }
    http.get(options, ({ statusCode }) => done(statusCode)).on('error', fail)
  })
  expect(answer).toBe(200)
})

test('a login in front of an app that has none', async () => {
  const root = readFileSync(sandbox.file.ca, 'utf8')
  const registry = new URL(`https://${sandbox.file.registry.host}`)
  const repository = 'oauth2-proxy'
  const token = new URL(`/token?scope=repository:${repository}:pull`, registry)
  const { token: bearer } = (await askPage(token, root)).json() as { token: string }
  const manifest = new URL(`/v2/${repository}/manifests/v7.15.6`, registry)
  const found = await askPage(manifest, root, { headers: { authorization: `Bearer ${bearer}` } })
  const digest = String(found.headers['docker-content-digest'])
  const person = { email: 'grace@example.com', password: 'Correct-horse-9', email_verified: true }
  await sandbox.auth0('POST', '/users', {
    ...person,
    connection: 'Username-Password-Authentication',
  })
  stack.set({
    ...{ tls: undefined, acmeRoot: sandbox.file.ca, siteFrom: undefined, public: undefined },
    ...{ login: 'edge', edgeImage: `${registry.host}/${repository}@${digest}` },
    ...{ allowedEmails: [person.email], publicPaths: ['/readyz'] },
  })
  expect(await up('login: edge')).toContain('nobody comes in without it')
  const { release } = await stack.outputs()
  const url = `https://${HOST}:${sandbox.file.ports.https}`
  const visitor = new Visitor(root)
  const program = { accept: 'application/json' }
  expect((await visitor.visit(`${url}/`, { headers: program })).status).toBe(401)
  expect(await visitor.visit(`${url}/readyz`)).toMatchObject({ status: 200, text: release })
  const { reply } = await visitor.logIn(`${url}/`, person.email, person.password)
  expect(reply).toMatchObject({ status: 200, text: release })
  const shown = await padlock(
    'ssh',
    'sudo ss -xlp | grep padlock-edge; ls -l /run/padlock-edge.sock',
  )
  console.log(shown.output)
  expect(shown.output).toMatch(/^srw------- \d+ caddy /m)
  // A list that changes is one small file and a restart, and no release.
  stack.set({ allowedEmails: ['ada@example.com'] })
  await up('another list')
  const refused = await new Visitor(root).logIn(`${url}/`, person.email, person.password)
  expect(refused.reply.status).toBe(403)
})
