/** What is asked before a certificate is ordered, by a real name server and real ports. */

import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import type { Order } from '../../../components/acme/checklist.ts'
import { checklist, run } from '../../../components/acme/command.ts'
import type { Finding } from '../../../components/probe/site.ts'
import { serversOf } from '../../../components/resolution/name-servers.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

const host = '127.0.0.1'
const ADDRESS = '127.0.0.1'
let records: Record<string, string[]>
let dns: NameServer
let web: Server
let order: Order
beforeAll(async () => {
  dns = await startDns({
    host,
    port: await freePort(),
    resolve(name, type) {
      if (!name.endsWith('example.org')) return undefined
      return (records[`${type} ${name}`] ?? []).map((data) => ({ type, data, ttl: 60 }))
    },
  })
  web = createServer((socket) => socket.end())
  await new Promise<void>((done) => web.listen(0, host, done))
})
afterAll(async () => {
  await dns.close()
  web.close()
})
beforeEach(async () => {
  records = { 'A www.example.org': [ADDRESS] }
  order = {
    host: 'www.example.org',
    zone: 'example.org',
    address: ADDRESS,
    // Nothing listens at the second: a refusal is an answer.
    ports: [(web.address() as AddressInfo).port, await freePort()],
    issuer: 'letsencrypt.org',
  }
})

const outside = (reach = async () => {}) => ({
  servers: () => serversOf('example.org', `${host}:${dns.port}`),
  reach,
})
const failing = async (reach?: () => Promise<void>): Promise<Finding> =>
  checklist(order, outside(reach), 0).then(
    (lines) => {
      throw new Error(`it passes: ${lines.join()}`)
    },
    (error) => error,
  )

test('passes where the name leads there, CAA says nothing, and the ports answer', async () => {
  const said: string[] = []
  jest.spyOn(console, 'log').mockImplementation((line) => said.push(line))
  const ports = order.ports.flatMap((port) => ['--port', String(port)])
  const words = ['www.example.org', '--zone', 'example.org', '--address', ADDRESS, ...ports]
  const code = await run([...words, '--issuer', 'letsencrypt.org', '--dns', `${host}:${dns.port}`])
  jest.restoreAllMocks()
  expect({ code, said }).toEqual({
    code: 0,
    said: [
      `www.example.org leads to ${ADDRESS}\nno CAA record forbids it\nports ${order.ports.join(' and ')} answer`,
    ],
  })
})

test('a further name that fails is told, and stops neither the site nor another one', async () => {
  records['A shop.example.org'] = [ADDRESS]
  records['CAA shop.example.org'] = ['0 issue "elsewhere.example"']
  records['A cafe.example.org'] = [ADDRESS]
  const said: string[] = []
  jest.spyOn(console, 'log').mockImplementation((line) => said.push(line))
  const names = ['shop', 'cafe'].flatMap((name) => ['--alias', `${name}.example.org`])
  const words = ['www.example.org', '--zone', 'example.org', '--address', ADDRESS, ...names]
  const place = ['--issuer', 'letsencrypt.org', '--dns', `${host}:${dns.port}`]
  const code = await run([...words, ...place], 0)
  jest.restoreAllMocks()
  expect(code).toBe(0)
  expect(said).toHaveLength(3)
  expect(said[0]).toContain(`www.example.org leads to ${ADDRESS}`)
  expect(said).toContainEqual(expect.stringMatching(/^cafe\.example\.org leads to /))
  expect(said).toContainEqual(
    expect.stringMatching(
      /^no certificate could be issued for shop\.example\.org, the others go on: CAA of shop\.example\.org forbids letsencrypt\.org/,
    ),
  )
})

test.each([
  [[], 'no address'],
  [['192.0.2.7'], '192.0.2.7'],
  [[ADDRESS, '192.0.2.7'], `${ADDRESS} and 192.0.2.7`],
])('a name that leads to %j is named, with what the name server says', async (found, said) => {
  records['A www.example.org'] = found
  const { message, hints } = await failing()
  expect(message).toMatch(/^www\.example\.org must lead to 127\.0\.0\.1 alone, but \S+ says /)
  for (const one of said.split(' and ')) expect(message).toContain(one)
  expect(hints).toContain('other A or CNAME records of www.example.org in the zone')
})

test('a zone without name servers is not delegated', async () => {
  const none = { ...outside(), servers: async () => [] }
  const error = await checklist(order, none, 0).catch((error) => error)
  expect(error.message).toBe('example.org is not delegated: no name server is known for it')
})

test.each([
  ['CAA example.org', ['0 issue "sectigo.com"'], 'example.org', 'sectigo.com'],
  ['CAA example.org', ['0 issue ";"'], 'example.org', ';'],
  ['CAA www.example.org', ['0 issue "pki.goog"'], 'www.example.org', 'pki.goog'],
  [
    'CAA example.org',
    ['0 issue "letsencrypt.org; validationmethods=dns-01"'],
    'example.org',
    'letsencrypt.org; validationmethods=dns-01',
  ],
])('%s %j forbids it', async (at, found, name, values) => {
  records[at] = found
  expect((await failing()).message).toBe(
    `CAA of ${name} forbids letsencrypt.org to issue: it names ${values}`,
  )
})

test.each([
  [{ 'CAA example.org': ['0 issue "letsencrypt.org"', '0 issue "pki.goog"'] }],
  [{ 'CAA example.org': ['0 iodef "mailto:ops@example.org"'] }],
  [{ 'CAA example.org': ['0 issue "letsencrypt.org; validationmethods=http-01"'] }],
  // The nearest set counts, and it alone.
  [
    {
      'CAA example.org': ['0 issue "sectigo.com"'],
      'CAA www.example.org': ['0 issue "letsencrypt.org"'],
    },
  ],
])('%j permits it', async (caa) => {
  Object.assign(records, caa)
  expect(await checklist(order, outside(), 0)).toHaveLength(3)
})

test('an authority that nobody knows the name of is not judged by CAA', async () => {
  records['CAA example.org'] = ['0 issue "sectigo.com"']
  order.issuer = undefined
  const [, said] = await checklist(order, outside(), 0)
  expect(said).toBe('CAA is not checked: no name is known for this authority (caaIssuer)')
})

test('a port from which nothing comes back is named', async () => {
  const silent = async () => {
    throw new Error('nothing came back in 5 s')
  }
  const { message } = await failing(silent)
  expect(message).toBe(
    `port ${order.ports[0]} of ${ADDRESS} does not answer: nothing came back in 5 s`,
  )
})

test('where no authority is asked, the delegation alone is waited for', async () => {
  const said: string[] = []
  jest.spyOn(console, 'log').mockImplementation((line) => said.push(line))
  jest.spyOn(console, 'error').mockImplementation((line) => said.push(line))
  records = {}
  const words = ['www.example.org', '--zone', 'example.org', '--address', ADDRESS]
  const waits = ['--dns', `${host}:${dns.port}`, '--delegation-minutes', '0', '--delegation-only']
  expect(await run([...words, ...waits])).toBe(1)
  expect(said.join('\n')).toMatch(
    /^the site cannot be found: example\.org is not delegated to DigitalOcean after 0 min: no name server is known for it\n/,
  )
  // Nobody has its A record yet, and nobody asks for it.
  records['NS example.org'] = ['ns1.digitalocean.com.']
  said.length = 0
  expect(await run([...words, ...waits])).toBe(0)
  expect(said).toEqual([])
  jest.restoreAllMocks()
})

test('of a bare address neither a name nor CAA is asked, but its ports', async () => {
  order = { ...order, host: ADDRESS, zone: '' }
  const nobody = { servers: () => Promise.reject(new Error('asked')), reach: async () => {} }
  expect(await checklist(order, nobody, 0)).toEqual([
    `${ADDRESS} is the address itself`,
    'CAA is not asked of addresses (RFC 8738)',
    expect.stringContaining('answer'),
  ])
})
