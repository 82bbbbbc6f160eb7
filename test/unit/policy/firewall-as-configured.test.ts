import { firewallAsConfigured } from '../../../policy/rules/firewall-as-configured.ts'
import { type Case, droplet, firewall, judge, unknown } from './judge.ts'

const anywhere = ['0.0.0.0/0', '::/0']
const open = (protocol: string, portRange: string, sourceAddresses: string[] = anywhere) => ({
  protocol,
  portRange,
  sourceAddresses,
})
const configured = [
  open('tcp', '2222', ['203.0.113.0/24']),
  open('tcp', '80'),
  open('tcp', '443'),
  open('udp', '443'),
]
const config = { sshPort: 2222, sshFrom: ['203.0.113.0/24', '198.51.100.7/32'] }
const said = (...more: object[]) =>
  judge(firewallAsConfigured, {
    config,
    resources: [{ type: firewall, props: { inboundRules: [...configured, ...more] } }],
  })
const ports = 'sshPort 2222, httpPort 80, httpsPort 443'

test('the configured ports pass', async () => {
  expect(await said()).toEqual([])
})

describe('a site that is closed to others', () => {
  const closed = { ...config, siteFrom: ['10.0.0.0/8'] }
  const judged = (inboundRules: object[], more: object = {}) =>
    judge(firewallAsConfigured, {
      config: { ...closed, ...more },
      resources: [{ type: firewall, props: { inboundRules } }],
    })

  test('passes with its networks, and not with others', async () => {
    expect(await judged([open('tcp', '443', ['10.0.0.0/8'])])).toEqual([])
    expect(await judged([open('tcp', '443')])).toEqual([
      'it: It opens tcp 443 to 0.0.0.0/0, ::/0, beyond siteFrom (10.0.0.0/8).',
    ])
  })

  test('has no port for https where it is plain', async () => {
    expect(await judged([open('tcp', '80', ['10.0.0.0/8'])], { tls: 'off' })).toEqual([])
    expect(await judged([open('tcp', '443', ['10.0.0.0/8'])], { tls: 'off' })).toEqual([
      'it: It opens tcp 443 to 10.0.0.0/8, which the configuration does not ask for (sshPort 2222, httpPort 80).',
    ])
  })
})

test.each<[string, object, string]>([
  [
    'another port',
    open('tcp', '5432'),
    `It opens tcp 5432 to 0.0.0.0/0, ::/0, which the configuration does not ask for (${ports}).`,
  ],
  [
    'a range around a port',
    open('tcp', '80-90', ['10.0.0.0/8']),
    `It opens tcp 80-90 to 10.0.0.0/8, which the configuration does not ask for (${ports}).`,
  ],
  [
    'another protocol',
    { protocol: 'icmp', sourceAddresses: anywhere },
    `It opens icmp to 0.0.0.0/0, ::/0, which the configuration does not ask for (${ports}).`,
  ],
  [
    'ssh from elsewhere',
    open('tcp', '2222'),
    'It opens tcp 2222 to 0.0.0.0/0, ::/0, beyond sshFrom (203.0.113.0/24, 198.51.100.7/32).',
  ],
  [
    'a source that is no address',
    { protocol: 'tcp', portRange: '443', sourceTags: ['web'] },
    'It opens tcp 443 to sourceTags web, beyond the configuration (0.0.0.0/0, ::/0).',
  ],
])('%s fails', async (_name, rule, message) => {
  expect(await said(rule)).toEqual([`it: ${message}`])
})

describe('ways out', () => {
  const out = (protocol: string, portRange: string) => ({ protocol, portRange, ...ends })
  const ends = { destinationAddresses: anywhere }
  const told = (more: object, ...outboundRules: object[]) =>
    judge(firewallAsConfigured, {
      config: { ...config, ...more },
      resources: [{ type: firewall, props: { inboundRules: configured, outboundRules } }],
    })
  const needed = [{ protocol: 'icmp', ...ends }, out('udp', '53'), out('tcp', '443')]

  test('what the host needs passes, an authority at another port, and what is configured', async () => {
    const asked = { acmeDirectory: 'https://acme.example.com:8472/dir', outbound: ['25060/tcp'] }
    expect(await told(asked, ...needed, out('tcp', '8472'), out('tcp', '25060'))).toEqual([])
  })

  test('the port of an issuer passes where it is the provider', async () => {
    const issuer = 'https://login.example.com:8443/realms/staff'
    const asked = { provider: 'oidc', issuer }
    expect(await told(asked, ...needed, out('tcp', '8443'))).toEqual([])
    expect(await told({ issuer }, ...needed, out('tcp', '8443'))).toHaveLength(1)
  })

  test('the port of a bucket passes where the backups go there', async () => {
    const bucket = { backups: 's3', backupEndpoint: 's3.corp.example:9000' }
    expect(await told(bucket, ...needed, out('tcp', '9000'))).toEqual([])
    const others = { ...bucket, backups: 'spaces' }
    expect(await told(others, ...needed, out('tcp', '9000'))).toHaveLength(1)
  })

  test('the ports of a managed database pass where there is one, and of its pool where there is that', async () => {
    const managed = { database: 'managed' }
    expect(await told(managed, ...needed, out('tcp', '25060'))).toEqual([])
    expect(await told(managed, ...needed, out('tcp', '25061'))).toHaveLength(1)
    const pooled = { ...managed, databasePool: 5 }
    expect(await told(pooled, ...needed, out('tcp', '25060'), out('tcp', '25061'))).toEqual([])
  })

  test('another one fails', async () => {
    expect(await told({}, ...needed, out('tcp', '25060'))).toEqual([
      'it: It lets the host out to tcp 25060, which the configuration does not ask for (outbound).',
    ])
  })
})

describe('a droplet', () => {
  const host = { type: droplet, name: 'host', props: { tags: ['padlock-dev'] } }
  const covering = (props: object, on = {}): Case => ({
    resources: [host, { type: firewall, name: 'wall', props, on }],
  })

  test.each<[string, Case]>([
    ['by its tag', covering({ tags: ['padlock-dev'] })],
    ['by its id, once it has one', covering({ dropletIds: [1] }, { dropletIds: ['host'] })],
    ['by its id, before it has one', covering(unknown({}, 'dropletIds'), { dropletIds: ['host'] })],
  ])('that a firewall covers %s passes', async (_name, one) => {
    expect(await judge(firewallAsConfigured, one)).toEqual([])
  })

  test.each<[string, Case]>([
    ['no firewall', { resources: [host] }],
    ["another's firewall", covering({ tags: ['padlock-prod'] })],
  ])('with %s fails', async (_name, one) => {
    expect(await judge(firewallAsConfigured, one)).toEqual([
      'host: No firewall covers this droplet, so all its ports are open. Give it the tag of one.',
    ])
  })
})
