import { type Account, startAccount } from './account.ts'

let account: Account
beforeAll(async () => {
  account = await startAccount({ limits: { droplets: 30 } })
})
afterAll(() => account.end())
afterEach(async () => {
  const { body } = await account.call('GET', '/firewalls')
  for (const { id } of body.firewalls) await account.call('DELETE', `/firewalls/${id}`)
})

const tcp = (ports: string, ...addresses: string[]) => ({
  protocol: 'tcp',
  ports,
  sources: { addresses },
})

async function wall(name: string, fields: Record<string, unknown>): Promise<string> {
  const made = await account.call('POST', '/firewalls', { name, ...fields })
  if (made.status !== 202) throw new Error(JSON.stringify(made.body))
  return made.body.firewall.id
}

test('all is open until a firewall covers the droplet, then only what is listed', async () => {
  const { id } = await account.droplet()
  const admits = (port: number, source = '203.0.113.9') =>
    account.api.admits(id, 'tcp', port, source)
  expect(admits(5432)).toBe(true)

  const firewall = await wall('other', { inbound_rules: [tcp('80', '0.0.0.0/0')] })
  expect(admits(5432)).toBe(true)
  await account.call('POST', `/firewalls/${firewall}/droplets`, { droplet_ids: [id] })
  expect(admits(5432)).toBe(false)
  expect(admits(80)).toBe(true)
  expect(account.api.admits(id, 'udp', 80, '203.0.113.9')).toBe(false)

  await account.call('DELETE', `/firewalls/${firewall}`)
  expect(admits(5432)).toBe(true)
})

test('what a droplet reaches is open until a firewall covers it, then what outbound rules list', async () => {
  const { id } = await account.droplet()
  const reaches = (protocol: 'tcp' | 'udp' | 'icmp', port: number, destination = '203.0.113.9') =>
    account.api.admitsOutbound(id, protocol, port, destination)
  expect(reaches('tcp', 25060)).toBe(true)
  const outbound = (protocol: string, ports: string, address: string) => ({
    protocol,
    ports,
    destinations: { addresses: [address] },
  })
  await wall('out-listed', {
    outbound_rules: [
      outbound('tcp', '443', '0.0.0.0/0'),
      outbound('udp', '53', '203.0.113.0/24'),
      { protocol: 'icmp', destinations: { addresses: ['0.0.0.0/0'] } },
    ],
    droplet_ids: [id],
  })
  expect(reaches('tcp', 443)).toBe(true)
  expect(reaches('tcp', 25060)).toBe(false)
  expect(reaches('udp', 53)).toBe(true)
  expect(reaches('udp', 53, '198.51.100.1')).toBe(false)
  expect(reaches('icmp', 0)).toBe(true)
})

test('a firewall with outbound rules alone closes every port', async () => {
  const { id } = await account.droplet()
  await wall('out', {
    outbound_rules: [{ protocol: 'tcp', ports: 'all', destinations: { addresses: ['0.0.0.0/0'] } }],
    droplet_ids: [id],
  })
  expect(account.api.admits(id, 'tcp', 80, '127.0.0.1')).toBe(false)
})

test('out goes what outbound rules list: nothing at all where there are none', async () => {
  const { id } = await account.droplet()
  const emits = (port: number, protocol: 'tcp' | 'udp' | 'icmp' = 'tcp') =>
    account.api.admitsOutbound(id, protocol, port, '203.0.113.9')
  expect(emits(25060)).toBe(true)
  const firewall = await wall('in', { inbound_rules: [tcp('80', '0.0.0.0/0')], droplet_ids: [id] })
  expect(emits(443)).toBe(false)
  const destinations = { addresses: ['0.0.0.0/0'] }
  await account.call('POST', `/firewalls/${firewall}/rules`, {
    outbound_rules: [
      { protocol: 'tcp', ports: '443', destinations },
      { protocol: 'icmp', destinations },
    ],
  })
  expect([emits(443), emits(25060), emits(443, 'udp'), emits(0, 'icmp')]).toEqual([
    ...[true, false, false, true],
  ])
})

test.each([
  ['80', '0.0.0.0/0', 80, '203.0.113.9', true],
  ['80', '0.0.0.0/0', 81, '203.0.113.9', false],
  ['80', '0.0.0.0/0', 80, '::ffff:203.0.113.9', true],
  ['80', '0.0.0.0/0', 80, '2001:db8::1', false],
  ['80', '::/0', 80, '2001:db8::1', true],
  ['80', '::/0', 80, '203.0.113.9', false],
  ['8000-9000', '0.0.0.0/0', 7999, '203.0.113.9', false],
  ['8000-9000', '0.0.0.0/0', 8000, '203.0.113.9', true],
  ['8000-9000', '0.0.0.0/0', 9000, '203.0.113.9', true],
  ['8000-9000', '0.0.0.0/0', 9001, '203.0.113.9', false],
  ['0', '0.0.0.0/0', 65535, '203.0.113.9', true],
  ['all', '0.0.0.0/0', 1, '203.0.113.9', true],
  ['22', '198.51.100.0/24', 22, '198.51.100.255', true],
  ['22', '198.51.100.0/24', 22, '198.51.101.0', false],
  ['22', '198.51.100.7', 22, '198.51.100.7', true],
  ['22', '198.51.100.7', 22, '198.51.100.8', false],
  ['22', '2001:db8:1::/48', 22, '2001:db8:1:ffff::1', true],
  ['22', '2001:db8:1::/48', 22, '2001:db8:2::1', false],
])('ports %s from %s: port %d from %s is %p', async (ports, from, port, source, admitted) => {
  const { id } = await account.droplet()
  await wall('one', { inbound_rules: [tcp(ports, from)], droplet_ids: [id] })
  expect(account.api.admits(id, 'tcp', port, source)).toBe(admitted)
  await account.call('DELETE', `/droplets/${id}`)
})

test('several firewalls are a union, by id and by tag', async () => {
  const { id } = await account.droplet({ tags: ['web'] })
  await wall('by-id', { inbound_rules: [tcp('80', '0.0.0.0/0')], droplet_ids: [id] })
  const byTag = await wall('by-tag', { inbound_rules: [tcp('443', '0.0.0.0/0')], tags: ['web'] })
  const open = () => [80, 443, 22].map((port) => account.api.admits(id, 'tcp', port, '192.0.2.1'))
  expect(open()).toEqual([true, true, false])
  await account.call('DELETE', `/firewalls/${byTag}/tags`, { tags: ['web'] })
  expect(open()).toEqual([true, false, false])
})

test('sources may be droplets, by id or tag', async () => {
  const [web, database] = [await account.droplet({ tags: ['web2'] }), await account.droplet()]
  const other = await account.droplet()
  await wall('database', {
    inbound_rules: [{ protocol: 'tcp', ports: '5432', sources: { tags: ['web2'] } }],
    droplet_ids: [database.id],
  })
  const from = (droplet: { networks: { v4: { ip_address: string }[] } }) =>
    droplet.networks.v4.map(({ ip_address }) =>
      account.api.admits(database.id, 'tcp', 5432, ip_address),
    )
  expect(from(web)).toEqual([true, true])
  expect(from(other)).toEqual([false, false])
})

test('nothing passes to a droplet that does not exist', () => {
  expect(account.api.admits(1, 'tcp', 80, '127.0.0.1')).toBe(false)
})

test('lists the single TCP ports of all inbound rules, and tells of changes', async () => {
  let changes = 0
  account.api.onChange(() => changes++)
  expect(account.api.inboundPorts()).toEqual([])
  await wall('ports', {
    inbound_rules: [
      tcp('8443', '0.0.0.0/0'),
      tcp('2222', '127.0.0.1'),
      tcp('3000-3010', '0.0.0.0/0'),
      tcp('all', '192.0.2.1'),
      { protocol: 'udp', ports: '53', sources: { addresses: ['0.0.0.0/0'] } },
    ],
  })
  expect(changes).toBeGreaterThan(0)
  expect(account.api.inboundPorts()).toEqual([2222, 8443])
})

test('addresses: a droplet’s own, and the reserved one while it is assigned', async () => {
  await account.end()
  let held: Promise<void> | undefined
  account = await startAccount({ hold: () => held })
  const { id, networks } = await account.droplet()
  const own = networks.v4.find(({ type }: { type: string }) => type === 'public').ip_address
  const mine = () =>
    account.api
      .addresses()
      .filter(({ dropletId }) => dropletId === id)
      .map(({ address }) => address)
  expect(mine()).toEqual([own])
  const { ip } = (await account.call('POST', '/reserved_ips', { region: 'ams3' })).body.reserved_ip
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  held = promise
  await account.call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: id })
  expect(mine()).toEqual([own])
  held = undefined
  goOn()
  await account.api.settled()
  expect(mine()).toEqual([own, ip])
  await account.call('DELETE', `/droplets/${id}`)
  await account.api.settled()
  expect(mine()).toEqual([])
  expect((await account.call('GET', `/reserved_ips/${ip}`)).body.reserved_ip.droplet).toBeNull()
})
