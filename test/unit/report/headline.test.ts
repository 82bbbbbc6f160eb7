import { caddyfile, type ProxySettings } from '../../../components/site/caddyfile.ts'
import { report } from '../../../ops/report/report.ts'
import { preview, recording } from './fixtures.ts'

const DROPLET = 'digitalocean:index/droplet:Droplet'

test.each<[string, string, number]>([
  ['no-change', 'No change', 0],
  ['first-up', 'First deployment: creates 31 resources', 0],
  ['app-file', 'Release only, no downtime', 0],
  ['app-env', 'Release only, no downtime', 0],
  ['allowed-emails', 'Release only, no downtime', 0],
  ['app-secret-changed', 'Release only, no downtime', 0],
  ['size', 'Resizes the droplet (s-1vcpu-1gb → s-1vcpu-2gb): about 1 minute of downtime', 60],
  [
    'image',
    'Replaces the droplet (image) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
    0,
  ],
  ['caddy-repository', 'Host software, no downtime', 0],
  ['http-port', 'Closes tcp 8080 to the internet: visitors cannot reach it', 0],
  [
    'ssh-port',
    'Replaces the droplet (the first boot’s text changed) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
    0,
  ],
  [
    'admin-key-rotated',
    'Changes the list of ssh keys and the ssh key pairs in place, no downtime',
    0,
  ],
  ['ipv6-off', 'Takes the name away from visitors with IPv6 alone', 0],
  [
    'region',
    'Replaces the droplet (region) and loses what is on its disk, no downtime: the new droplet serves before the address moves; gives the site a new address, which resolvers learn within 5 minutes',
    300,
  ],
  [
    'subdomain',
    'Moves the site from https://dev.padlock.localhost:8443 to https://www.padlock.localhost:8443: the old one stops answering',
    0,
  ],
  ['ssh-opened', 'Changes the firewall in place, no downtime', 0],
  ['admin-key', 'Changes the list of ssh keys in place, no downtime', 0],
  ['connection', 'Adds the login’s connections, no downtime', 0],
  ['protect', 'Protection only, no downtime', 0],
  ['protected', 'The preview fails: unable to replace resource Droplet padlock-dev', 0],
  ['bad-size', 'The preview fails: size = "s-9vcpu-9gb" is not a size that DigitalOcean has', 0],
  ['drift', 'Drift; not as the state says: the firewall', 0],
  ['destroy', 'Destroys the whole deployment: 33 resources and the site with them', 0],
])('%s: %s', (name, text, downtimeSeconds) => {
  expect(report(recording(name)).headline).toMatchObject({ text, downtimeSeconds })
})

test('a deleted droplet takes the site with it', () => {
  const { headline } = report(preview({ [DROPLET]: { old: { size: 's-1vcpu-1gb' } } }))
  expect(headline.text).toBe('Deletes the droplet: the site goes away')
})

test('lost data comes before everything else', () => {
  const { headline, changes } = report(
    preview({
      [DROPLET]: { old: { image: 'a' }, new: { image: 'b' }, replaces: ['image'] },
      'digitalocean:index/volume:Volume': { old: { size: 10 }, name: 'data' },
    }),
  )
  expect(headline.text).toBe(
    'Deletes the Volume data: what it holds is lost; replaces the droplet (image) and loses what is on its disk: about 3 minutes of downtime, as the address moves before the app is on the new one',
  )
  expect(changes.map(({ kind, dangerous }) => [kind, dangerous])).toEqual([
    ['Volume', true],
    ['Droplet', true],
  ])
})

const kept = { [DROPLET]: { old: { size: 'x' }, new: { size: 'x' } } }
const anywhere = (port: string) => ({
  protocol: 'tcp',
  portRange: port,
  sourceAddresses: ['0.0.0.0/0', '::/0'],
})

test.each<[string, Parameters<typeof preview>[0]]>([
  [
    'Deletes the firewall',
    { ...kept, 'digitalocean:index/firewall:Firewall': { old: { inboundRules: [] } } },
  ],
  [
    'Closes https (tcp 443) to the internet: visitors cannot reach it',
    {
      ...kept,
      'digitalocean:index/firewall:Firewall': {
        old: { inboundRules: [anywhere('22'), anywhere('443')] },
        new: { inboundRules: [] },
      },
    },
  ],
  [
    'Takes the name away: visitors do not find the site by it',
    { ...kept, 'digitalocean:index/dnsRecord:DnsRecord': { old: { type: 'A', name: 'www' } } },
  ],
  [
    'Gives up the name www.example.com, whose records somebody else keeps: the update prints those to delete',
    {
      ...kept,
      ...Object.fromEntries(
        ['records', 'records-there', 'aaaa-there'].map((what) => [
          `command:local:Command#padlock-dev-www.example.com-${what}`,
          { old: { triggers: ['www.example.com'] }, within: 'Deployment$ExternalRecords' },
        ]),
      ),
    },
  ],
  [
    'Takes the name away from visitors with IPv6 alone',
    {
      ...kept,
      'command:local:Command#padlock-dev-duckdns-aaaa': {
        old: { triggers: ['padlock'] },
        within: 'Deployment$DuckDns',
      },
    },
  ],
  [
    'Takes the address from the droplet: the site goes away',
    {
      ...kept,
      'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': { old: { dropletId: 1 } },
    },
  ],
  [
    'Replaces the Auth0 application: nobody can log in meanwhile',
    {
      ...kept,
      'auth0:index/client:Client': { old: { a: 1 }, new: { a: 2 }, replaces: ['a'] },
    },
  ],
  [
    'Deletes the LoadBalancer front: judge by its purpose what stops meanwhile',
    { ...kept, 'digitalocean:index/loadBalancer:LoadBalancer': { old: { a: 1 }, name: 'front' } },
  ],
  [
    'Changes the login’s connections in place, no downtime',
    { ...kept, 'auth0:index/connectionClient:ConnectionClient': { old: { connectionId: 'a' } } },
  ],
])('%s', (text, resources) => {
  expect(report(preview(resources)).headline.text).toBe(text)
})

const COMMAND = 'command:remote:Command'
const SITE: ProxySettings = {
  ...{
    hostname: 'app.example.com',
    httpPort: 80,
    httpsPort: 443,
    acmeDirectory: 'https://a.example',
  },
  ...{ responseSeconds: 60, maxBodyMiB: 10, drainSeconds: 30 },
  edge: { publicPaths: ['/healthz'] },
  tunnels: [{ name: 'hook', hostname: 'hook.app.example.com' }],
}
const siteWith = (more: Partial<ProxySettings>) => ({ caddyfile: caddyfile({ ...SITE, ...more }) })
const scaled = (create: string): Parameters<typeof preview>[0] => ({
  ...kept,
  'padlock:index:Site': { old: siteWith({}), new: siteWith({ replicas: 3 }) },
  'padlock:index:Release': { old: { port: 0 }, new: { port: 0, replicas: 3 } },
  [COMMAND]: {
    old: { create: 'release 1', stdin: 'a' },
    new: { create, stdin: 'b' },
    within: 'Release',
  },
  [`${COMMAND}#padlock-dev-site-stage`]: {
    old: { stdin: 'a' },
    new: { stdin: 'b' },
    within: 'Site',
  },
})

test.each<[string, Parameters<typeof preview>[0]]>([
  ['1 → 3 replicas, no downtime', scaled('release 1')],
  [
    '3 → 2 replicas, no downtime',
    {
      ...scaled('release 1'),
      'padlock:index:Release': { old: { replicas: 3 }, new: { replicas: 2 } },
      'padlock:index:Site': { old: siteWith({ replicas: 3 }), new: siteWith({ replicas: 2 }) },
    },
  ],
  [
    '3 → 1 replicas, no downtime',
    {
      ...scaled('release 1'),
      'padlock:index:Release': { old: { replicas: 3 }, new: {} },
      'padlock:index:Site': { old: siteWith({ replicas: 3 }), new: siteWith({}) },
    },
  ],
  ...[{ maxBodyMiB: 100 }, { acmeDirectory: 'https://b.example' }].map(
    (more): [string, Parameters<typeof preview>[0]] => [
      'Changes the reverse proxy in place, with 1 → 3 replicas, no downtime',
      {
        ...scaled('release 1'),
        'padlock:index:Site': { old: siteWith({}), new: siteWith({ replicas: 3, ...more }) },
      },
    ],
  ),
  [
    'Changes the reverse proxy in place, with 1 → 3 replicas, no downtime',
    { ...scaled('release 1'), 'padlock:index:Site': { old: {}, new: { acmeRoot: 'a' } } },
  ],
  [
    'Changes the login’s connections in place, with 1 → 3 replicas, no downtime',
    {
      ...scaled('release 1'),
      'auth0:index/connectionClient:ConnectionClient': { old: { a: 1 }, new: { a: 2 } },
    },
  ],
])('more replicas of the same release: %s', (text, resources) => {
  expect(report(preview(resources)).headline.text).toBe(text)
})

test('another release that has more replicas too is a release', () => {
  expect(report(preview(scaled('release 2'))).headline.text).toMatch(
    /, with a release, no downtime$/,
  )
})

test('a refresh that finds nothing says so', () => {
  const found = report({ steps: [{ op: 'refresh', urn: 'urn:pulumi:dev::padlock::a:b:C::d' }] })
  expect(found.headline.text).toBe('No drift: the accounts are as the state says')
})
