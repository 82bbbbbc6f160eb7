import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import acme from 'acme-client'
import { type AcmeServer, startAcme } from '../../../sandbox/acme/index.ts'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

const host = '127.0.0.1'
let dir: string
let authority: Authority
let dns: NameServer
let web: Server
let server: AcmeServer
const logged: string[] = []
const challenges = new Map<string, string>()

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'acme-'))
  authority = await openAuthority(dir)
  dns = await startDns({
    host,
    port: await freePort(),
    resolve(name, type) {
      if (!name.endsWith('shop.localhost')) return undefined
      const known = name === 'www.shop.localhost' && type === 'A'
      return known ? [{ type, data: '127.0.0.1', ttl: 60 }] : []
    },
  })
  web = createServer((request, response) => response.end(challenges.get(request.url ?? '')))
  await new Promise<void>((done) => web.listen(0, host, done))
  server = await startAcme({
    dir,
    authority,
    host,
    name: 'acme.sandbox.localhost',
    stagingName: 'acme-staging.sandbox.localhost',
    frontPort: await freePort(),
    port: await freePort(),
    managementPort: await freePort(),
    httpPort: (web.address() as { port: number }).port,
    tlsPort: await freePort(),
    dnsServer: `${host}:${dns.port}`,
    log: (line) => logged.push(line),
  })
  // What a client trusts: the sandbox's root and no other.
  acme.axios.defaults.httpsAgent = new Agent({ ca: authority.rootPem, keepAlive: false })
})

afterAll(async () => {
  await server.close()
  await dns.close()
  web.close()
  await rm(dir, { recursive: true })
})

/** Orders as any ACME client does, by http-01; the host is `localhost`, which Node resolves. */
async function order(
  name: string,
  directory = server.directory.replace('acme.sandbox.localhost', 'localhost'),
): Promise<string> {
  const client = new acme.Client({
    directoryUrl: directory,
    accountKey: await acme.crypto.createPrivateEcdsaKey(),
    // Until the authority has decided; it may be busy.
    backoffAttempts: 300,
    backoffMin: 100,
    backoffMax: 200,
  })
  const [, csr] = await acme.crypto.createCsr({ altNames: [name] })
  return client.auto({
    csr,
    termsOfServiceAgreed: true,
    skipChallengeVerification: true,
    challengePriority: ['http-01'],
    async challengeCreateFn(_authorization, challenge, key) {
      challenges.set(`/.well-known/acme-challenge/${challenge.token}`, key)
    },
    async challengeRemoveFn() {
      challenges.clear()
    },
  })
}

function chainOf(pem: string): X509Certificate[] {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return parts.map((part) => new X509Certificate(part))
}

function expectTrusted(pem: string, name: string, rootPem = authority.rootPem): void {
  const [leaf, intermediate, ...more] = chainOf(pem) as [X509Certificate, X509Certificate]
  const root = new X509Certificate(rootPem)
  expect(more).toEqual([])
  expect(leaf.checkHost(name)).toBe(name)
  expect(leaf.verify(intermediate.publicKey)).toBe(true)
  expect(leaf.checkIssued(intermediate)).toBe(true)
  expect(intermediate.verify(root.publicKey)).toBe(true)
  expect(intermediate.checkIssued(root)).toBe(true)
}

test('nothing runs before the first request', () => {
  expect(server.pid()).toBeUndefined()
  expect(server.directory).toMatch(/^https:\/\/acme\.sandbox\.localhost:\d+\/dir$/)
})

test('an ACME client gets a certificate that chains to the root of the sandbox', async () => {
  expectTrusted(await order('www.shop.localhost'), 'www.shop.localhost')
})

test('an address is certified in the profile shortlived alone, as at Let’s Encrypt', async () => {
  const directoryUrl = server.directory.replace('acme.sandbox.localhost', 'localhost')
  const accountKey = await acme.crypto.createPrivateEcdsaKey()
  const client = new acme.Client({ directoryUrl, accountKey })
  await client.createAccount({ termsOfServiceAgreed: true })
  const ordered = (type: 'dns' | 'ip', value: string, profile?: string) => {
    const order = { identifiers: [{ type, value }], ...(profile && { profile }) }
    return client.createOrder(order).then(
      ({ status }) => status,
      (error: Error) => error.message,
    )
  }
  expect(await ordered('ip', host)).toContain('"classic" does not permit ip type identifiers')
  expect(await ordered('ip', host, 'tlsserver')).toContain('"tlsserver" does not permit ip')
  expect(await ordered('ip', host, 'shortlived')).toBe('pending')
  expect(await ordered('dns', 'www.shop.localhost', 'sixdays')).toContain('is not recognized')
  expect(await ordered('dns', 'www.shop.localhost', 'shortlived')).toBe('pending')
})

test('the second directory is trusted as the first, and its certificates chain to another root', async () => {
  const { directory, rootPath } = server.staging
  expect(directory).toBe(server.directory.replace('//acme.', '//acme-staging.'))
  const own = acme.axios.defaults.httpsAgent
  acme.axios.defaults.httpsAgent = new Agent({ ca: authority.rootPem, lookup: here } as object)
  const pem = await order('www.shop.localhost', directory).finally(() => {
    acme.axios.defaults.httpsAgent = own
  })
  const root = readFileSync(rootPath, 'utf8')
  expect(root).not.toBe(authority.rootPem)
  expectTrusted(pem, 'www.shop.localhost', root)
})

/** Node does not know `.localhost`. */
function here(_host: string, options: { all?: boolean }, done: CallableFunction): void {
  if (options.all) done(null, [{ address: host, family: 4 }])
  else done(null, host, 4)
}

test('no certificate without an A record, and none for a foreign name', async () => {
  await expect(order('nobody.shop.localhost')).rejects.toThrow(/nobody\.shop\.localhost/)
  await expect(order('www.example.com')).rejects.toThrow(/www\.example\.com/)
})

test('no certificate if nobody answers at the public http port', async () => {
  const { port } = web.address() as { port: number }
  await new Promise((done) => web.close(done))
  await expect(order('www.shop.localhost')).rejects.toThrow(/refused/)
  await new Promise<void>((done) => web.listen(port, host, done))
})

test('a crash of pebble is noticed; it starts again and issues under the same root', async () => {
  const before = server.pid() as number
  expect(await readdir(join(dir, 'pids'))).toEqual(['pebble.json'])
  process.kill(before, 'SIGKILL')
  while (server.pid() === before || server.pid() === undefined) await sleep(20)
  expect(logged).toContainEqual(expect.stringContaining('pebble ended (SIGKILL)'))
  expectTrusted(await order('www.shop.localhost'), 'www.shop.localhost')
})

test('where pebble cannot start, the client hears why', async () => {
  const lame = await startAcme({
    dir: join(dir, 'lame'),
    authority,
    host,
    name: 'acme.sandbox.localhost',
    stagingName: 'acme-staging.sandbox.localhost',
    frontPort: await freePort(),
    port: dns.port,
    managementPort: await freePort(),
    httpPort: 1,
    tlsPort: 1,
    dnsServer: `${host}:${dns.port}`,
    log: () => {},
  })
  const url = lame.directory.replace('acme.sandbox.localhost', 'localhost')
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { ca: authority.rootPem, agent: false }, resolve).once('error', reject),
  )
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect((await json(answer)) as object).toMatchObject({
    detail: expect.stringMatching(/pebble ended at once: .*address already in use/),
  })
  await lame.close()
})
