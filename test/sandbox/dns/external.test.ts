/** A zone that others serve: which records a site needs there, asked of a real name server. */
import { log, runtime } from '@pulumi/pulumi'
import { checkExternal } from '../../../components/account/external.ts'
import { run } from '../../../components/records/command.ts'
import { enclosingZone } from '../../../components/resolution/delegation.ts'
import { Delegations } from '../../../sandbox/dns/delegations.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'

const zone = 'example.org'
const name = 'www.example.org'
const ADDRESS = '203.0.113.1'
const OURS = 'ours.example'
const delegations = new Delegations((asked, type) =>
  asked === OURS && type === 'NS' ? [{ type, data: 'ns1.digitalocean.com.', ttl: 60 }] : undefined,
)
const hold = (...records: [type: string, data: string][]) =>
  delegations.set({
    zone,
    servers: ['ns1.hoster.example'],
    records: records.map(([type, data]) => ({ name, type, data })),
  })
let server: NameServer
let said: string[]
beforeAll(async () => {
  const resolve = delegations.resolve
  server = await startDns({ host: '127.0.0.1', port: await freePort(), resolve })
})
afterAll(() => server.close())
beforeEach(() => {
  said = []
  const keep = (line: string) => said.push(...line.split('\n'))
  jest.spyOn(console, 'log').mockImplementation(keep)
  jest.spyOn(console, 'error').mockImplementation(keep)
})
afterEach(() => jest.restoreAllMocks())

const ALL = ['--a', ADDRESS, '--aaaa', '2001:db8:0::1', '--caa', 'letsencrypt.org']
const ask = (verb: string, words = ALL, below = zone) =>
  run([verb, name, '--zone', below, '--dns', `127.0.0.1:${server.port}`, ...words])

test('what is to be made is shown as a zone file has it, and what is there now', async () => {
  hold(['A', '192.0.2.7'], ['CAA', '0 issue "letsencrypt.org"'])
  expect(await ask('show')).toBe(0)
  expect(said).toEqual([
    'create these records where example.org is served:',
    `  www.example.org. 300 IN A ${ADDRESS}`,
    '  www.example.org. 300 IN AAAA 2001:db8:0::1',
    '  www.example.org. 300 IN CAA 0 issue "letsencrypt.org"',
    expect.stringMatching(
      /^now A: found 192\.0\.2\.7 at \S+, wanted 203\.0\.113\.1; AAAA: found none at \S+, wanted 2001:db8:0::1$/,
    ),
  ])
})

test.each([
  [[['A', '192.0.2.7']], 'A: found 192.0.2.7 at SERVER, wanted 203.0.113.1'],
  [
    [
      ['A', ADDRESS],
      ['A', '192.0.2.7'],
    ],
    'A: found 203.0.113.1 and 192.0.2.7 at SERVER, wanted 203.0.113.1',
  ],
  [[], 'A: found none at SERVER, wanted 203.0.113.1'],
] as [[string, string][], string][])('of %j it is told what is wrong', async (held, wrong) => {
  hold(...held)
  expect(await ask('wait', ['--a', ADDRESS, '--minutes', '0'])).toBe(1)
  expect(said[0]).toBe(
    `the records of ${name} are not there after 0 min: ${wrong.replace('SERVER', `127.0.0.1:${server.port}`)}`,
  )
  expect(said[1]).toBe(
    `  look at: the record www.example.org. 300 IN A ${ADDRESS}, in place of any other of its type`,
  )
})

test('another authority’s CAA is told, one beside it is not', async () => {
  const caa = ['--caa', 'letsencrypt.org', '--minutes', '0']
  hold(['CAA', '0 issue "other.example"'])
  expect(await ask('wait', caa)).toBe(1)
  expect(said[0]).toContain('CAA: found other.example at')
  expect(said).toContain('  look at: a provider without CAA: pulumi config set caaIssuer none')
  hold(['CAA', '0 issue "other.example"'], ['CAA', '0 issue "letsencrypt.org; accounturi=x"'])
  expect(await ask('wait', caa)).toBe(0)
})

test('an AAAA record is in the way where the host has no IPv6', async () => {
  hold(['A', ADDRESS], ['AAAA', '2001:db8::9'])
  expect(await ask('wait', ['--a', ADDRESS, '--aaaa', 'none', '--minutes', '0'])).toBe(1)
  expect(said[0]).toContain('AAAA: found 2001:db8::9 at')
  expect(said[0]).toContain('wanted none')
  expect(said[1]).toBe('  look at: delete the AAAA records of www.example.org')
})

test('they are waited for, and what is waited for is said at once', async () => {
  hold()
  setTimeout(
    () => hold(['A', ADDRESS], ['AAAA', '2001:DB8::1'], ['CAA', '0 issue "letsencrypt.org"']),
    500,
  )
  expect(await ask('wait', [...ALL, '--minutes', '1'])).toBe(0)
  expect(said[0]).toMatch(/^waiting for the records of www\.example\.org: A: found none .* 1 min$/)
  expect(said.slice(1)).toEqual([
    `${name} has A ${ADDRESS}`,
    `${name} has AAAA 2001:db8:0::1`,
    `${name} has CAA letsencrypt.org`,
  ])
})

test('those of a further name are told, and stop nothing', async () => {
  hold()
  // Of a command that ends well the engine shows the standard output alone.
  const unseen = jest.spyOn(console, 'error').mockImplementation()
  expect(await ask('wait', ['--a', ADDRESS, '--minutes', '0', '--optional'])).toBe(0)
  expect(said[0]).toBe(
    `the records of ${name} are not there after 0 min: A: found none at 127.0.0.1:${server.port}, wanted ${ADDRESS}; the site's own name goes on without it`,
  )
  expect(unseen).not.toHaveBeenCalled()
})

test('a preview names those of every name, and says nothing once all are there', async () => {
  const info = jest.spyOn(log, 'info').mockResolvedValue()
  jest.spyOn(runtime, 'isDryRun').mockReturnValue(true)
  const apex = 'example.org'
  const both = (records: [string, string, string][]) =>
    delegations.set({
      zone,
      servers: ['ns1.hoster.example'],
      records: records.map(([at, type, data]) => ({ name: at, type, data })),
    })
  const checked = () =>
    checkExternal(
      {
        ...{ zone, recordName: 'www', ipv6: false, minutes: 15 },
        ...{ caaIssuer: 'letsencrypt.org', aliases: [{ hostname: apex, recordName: '@' }] },
        dnsServer: `127.0.0.1:${server.port}`,
      },
      [
        {
          urn: 'urn:pulumi:dev::padlock::digitalocean:index/reservedIp:ReservedIp::padlock-dev',
          type: 'digitalocean:index/reservedIp:ReservedIp',
          outputs: { ipAddress: ADDRESS },
        },
      ],
    )
  const own: [string, string, string][] = [
    [name, 'A', ADDRESS],
    [name, 'CAA', '0 issue "letsencrypt.org"'],
  ]
  both(own)
  await checked()
  expect(info.mock.calls.flat().join('').split('\n').slice(1)).toEqual([
    `  ${name}. 300 IN A ${ADDRESS}`,
    `  ${name}. 300 IN CAA 0 issue "letsencrypt.org"`,
    `  ${apex}. 300 IN A ${ADDRESS}`,
    expect.stringMatching(/^now example\.org A: found none at \S+, wanted 203\.0\.113\.1$/),
  ])
  info.mockClear()
  both([...own, [apex, 'A', ADDRESS]])
  await checked()
  expect(info).not.toHaveBeenCalled()
})

test('a part of a zone is looked for in the zone that holds it', async () => {
  hold(['A', ADDRESS])
  const dns = `127.0.0.1:${server.port}`
  expect(await enclosingZone('eu.shop.example.org', dns)).toBe(zone)
  expect(await ask('wait', ['--a', ADDRESS, '--minutes', '0'], name)).toBe(0)
})

test('at the end they are named once more', async () => {
  expect(await ask('gone', ['--a', ADDRESS, '--aaaa', 'none'])).toBe(0)
  expect(said).toEqual([
    'delete these records where example.org is served, or www.example.org leads to whoever gets the address next:',
    `  www.example.org. 300 IN A ${ADDRESS}`,
  ])
})

test('records of the stack that visitors are led by are not deleted', async () => {
  const dnsServer = `127.0.0.1:${server.port}`
  const checked = (domain: string) =>
    checkExternal({ zone: domain, recordName: 'www', ipv6: false, minutes: 15, dnsServer }, [
      {
        urn: 'urn:pulumi:dev::padlock::digitalocean:index/dnsRecord:DnsRecord::padlock-dev-a',
        type: 'digitalocean:index/dnsRecord:DnsRecord',
        outputs: { domain, type: 'A' },
      },
    ])
  await expect(checked(OURS)).rejects.toThrow(
    'dns = "external", but ours.example is served by DigitalOcean, from records that this stack has and would delete. Allowed: a zone that others serve by now.',
  )
  hold()
  await expect(checked(zone)).resolves.toBeUndefined()
})
