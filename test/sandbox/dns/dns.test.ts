import { createSocket } from 'node:dgram'
import { promises as dns } from 'node:dns'
import { createServer } from 'node:net'
import DNS from 'dns2'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

type Zone = Record<string, Record<string, string[]>>
const long = 'v=DKIM1; p='.padEnd(700, 'k')
const zone: Zone = {
  'shop.test': {
    SOA: ['ns1.shop.test. hostmaster.shop.test. 7 10800 3600 604800 1800'],
    NS: ['ns1.example.com.', 'ns2.example.com.'],
    A: ['127.20.0.1'],
    MX: ['10 mail.shop.test.', '20 backup.example.com.'],
    TXT: ['"v=spf1 -all"', long],
    CAA: ['0 issue "ca.example"'],
  },
  'www.shop.test': { CNAME: ['shop.test.'] },
  'six.shop.test': { AAAA: ['2001:db8::1'] },
  'away.shop.test': { CNAME: ['elsewhere.example.'] },
  'loop.shop.test': { CNAME: ['loop.shop.test.'] },
  'broken.shop.test': { A: ['not an address'] },
}
const resolve = (name: string, type: string) => {
  if (name !== 'shop.test' && !name.endsWith('.shop.test')) return undefined
  return (zone[name]?.[type] ?? []).map((data) => ({ type, data, ttl: 1800 }))
}

let server: NameServer
let client: dns.Resolver
beforeAll(async () => {
  server = await startDns({ host: '127.0.0.1', port: await freePort(), resolve })
  client = new dns.Resolver({ timeout: 30_000, tries: 1 })
  client.setServers([`127.0.0.1:${server.port}`])
})
afterAll(() => server.close())

test('answers each type of record', async () => {
  expect(await client.resolve4('shop.test', { ttl: true })).toEqual([
    { address: '127.20.0.1', ttl: 1800 },
  ])
  expect(await client.resolve6('six.shop.test')).toEqual(['2001:db8::1'])
  expect((await client.resolveNs('shop.test')).sort()).toEqual([
    'ns1.example.com',
    'ns2.example.com',
  ])
  expect(await client.resolveMx('shop.test')).toMatchObject([
    { priority: 10, exchange: 'mail.shop.test' },
    { priority: 20, exchange: 'backup.example.com' },
  ])
  expect(await client.resolveCaa('shop.test')).toEqual([
    expect.objectContaining({ critical: 0, issue: 'ca.example' }),
  ])
  expect(await client.resolveSoa('shop.test')).toMatchObject({
    nsname: 'ns1.shop.test',
    serial: 7,
    minttl: 1800,
  })
})

test('a long text comes whole: cut off over UDP, then over TCP', async () => {
  const texts = (await client.resolveTxt('shop.test')).map((pieces) => pieces.join(''))
  expect(texts.sort()).toEqual([long, 'v=spf1 -all'].sort())
})

test('follows an alias inside the zones, in any letter case', async () => {
  expect(await client.resolve4('WWW.Shop.test')).toEqual(['127.20.0.1'])
  expect(await client.resolveCname('www.shop.test')).toEqual(['shop.test'])
})

test('leaves an alias that leads away to the client, and survives one that leads to itself', async () => {
  expect(await client.resolveCname('away.shop.test')).toEqual(['elsewhere.example'])
  expect(await client.resolve4('away.shop.test')).toEqual([])
  expect(await client.resolve4('loop.shop.test')).toEqual([])
})

test('tells a name without such a record from a name that is not there', async () => {
  await expect(client.resolve4('six.shop.test')).rejects.toMatchObject({ code: 'ENODATA' })
  await expect(client.resolve4('nobody.shop.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('refuses a name of no zone here', async () => {
  await expect(client.resolve4('example.com')).rejects.toMatchObject({ code: 'EREFUSED' })
})

test('a record that has no wire form is a failure of the server, which goes on', async () => {
  await expect(client.resolve4('broken.shop.test')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  expect(await client.resolve4('shop.test')).toEqual(['127.20.0.1'])
})

test('goes on after garbage', async () => {
  const socket = createSocket('udp4')
  await new Promise((sent) => socket.send(Buffer.from([1, 2, 3]), server.port, '127.0.0.1', sent))
  socket.close()
  expect(await client.resolve4('shop.test')).toEqual(['127.20.0.1'])
})

test('carries the SOA in an empty answer, and says that it is authoritative', async () => {
  const ask = DNS.TCPClient({ dns: '127.0.0.1', port: server.port })
  const reply = await ask('nobody.shop.test')
  expect(reply.header.aa).toBe(1)
  expect(reply.authorities).toEqual([
    expect.objectContaining({ name: 'shop.test', primary: 'ns1.shop.test', minimum: 1800 }),
  ])
})

test('a port that is taken rejects the start', async () => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const { port } = taken.address() as { port: number }
  await expect(startDns({ host: '127.0.0.1', port, resolve })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  taken.close()
})
