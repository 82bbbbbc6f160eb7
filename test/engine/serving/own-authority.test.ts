/** The stack's own authority: it signs the site's certificate and its clients', and nobody sees a key. */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../support/processes.ts'
import { environmentOf, type Json, root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const ZONE = 'padlock.localhost'
const SHOP = `shop.${ZONE}`
let sandbox: Sandbox
let stack: Stack
let droplet: Json
/** What each `up` printed. */
const printed: string[] = []

beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({
    tls: 'private',
    caaIssuer: undefined,
    acmeRoot: undefined,
    clientCertificates: ['alice', 'bob'],
    clientAuth: 'require',
  })
})
afterAll(() => sandbox.stop())

const up = async () => {
  const { output } = await stack.up()
  printed.push(output)
  return output
}
const site = () => JSON.parse(sandbox.hostFile(droplet.id, 'site.json'))
const listed = () => Object.keys(trusted())
/** Resources by type and name. */
async function found(type: string, name: string): Promise<Json> {
  const all = await stack.state()
  return all.find(({ urn }: Json) => urn.endsWith(`:${type}::padlock-dev-${name}`))
}

test('up makes an authority, and the probe comes in with a certificate of its own', async () => {
  expect(await up()).toContain('certificate by padlock, padlock-dev')
  ;[droplet] = await sandbox.droplets()
  expect(sandbox.ordered()).toBe(0)
  expect(listed()).toEqual(['CN=alice', 'CN=bob', 'CN=padlock-probe'])
  const authority = new X509Certificate(String((await stack.outputs()).authorityRoot))
  const server = new X509Certificate(site().certificate)
  expect(server.verify(authority.publicKey)).toBe(true)
  expect(server.checkHost(String((await stack.outputs()).host))).toBeDefined()
  // Nothing is asked of a public authority, and no record promises that one may be.
  expect(brief(await stack.preview())).toEqual([])
  expect((await sandbox.things()).filter((thing) => thing.includes('CAA'))).toEqual([])
})

test('no key in the state, in user data, in what was run or printed', async () => {
  const secrets = await stack.secrets()
  const keys = Object.values(secrets).flatMap((text) =>
    [...text.matchAll(/PRIVATE KEY-----(?:\n|\\n)([\w+/=]{64})/g)].map(([, line]) => String(line)),
  )
  expect(keys.length).toBeGreaterThan(8)
  const { stdout } = await stack.run('stack export')
  const user = readFileSync(join(sandbox.dir, 'machines', String(droplet.id), 'commands'), 'utf8')
  const { stdout: outputs } = await stack.run('stack output --json')
  for (const text of [stdout, stack.stateFile(), user, outputs, ...printed]) {
    expect(keys.filter((key) => text.includes(key))).toEqual([])
  }
})

test('one command writes a client’s certificate for a browser', async () => {
  const file = join(sandbox.dir, 'alice.p12')
  const env = { ...process.env, ...(await environmentOf(sandbox)) }
  const padlock = (...words: string[]) =>
    start('./padlock', ['client-certificate', '--stack', 'dev', ...words], { cwd: root, env }).done
  const { code, output } = await padlock('alice', '--out', file)
  if (code !== 0) throw new Error(output)
  const [, passphrase = ''] = /^passphrase: (\S{25})$/m.exec(output) ?? []
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const read = ['pkcs12', '-in', file, '-nokeys', '-passin', `pass:${passphrase}`]
  const { alice } = ((await stack.outputs()) as Json).clientCertificates
  expect(execFileSync('openssl', read, { encoding: 'utf8' })).toContain(alice.certificate)

  expect((await padlock('alice', '--out', file)).output).toContain('EEXIST')
  const unknown = await padlock('carol')
  expect(unknown.code).toBe(1)
  expect(unknown.output).toContain(
    'the stack dev has no client certificate carol. Allowed: alice, bob. Fix: add it to clientCertificates, and pulumi up',
  )
})

/** Has certificates of the state, by type and name, end in so many days. */
async function age(days: Record<string, number>): Promise<void> {
  const { stdout } = await stack.run('stack export')
  const state = JSON.parse(stdout)
  for (const [name, left] of Object.entries(days)) {
    const { outputs } = state.deployment.resources.find(({ urn }: Json) => urn.endsWith(name))
    const ends = Date.now() + left * 24 * 3600 * 1000
    const hours = Number(outputs.validityPeriodHours)
    outputs.validityEndTime = new Date(ends).toISOString()
    outputs.validityStartTime = new Date(ends - hours * 3600 * 1000).toISOString()
  }
  const file = join(sandbox.dir, 'older.json')
  writeFileSync(file, JSON.stringify(state))
  expect((await stack.run(`stack import --file ${file}`)).code).toBe(0)
}

/** PEM texts by subject. */
const trusted = () =>
  Object.fromEntries(
    (site().clients.certificates as string)
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => [new X509Certificate(pem).subject, pem]),
  )

test('an update in the last months of certificates renews them, and them alone', async () => {
  await age({
    ':LocallySignedCert::padlock-dev-server': 100,
    ':LocallySignedCert::padlock-dev-client-alice': 59,
    ':LocallySignedCert::padlock-dev-client-bob': 61,
  })
  const [before, clients] = [site(), trusted()]
  const { authorityRoot } = await stack.outputs()

  await up()
  const [after, now] = [site(), trusted()]
  expect(after.certificate).not.toBe(before.certificate)
  // The host trusts the new one in the place of the former, and who uses it can have it.
  expect(now['CN=alice']).not.toBe(clients['CN=alice'])
  expect(((await stack.outputs()) as Json).clientCertificates.alice.certificate).toBe(
    now['CN=alice'],
  )
  expect({ ...now, 'CN=alice': '' }).toEqual({ ...clients, 'CN=alice': '' })
  expect((await stack.outputs()).authorityRoot).toBe(authorityRoot)
  expect((await found('LocallySignedCert', 'server')).outputs.readyForRenewal).toBe(false)
  expect(await stack.preview()).toEqual([])
})

test('an authority that has ended is renewed with its key, and all that it signs', async () => {
  await age({ ':SelfSignedCert::padlock-dev-authority': -1 })
  const [before, clients] = [String((await stack.outputs()).authorityRoot), trusted()]
  await up()
  const root = new X509Certificate(String((await stack.outputs()).authorityRoot))
  expect(root.fingerprint256).not.toBe(new X509Certificate(before).fingerprint256)
  expect(root.publicKey.equals(new X509Certificate(before).publicKey)).toBe(true)
  expect(site().clients.root).toBe((await stack.outputs()).authorityRoot)
  for (const [subject, pem] of Object.entries(trusted())) {
    expect([subject, pem]).not.toEqual([subject, clients[subject]])
    expect(new X509Certificate(pem).verify(root.publicKey)).toBe(true)
  }
})

test('a name that is removed is not trusted any more, and nobody else notices', async () => {
  const { clientCertificates } = (await stack.outputs()) as Json
  stack.set({ clientCertificates: ['bob'] })
  await up()
  expect(listed()).toEqual(['CN=bob', 'CN=padlock-probe'])
  const now = ((await stack.outputs()) as Json).clientCertificates
  expect(Object.keys(now)).toEqual(['bob'])
  expect(now.bob).toEqual(clientCertificates.bob)
})

test('back to the public authority, with further names', async () => {
  stack.set({
    tls: undefined,
    acmeRoot: sandbox.file.ca,
    caaIssuer: 'sandbox.localhost',
    clientCertificates: [],
    clientAuth: 'off',
    aliases: { [SHOP]: 'serve', [ZONE]: 'redirect' },
  })
  const output = await up()
  expect(site().certificate).toBeUndefined()
  expect((await stack.outputs()).authorityRoot).toBeUndefined()
  const { https } = sandbox.file.ports
  const { url } = await stack.outputs()
  expect(output).toContain(`${ZONE} leads to `)
  expect(output).toContain(`leads to ${url}`)
  expect(site().aliases).toEqual([ZONE, SHOP])
  const [{ callbacks, allowed_logout_urls }] = await sandbox
    .auth0('GET', '/clients')
    .then((clients: Json[]) => clients.filter(({ name }) => name === 'padlock-dev'))
  const [main, shop] = [url, `https://${SHOP}:${https}`]
  expect(callbacks).toEqual([`${main}/callback`, `${shop}/callback`])
  expect(allowed_logout_urls).toEqual([`${main}/`, `${shop}/`])
  const { domain_records } = await sandbox.digitalocean('GET', `/domains/${ZONE}/records`)
  const found = domain_records
    .filter(({ type }: Json) => ['A', 'AAAA', 'CAA'].includes(type))
    .map(({ type, name }: Json) => `${type} ${name}`)
  expect(found.sort()).toEqual(['A @', 'A dev', 'A shop', 'CAA @', 'CAA dev', 'CAA shop'])
  expect(await stack.preview()).toEqual([])
})

test('a further name that somebody else has records at is told, with the way to take it over', async () => {
  const { domain_record } = await sandbox.digitalocean('POST', `/domains/${ZONE}/records`, {
    ...{ type: 'A', name: 'old', data: '203.0.113.7', ttl: 300 },
  })
  const old = `old.${ZONE}`
  const undo = stack.set({ aliases: { [SHOP]: 'serve', [ZONE]: 'redirect', [old]: 'redirect' } })
  const [message] = await stack.mistakes()
  undo()
  expect(message).toContain(`${old} has records that are not this stack’s: A 203.0.113.7`)
  expect(message).toContain('another name in aliases, or delete what is there')
  expect(message).toContain(
    `pulumi import digitalocean:index/dnsRecord:DnsRecord padlock-dev-${old}-a ${ZONE},${domain_record.id}`,
  )
})
