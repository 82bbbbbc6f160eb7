/** Where a name leads, asked of name servers on this computer. */
import { leadsTo, type Name, type Source } from '../../../components/probe/by-name.ts'
import type { Finding } from '../../../components/probe/site.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

const host = '127.0.0.1'
const ADDRESS = '203.0.113.1'
const OLD = '192.0.2.7'
const right = { type: 'A', data: ADDRESS, ttl: 300 }
interface Held {
  type: string
  data: string
  ttl: number
}
/** What the zone holds of www.example.org, and what the resolver answers. */
let held: Held[]
let known: Held[]
/** How often the resolver has looked the address up. */
let asked: number
let own: NameServer
let resolver: NameServer
beforeAll(async () => {
  const holding = (records: () => Held[]) => (name: string, type: string) => {
    if (name === 'example.org' && type === 'SOA') {
      const data = 'ns1.example.org. admin.example.org. 1 10800 3600 604800 1'
      return [{ type, data, ttl: 1800 }]
    }
    if (!name.endsWith('example.org')) return undefined
    if (name === 'example.org') return records().filter((one) => one.type === type && type === 'NS')
    return name === 'www.example.org' ? records().filter((one) => one.type === type) : []
  }
  own = await startDns({ host, port: await freePort(), resolve: holding(() => held) })
  const answered = holding(() => known)
  const resolve = (name: string, type: string) => {
    if (type === 'A' && name === 'www.example.org') asked++
    return answered(name, type)
  }
  resolver = await startDns({ host, port: await freePort(), resolve, authoritative: false })
})
afterAll(() => Promise.all([own.close(), resolver.close()]))
beforeEach(() => {
  held = [right]
  known = [right]
  asked = 0
})

const server = ({ port }: NameServer) => `${host}:${port}`
/** Asks one server, or the zone's own and then the resolver. */
const at = (one: NameServer | 'both', more: Partial<Name> = {}) => {
  const both: Source[] = [
    { label: 'ns1', server: server(own), own: true },
    { label: 'the resolver', server: server(resolver), own: false },
  ]
  const name: Name = {
    ...{ host: 'www.example.org', zone: 'example.org', type: 'A', address: ADDRESS },
    ...more,
    dnsServer: one === 'both' ? server(resolver) : server(one),
  }
  const found = one === 'both' ? Promise.resolve(both) : undefined
  return leadsTo(name, () => {}, { settle: 0, forget: 6 }, found)
}
const failing = (asked: Promise<string[]>): Promise<Finding> =>
  asked.then(
    (lines) => {
      throw new Error(`it passes: ${lines.join()}`)
    },
    (error) => error,
  )
const later = (ms: number, change: () => void) => setTimeout(change, ms)

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

describe('while the zone itself is right, what a resolver remembers', () => {
  test('is waited for', async () => {
    known = [{ type: 'A', data: OLD, ttl: 4 }]
    later(2500, () => {
      known = [right]
    })
    expect(await at('both')).toEqual([`www.example.org leads to ${ADDRESS} (A)`])
  })

  test('is waited for too where it is that there was no such name', async () => {
    known = []
    later(500, () => {
      known = [right]
    })
    expect(await at('both')).toHaveLength(1)
  })

  test('is told where it will last longer than is waited for', async () => {
    await at('both')
    const once = asked
    asked = 0
    known = [{ type: 'A', data: OLD, ttl: 86_400 }]
    expect(await at('both')).toEqual([
      `www.example.org leads to ${ADDRESS} (A)`,
      `the resolver still says ${OLD}, and may for 86400 s: it remembers an earlier record`,
    ])
    expect(asked).toBe(once)
  })

  test('is told where it is a former delegation, whose servers answer anew each time', async () => {
    known = [
      { type: 'A', data: OLD, ttl: 1 },
      { type: 'NS', data: 'ns.parking.example.', ttl: 86_400 },
    ]
    expect((await at('both'))[1]).toBe(
      `the resolver still says ${OLD}, and may for a while: it remembers a former delegation (ns.parking.example)`,
    )
  })

  test('is no memory where it outlives its time to live', async () => {
    known = [{ type: 'A', data: OLD, ttl: 1 }]
    const { message, hints } = await failing(at('both'))
    expect(message).toContain(`the resolver says ${OLD}`)
    expect(hints.at(-1)).toContain('dnsServer 1.1.1.1:53')
  })
})

test('the zone itself is judged before a resolver that is still right', async () => {
  held = [{ type: 'A', data: OLD, ttl: 300 }]
  const { message } = await failing(at('both'))
  expect(message).toContain(`but ns1 says ${OLD}`)
})

test('a resolver alone, whose zone nobody can ask, is waited for and then believed', async () => {
  known = [{ type: 'A', data: OLD, ttl: 86_400 }]
  const unknown = Promise.resolve([{ label: 'the resolver', server: server(resolver), own: false }])
  const name = { host: 'www.example.org', zone: 'example.org', type: 'A' as const }
  const asked = leadsTo({ ...name, address: ADDRESS }, () => {}, { settle: 0, forget: 3 }, unknown)
  expect((await failing(asked)).message).toContain(`the resolver says ${OLD}`)
})

test('a resolver that does not answer is told, where the zone is right', async () => {
  const nobody = { label: 'the resolver', server: `${host}:${await freePort()}`, own: false }
  const found = Promise.resolve([{ label: 'ns1', server: server(own), own: true }, nobody])
  const name = { host: 'www.example.org', zone: 'example.org', type: 'A' as const }
  const asked = leadsTo({ ...name, address: ADDRESS }, () => {}, { settle: 0, forget: 3 }, found)
  expect((await asked)[1]).toMatch(/^the resolver does not answer: /)
})

test('a network that serves the zone to itself is told, where the zone is right', async () => {
  const data = OLD
  const resolve = (_: string, type: string) => (type === 'A' ? [{ type, data, ttl: 60 }] : [])
  const inside = await startDns({ host, port: await freePort(), resolve })
  const found = Promise.resolve([
    { label: 'ns1', server: server(own), own: true },
    { label: 'the office', server: server(inside), own: false },
  ])
  const name = { host: 'www.example.org', zone: 'example.org', type: 'A' as const }
  const asked = leadsTo({ ...name, address: ADDRESS }, () => {}, { settle: 0, forget: 3 }, found)
  expect(await asked.finally(() => inside.close())).toEqual([
    `www.example.org leads to ${ADDRESS} (A)`,
    `the office serves example.org itself and says ${OLD}; visitors outside of this network are led right`,
  ])
})

test('where nobody can be asked, that is told', async () => {
  const nobody = { label: 'the resolver', server: `${host}:${await freePort()}`, own: false }
  const name = { host: 'www.example.org', zone: 'example.org', type: 'A' as const }
  const patience = { settle: 0, forget: 3 }
  const lines = await leadsTo(
    { ...name, address: ADDRESS },
    () => {},
    patience,
    Promise.resolve([nobody]),
  )
  expect(lines).toEqual([
    expect.stringMatching(/^the resolver does not answer: /),
    `whether www.example.org leads to ${ADDRESS} could not be asked from here`,
  ])
})

test('addresses of version 6 in any spelling', async () => {
  held = [{ type: 'AAAA', data: '2001:db8::1', ttl: 60 }]
  const six = { type: 'AAAA' as const, address: '2001:0DB8:0000:0000:0000:0000:0000:0001' }
  expect(await at(own, six)).toHaveLength(1)
})

test('a server that does not know the zone', async () => {
  const { message } = await failing(at(own, { host: 'www.example.net', zone: 'example.net' }))
  expect(message).toContain('says REFUSED')
})
