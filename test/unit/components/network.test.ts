import { Network } from '../../../components/network.ts'
import { waysOut } from '../../../config/outbound.ts'
import { mockProviders, plain, settle, value } from './mocks.ts'

const args = {
  region: 'fra1',
  sshFrom: ['203.0.113.0/24'],
  sshPort: 2222,
  httpPort: 80,
  httpsPort: 443,
  outbound: waysOut([], []),
  owner: '1a2b3c4d',
  reserves: true,
  protect: false,
}
const ANYWHERE = ['0.0.0.0/0', '::/0']

test.each([
  [false, ['tcp 80', 'tcp 443', 'udp 443']],
  [true, ['tcp 80']],
])('a closed site (plain: %p) is open to its networks alone', async (plainSite, ports) => {
  const registered = mockProviders()
  new Network('padlock-dev', { ...args, siteFrom: ['10.0.0.0/8'], plain: plainSite })
  const byType = await settle(registered)
  const { inboundRules } = plain(byType['digitalocean:index/firewall:Firewall']?.[0]?.inputs) as {
    inboundRules: { protocol: string; portRange: string; sourceAddresses: string[] }[]
  }
  const [, ...site] = inboundRules
  expect(site.map(({ protocol, portRange }) => `${protocol} ${portRange}`)).toEqual(ports)
  for (const { sourceAddresses } of site) expect(sourceAddresses).toEqual(['10.0.0.0/8'])
})

test.each([
  [22, ['2222', '22', '80']],
  [2222, ['2222', '80']],
])('a droplet at port %p is reached until it is replaced', async (formerSshPort, ports) => {
  const registered = mockProviders()
  new Network('padlock-dev', { ...args, plain: true, formerSshPort })
  const byType = await settle(registered)
  const { inboundRules } = plain(byType['digitalocean:index/firewall:Firewall']?.[0]?.inputs) as {
    inboundRules: { portRange: string; sourceAddresses: string[] }[]
  }
  expect(inboundRules.map(({ portRange }) => portRange)).toEqual(ports)
  for (const { sourceAddresses } of inboundRules.slice(0, -1))
    expect(sourceAddresses).toEqual(args.sshFrom)
})

describe.each([false, true])('network (preview: %p)', (preview) => {
  test('a tag, one of the owner, one firewall that finds droplets by them, one address', async () => {
    const registered = mockProviders(preview)
    const network = new Network('padlock-dev', args)
    const byType = await settle(registered)

    expect(Object.keys(byType).sort()).toEqual([
      'digitalocean:index/firewall:Firewall',
      'digitalocean:index/reservedIp:ReservedIp',
      'digitalocean:index/tag:Tag',
      'padlock:index:Network',
    ])
    const tags = ['padlock-dev', 'padlock-dev:owner:1a2b3c4d']
    expect(byType['digitalocean:index/tag:Tag']?.map(({ inputs }) => inputs.name)).toEqual(tags)
    expect(byType['digitalocean:index/reservedIp:ReservedIp']?.[0]?.inputs).toEqual({
      region: 'fra1',
    })
    expect(plain(byType['digitalocean:index/firewall:Firewall']?.[0]?.inputs)).toEqual({
      tags,
      inboundRules: [
        { protocol: 'tcp', portRange: '2222', sourceAddresses: ['203.0.113.0/24'] },
        { protocol: 'tcp', portRange: '80', sourceAddresses: ANYWHERE },
        { protocol: 'tcp', portRange: '443', sourceAddresses: ANYWHERE },
        { protocol: 'udp', portRange: '443', sourceAddresses: ANYWHERE },
      ],
      outboundRules: [
        { protocol: 'icmp', destinationAddresses: ANYWHERE },
        { protocol: 'udp', portRange: '53', destinationAddresses: ANYWHERE },
        { protocol: 'tcp', portRange: '53', destinationAddresses: ANYWHERE },
        { protocol: 'udp', portRange: '123', destinationAddresses: ANYWHERE },
        { protocol: 'tcp', portRange: '80', destinationAddresses: ANYWHERE },
        { protocol: 'tcp', portRange: '443', destinationAddresses: ANYWHERE },
      ],
    })
    expect(await value(network.reservedIp!)).toBe('203.0.113.9')
  })

  test('an expiry has a tag of its own, which no firewall follows, and no address need be', async () => {
    const registered = mockProviders(preview)
    const network = new Network('padlock-pr-12', {
      ...args,
      expires: new Date('2026-11-23T09:04Z'),
      reserves: false,
    })
    const byType = await settle(registered)

    const tags = byType['digitalocean:index/tag:Tag']?.map(({ inputs }) => inputs.name)
    expect(tags).toEqual([
      'padlock-pr-12',
      'padlock-pr-12:owner:1a2b3c4d',
      'padlock-pr-12:expires:20261123T0904Z',
    ])
    expect(await Promise.all(network.tags.map(value))).toEqual(tags)
    const [firewall] = byType['digitalocean:index/firewall:Firewall'] ?? []
    expect(plain(firewall?.inputs)).toMatchObject({ tags: tags?.slice(0, 2) })
    expect(byType['digitalocean:index/reservedIp:ReservedIp']).toBeUndefined()
    expect([network.reservedIp, network.reservedIpUrn]).toEqual([undefined, undefined])
  })
})
