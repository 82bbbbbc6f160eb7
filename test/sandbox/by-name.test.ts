/** Where a name leads, asked of name servers on this computer. */
import { leadsTo, type Name } from '../../components/probe/by-name.ts'
import type { Finding } from '../../components/probe/site.ts'
import { type NameServer, startDns } from '../../sandbox/dns/index.ts'
import { freePort } from '../../sandbox/ports.ts'

const host = '127.0.0.1'
const ADDRESS = '203.0.113.1'
const OLD = '192.0.2.7'
interface Held {
  type: string
  data: string
  ttl: number
}
/** What both servers answer for www.example.org. */
let held: Held[]
let own: NameServer
let resolver: NameServer
beforeAll(async () => {
  const resolve = (name: string, type: string) => {
    if (name === 'example.org' && type === 'SOA') {
      const data = 'ns1.example.org. admin.example.org. 1 10800 3600 604800 1'
      return [{ type, data, ttl: 1800 }]
    }
    if (!name.endsWith('example.org')) return undefined
    return name === 'www.example.org' ? held.filter((one) => one.type === type) : []
  }
  own = await startDns({ host, port: await freePort(), resolve })
  resolver = await startDns({ host, port: await freePort(), resolve, authoritative: false })
})
afterAll(() => Promise.all([own.close(), resolver.close()]))
beforeEach(() => {
  held = [{ type: 'A', data: ADDRESS, ttl: 300 }]
})

const at = ({ port }: NameServer, more: Partial<Name> = {}) =>
  leadsTo(
    {
      ...{ host: 'www.example.org', zone: 'example.org', type: 'A', address: ADDRESS },
      dnsServer: `${host}:${port}`,
      ...more,
    },
    () => {},
    { settle: 0, forget: 10 },
  )
const failing = (asked: Promise<string[]>): Promise<Finding> =>
  asked.then(
    (lines) => {
      throw new Error(`it passes: ${lines.join()}`)
    },
    (error) => error,
  )
const after = (ms: number, change: () => void) => setTimeout(change, ms)

test('a name that leads there', async () => {
  expect(await at(own)).toEqual([`www.example.org leads to ${ADDRESS} (A)`])
})

test.each([
  [[{ type: 'A', data: OLD, ttl: 300 }], `${OLD}, to be remembered for 300 s`],
  [
    [
      { type: 'A', data: OLD, ttl: 300 },
      { type: 'A', data: ADDRESS, ttl: 300 },
    ],
    `${OLD} and ${ADDRESS}, to be remembered for 300 s`,
  ],
  [[], 'no address'],
  [[{ type: 'CNAME', data: 'elsewhere.example.', ttl: 300 }], 'no address'],
])(
  'of the zone itself %j is a failure, which says what was answered and by whom',
  async (found, said) => {
    held = found
    const { message, hints } = await failing(at(own))
    expect(message).toContain(
      `www.example.org must lead to ${ADDRESS} alone (A), but ${host}:${own.port} says ${said}`,
    )
    expect(hints).toContain(
      'another record of the name: doctl compute domain records list example.org',
    )
  },
)

test('what a resolver remembers is waited for', async () => {
  held = [{ type: 'A', data: OLD, ttl: 4 }]
  after(2500, () => {
    held = [{ type: 'A', data: ADDRESS, ttl: 300 }]
  })
  expect(await at(resolver)).toEqual([`www.example.org leads to ${ADDRESS} (A)`])
})

test('that there was no such name as well', async () => {
  held = []
  after(500, () => {
    held = [{ type: 'A', data: ADDRESS, ttl: 300 }]
  })
  expect(await at(resolver)).toHaveLength(1)
})

test('an answer that outlives its time to live is no memory', async () => {
  held = [{ type: 'A', data: OLD, ttl: 1 }]
  const { message, hints } = await failing(at(resolver))
  expect(message).toContain(`says ${OLD}`)
  expect(hints.at(-1)).toContain('dnsServer 1.1.1.1:53')
})

test('what a resolver will remember for longer than is waited for is told', async () => {
  held = [{ type: 'A', data: OLD, ttl: 86_400 }]
  const began = Date.now()
  expect(await at(resolver)).toEqual([
    `www.example.org leads to ${ADDRESS} (A)`,
    `${host}:${resolver.port} still says ${OLD}, and may for 86400 s: it remembers an earlier record`,
  ])
  expect(Date.now() - began).toBeLessThan(2000)
})

test('addresses of version 6 in any spelling', async () => {
  held = [{ type: 'AAAA', data: '2001:db8::1', ttl: 60 }]
  const six = { type: 'AAAA' as const, address: '2001:0DB8:0000:0000:0000:0000:0000:0001' }
  expect(await at(own, six)).toHaveLength(1)
})

test('a server that does not know the zone', async () => {
  const { message } = await failing(at(own, { host: 'www.example.net' }))
  expect(message).toContain('says REFUSED')
})
