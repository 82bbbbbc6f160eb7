import {
  delegationOf,
  leadsToDigitalOcean,
  Unresolvable,
} from '../../../../components/resolution/delegation.ts'
import type { Query, Reply, ResourceRecord } from '../../../../components/resolution/query.ts'

const DIGITALOCEAN = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']
const reply = (more: Partial<Reply>): Reply => ({
  rcode: 'NOERROR',
  authoritative: false,
  answers: [],
  authorities: [],
  ...more,
})
const ns = (name: string, servers: string[]): ResourceRecord[] =>
  servers.map((server) => ({ name, type: 'NS', ttl: 172_800, ns: server }))
const a = (name: string, address: string): ResourceRecord => ({
  name,
  type: 'A',
  ttl: 300,
  address,
})

/** What each server answers, by `SERVER TYPE name`; the system's resolver is `-`. */
function world(replies: Record<string, Reply>): { query: Query; asked: string[] } {
  const asked: string[] = []
  const query: Query = async (name, type, server = '-') => {
    const question = `${server} ${type} ${name}`
    asked.push(question)
    const found = replies[question]
    if (!found) throw new Error(`${question}: nothing comes back`)
    return found
  }
  return { query, asked }
}
const top = {
  '- NS com': reply({ answers: ns('com', ['a.gtld-servers.net']) }),
  '- A a.gtld-servers.net': reply({ answers: [a('a.gtld-servers.net', '192.0.2.1')] }),
}

test('the parent is asked, not a resolver that remembers the registrar’s own servers', async () => {
  const { query, asked } = world({
    ...top,
    '- NS example.com': reply({ answers: ns('example.com', ['ns.parking.example']) }),
    '192.0.2.1 NS example.com': reply({ authorities: ns('example.com', DIGITALOCEAN) }),
  })
  const found = await delegationOf('example.com', undefined, query)
  expect(found).toEqual({ servers: DIGITALOCEAN, foreign: [] })
  expect(leadsToDigitalOcean(found)).toBe(true)
  expect(asked).not.toContain('- NS example.com')
})

test('a name that the parent does not know is not delegated', async () => {
  const { query } = world({
    ...top,
    '192.0.2.1 NS example.com': reply({ rcode: 'NXDOMAIN', authoritative: true }),
  })
  const found = await delegationOf('example.com', undefined, query)
  expect(found.servers).toEqual([])
  expect(leadsToDigitalOcean(found)).toBe(false)
})

test('where the parent cannot be reached from here, the system’s resolver says it', async () => {
  const { query } = world({
    ...top,
    '- NS example.com': reply({ answers: ns('example.com', DIGITALOCEAN) }),
  })
  expect((await delegationOf('example.com', undefined, query)).servers).toEqual(DIGITALOCEAN)
})

test('the nearest zone above is the parent', async () => {
  const { query } = world({
    ...top,
    '- NS example.com': reply({ answers: ns('example.com', ['ns.example.net']) }),
    '- A ns.example.net': reply({ answers: [a('ns.example.net', '192.0.2.9')] }),
    '192.0.2.9 NS shop.example.com': reply({ authorities: ns('shop.example.com', DIGITALOCEAN) }),
  })
  expect((await delegationOf('shop.example.com', undefined, query)).servers).toEqual(DIGITALOCEAN)
})

test.each([
  ['one of somebody else’s beside them', '203.0.113.9', ['ns1.example.com']],
  ['one of DigitalOcean’s under another name', '198.51.100.1', []],
])('%s', async (_title, address, foreign) => {
  const { query } = world({
    '192.0.2.53:53 NS example.com': reply({
      answers: ns('example.com', ['ns1.digitalocean.com', 'ns1.example.com']),
    }),
    '192.0.2.53:53 A ns1.example.com': reply({ answers: [a('ns1.example.com', address)] }),
    '192.0.2.53:53 A ns1.digitalocean.com': reply({
      answers: [a('ns1.digitalocean.com', '198.51.100.1')],
    }),
  })
  const found = await delegationOf('example.com', '192.0.2.53:53', query)
  expect(found.foreign).toEqual(foreign)
  expect(leadsToDigitalOcean(found)).toBe(foreign.length === 0)
})

test('a resolver that fails at the zone is no answer', async () => {
  const { query } = world({ '192.0.2.53:53 NS example.com': reply({ rcode: 'SERVFAIL' }) })
  await expect(delegationOf('example.com', '192.0.2.53:53', query)).rejects.toThrow(Unresolvable)
})
