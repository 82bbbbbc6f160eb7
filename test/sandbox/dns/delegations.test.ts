/** What the public sees of a zone by what its registrar was told, asked over the wire. */
import { promises as dns } from 'node:dns'
import { delegationOf } from '../../../components/resolution/delegation.ts'
import { Delegations } from '../../../sandbox/dns/delegations.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

const OURS = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']
const records: Record<string, string[]> = {
  'NS example.org': OURS,
  'A www.example.org': ['127.20.0.1'],
}
const delegations = new Delegations((name, type) =>
  name.endsWith('example.org')
    ? (records[`${type} ${name}`] ?? []).map((data) => ({ type, data, ttl: 300 }))
    : undefined,
)
let server: NameServer
let client: dns.Resolver
const ask = () => delegationOf('example.org', `127.0.0.1:${server.port}`)
beforeAll(async () => {
  const port = await freePort()
  server = await startDns({ host: '127.0.0.1', port, resolve: delegations.resolve })
  client = new dns.Resolver({ timeout: 30_000, tries: 1 })
  client.setServers([`127.0.0.1:${port}`])
})
afterAll(() => server.close())

test('a zone of the account is served from it', async () => {
  expect(await ask()).toEqual({ servers: OURS, foreign: [] })
  expect(await client.resolve4('www.example.org')).toEqual(['127.20.0.1'])
})

test('one that is delegated to others shows theirs alone', async () => {
  const servers = ['ns1.parking.example', 'ns2.parking.example']
  delegations.set({ zone: 'example.org', servers, address: '192.0.2.7' })
  expect(await ask()).toEqual({ servers, foreign: servers })
  expect(await client.resolve4('www.example.org')).toEqual(['192.0.2.7'])
})

test('one that is not delegated does not exist', async () => {
  delegations.set({ zone: 'example.org', servers: [] })
  expect(await ask()).toEqual({ servers: [], foreign: [] })
  await expect(client.resolve4('www.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('given back to DigitalOcean it is served from the account again', async () => {
  delegations.set({ zone: 'example.org', servers: OURS })
  expect((await ask()).servers).toEqual(OURS)
})
