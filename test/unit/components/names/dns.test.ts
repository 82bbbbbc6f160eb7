import * as pulumi from '@pulumi/pulumi'
import { Dns, type DnsArgs } from '../../../../components/dns.ts'
import { mockProviders, settle } from '../mocks.ts'

const base: DnsArgs = {
  zone: 'example.com',
  recordName: 'www',
  hostname: 'www.example.com',
  manageZone: false,
  ipv4: '203.0.113.9',
  keepZone: false,
  protectZone: false,
}

async function records(args: DnsArgs, ipv6?: string) {
  const registered = mockProviders()
  const dns = new Dns('padlock-dev', args)
  if (ipv6) dns.leadTo(pulumi.output(ipv6), dns.records[0]!)
  const byType = await settle(registered)
  return {
    zones: byType['digitalocean:index/domain:Domain']?.map((zone) => zone.inputs) ?? [],
    records: byType['digitalocean:index/dnsRecord:DnsRecord']?.map((record) => record.inputs) ?? [],
    commands: byType['command:local:Command']?.map((command) => command.inputs) ?? [],
  }
}

test('an adopted zone gets an A record and nothing else', async () => {
  expect(await records(base)).toEqual({
    zones: [],
    commands: [],
    records: [{ domain: 'example.com', type: 'A', name: 'www', value: '203.0.113.9', ttl: 300 }],
  })
})

test('an A record that moves with the droplet has a short life', async () => {
  const { records: made } = await records({ ...base, ownAddress: true })
  expect(made).toEqual([
    { domain: 'example.com', type: 'A', name: 'www', value: '203.0.113.9', ttl: 60 },
  ])
})

test('a managed zone is made without an address of its own', async () => {
  const { zones } = await records({ ...base, manageZone: true })
  expect(zones).toEqual([{ name: 'example.com' }])
})

test('CAA where the authority is known, AAAA where there is IPv6, with a short life', async () => {
  const settings = { ...base, recordName: '@', caaIssuer: 'letsencrypt.org' }
  const made = await records(settings, '2001:db8::7')
  expect(made.records.slice(1)).toEqual([
    {
      domain: 'example.com',
      type: 'CAA',
      name: '@',
      value: 'letsencrypt.org.',
      ttl: 300,
      flags: 0,
      tag: 'issue',
    },
    { domain: 'example.com', type: 'AAAA', name: '@', value: '2001:db8::7', ttl: 60 },
  ])
})

test('where the AAAA record leads is asked by name, after a move once the old one is forgotten', async () => {
  const { commands } = await records({ ...base, dnsServer: '192.0.2.53:53' }, '2001:db8::1')
  const asked =
    'node components/probe/named.ts www.example.com --zone example.com --dns 192.0.2.53:53 --type AAAA --address 2001:db8::1'
  expect(commands).toEqual([
    expect.objectContaining({ create: asked, update: `sleep 60 && ${asked}` }),
  ])
})

test('further names get the same records, each its own CAA', async () => {
  const aliases = [
    { hostname: 'example.com', recordName: '@' },
    { hostname: 'shop.example.com', recordName: 'shop', caaIssuer: 'letsencrypt.org' },
  ]
  const { records: made } = await records({ ...base, aliases }, '2001:db8::7')
  expect(made.map(({ type, name, value, ttl }) => [type, name, value, ttl])).toEqual([
    ['A', 'www', '203.0.113.9', 300],
    ['A', '@', '203.0.113.9', 300],
    ['A', 'shop', '203.0.113.9', 300],
    ['CAA', 'shop', 'letsencrypt.org.', 300],
    ['AAAA', 'www', '2001:db8::7', 60],
    ['AAAA', '@', '2001:db8::7', 60],
    ['AAAA', 'shop', '2001:db8::7', 60],
  ])
})
