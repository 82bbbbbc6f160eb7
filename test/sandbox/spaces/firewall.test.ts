/** A droplet's way to Spaces: by what its cloud firewall says of https, whatever this computer's port is. */
import { mayReach } from '../../../sandbox/daemon/outbound.ts'
import { noDatabases } from '../../../sandbox/databases/none.ts'
import { type Account, startAccount } from '../digitalocean/account.ts'

const PORT = 8481
let account: Account
let firewall: string
let droplet: number

beforeAll(async () => {
  account = await startAccount()
  droplet = (await account.droplet()).id
  const { body } = await account.call('POST', '/firewalls', rules('443', '0.0.0.0/0'))
  firewall = body.firewall.id
})
afterAll(() => account.end())

const rules = (ports: string, ...addresses: string[]) => ({
  ...{ name: 'out', droplet_ids: [droplet] },
  outbound_rules: [{ protocol: 'tcp', ports, destinations: { addresses } }],
})
const reach = (change = {}) =>
  mayReach({ cloud: account.api, databases: noDatabases(), spacesPort: PORT }, droplet, {
    ...({ protocol: 'tcp', destination: '10.0.2.2', port: PORT } as const),
    ...change,
  })

test.each([
  ['443', ['0.0.0.0/0'], true],
  ['1-65535', ['0.0.0.0/0', '::/0'], true],
  ['443', ['::/0'], false],
  // Spaces are on the internet and in nobody's own network.
  ['443', ['10.0.0.0/8'], false],
  ['80', ['0.0.0.0/0'], false],
  [`${PORT}`, ['0.0.0.0/0'], false],
])('%s/tcp to %j: %s', async (ports, addresses, expected) => {
  const { status } = await account.call('PUT', `/firewalls/${firewall}`, rules(ports, ...addresses))
  expect([status, reach()]).toEqual([200, expected])
})

test('nothing else is at that port, and Spaces are at no other', async () => {
  await account.call('PUT', `/firewalls/${firewall}`, rules('443', '0.0.0.0/0'))
  expect(reach()).toBe(true)
  expect(reach({ port: PORT + 1 })).toBe(false)
  expect(reach({ protocol: 'udp' })).toBe(false)
  expect(reach({ destination: '198.51.100.7' })).toBe(false)
})

test('no packet goes to an address of this computer’s own, whatever the firewall says', async () => {
  await account.call('PUT', `/firewalls/${firewall}`, rules('1-65535', '0.0.0.0/0'))
  expect(reach({ destination: '127.0.0.1' })).toBe(false)
  expect(reach({ destination: '127.0.0.2', port: 443 })).toBe(false)
})
