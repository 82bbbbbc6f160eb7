/** What a change of the configuration or of the app touches, as previewed and as applied. */
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from '../../support/ssh-key.ts'
import { hostCommand, type Json, root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
/** A copy of the app that the test may change; relative to the project, as the configuration wants. */
const appCopy = join('node_modules', '.cache', `padlock-test-${process.pid}`)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  cpSync(join(root, 'app'), join(root, appCopy), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ appSource: appCopy })
  await stack.up()
  await sandbox.writes()
})
afterAll(async () => {
  await sandbox.stop()
  rmSync(join(root, appCopy), { recursive: true, force: true })
})

const release = ['update remote:Command padlock-dev', 'update local:Command padlock-dev']
const packages = [
  'update remote:CopyToRemote padlock-dev-packages',
  'update remote:Command padlock-dev-packages',
]
const site = [
  'update remote:Command padlock-dev-site-stage',
  'update remote:Command padlock-dev-site-serve',
]
const newDroplet = [
  'replace Droplet padlock-dev',
  'replace ReservedIpAssignment padlock-dev',
  'replace local:Command padlock-dev',
  'replace local:Command padlock-dev-own-address',
  'replace remote:Command padlock-dev',
  'replace remote:Command padlock-dev-host-key',
  'replace remote:Command padlock-dev-packages',
  'replace remote:Command padlock-dev-ready',
  'replace remote:Command padlock-dev-site-serve',
  'replace remote:Command padlock-dev-site-stage',
  'replace remote:CopyToRemote padlock-dev-packages',
  'replace remote:CopyToRemote padlock-dev-source',
  'update Project padlock-dev',
  'update local:Command padlock-dev-admin-keys',
  'update local:Command padlock-dev-certificates',
]
/** A preview does not show a connection that is not known yet: the commands on the host are run again. */
const newAdminKey = [
  'create PrivateKey padlock-dev-admin-2',
  'update local:Command padlock-dev-admin-keys',
  'update local:Command padlock-dev-certificates',
]
const key = generateKey().publicKey

describe('a preview shows', () => {
  test('for a changed app the copy, the release and the probe alone', async () => {
    writeFileSync(join(root, appCopy, 'new.txt'), 'new')
    const steps = await stack.preview()
    rmSync(join(root, appCopy, 'new.txt'))
    expect(brief(steps)).toEqual(['update remote:CopyToRemote padlock-dev-source', ...release])
    expect(steps.map(({ diff }) => diff)).toEqual([
      ['remotePath', 'source'],
      ['create', 'stdin'],
      ['create'],
    ])
  })

  test.each<[string, Record<string, unknown>, string[]]>([
    ['allowedEmails', { allowedEmails: ['grace@example.com'] }, release],
    ['adminSshKeys', { adminSshKeys: [key] }, ['update local:Command padlock-dev-admin-keys']],
    ['adminKeyVersion', { adminKeyVersion: 2 }, newAdminKey],
    ['size', { size: 's-1vcpu-2gb' }, ['update Droplet padlock-dev']],
    ['sshFrom', { sshFrom: ['127.0.0.0/8', '10.0.0.0/8'] }, ['update Firewall padlock-dev']],
    [
      'httpPort',
      { httpPort: 8099 },
      [
        ...packages,
        ...site,
        'update Firewall padlock-dev',
        'update local:Command padlock-dev',
        'update local:Command padlock-dev-acme',
        'update local:Command padlock-dev-own-address',
      ],
    ],
    [
      'caddyRepository',
      {
        caddyRepository: {
          url: 'https://apt.example.com',
          fingerprint: 'A'.repeat(40),
          key: 'https://apt.example.com/key',
        },
      },
      [...packages, 'update Firewall padlock-dev'],
    ],
    ['image', { image: '12345' }, newDroplet],
    [
      'ipv6 of a droplet that was made without',
      { ipv6: true },
      [
        ...newDroplet,
        'create DnsRecord padlock-dev-aaaa',
        'create local:Command padlock-dev-aaaa-known',
      ],
    ],
    ['sshPort', { sshPort: 2223 }, [...newDroplet, 'update Firewall padlock-dev']],
    [
      'region',
      { region: 'ams3' },
      [
        ...newDroplet,
        'replace ReservedIp padlock-dev',
        'update DnsRecord padlock-dev-a',
        'update local:Command padlock-dev-acme',
      ],
    ],
  ])('for a changed %s what it touches alone', async (_key, settings, steps) => {
    const undo = stack.set(settings)
    const shown = await stack.preview()
    undo()
    expect(brief(shown).sort()).toEqual(steps.toSorted())
  })

  test('and changes nothing', async () => {
    expect(await sandbox.writes()).toEqual([])
  })
})

describe('up after changes that need no new droplet', () => {
  let before: Json
  let outputs: Record<string, string>
  beforeAll(async () => {
    ;[before] = await sandbox.droplets()
    const sshFrom = ['127.0.0.0/8', '10.0.0.0/8']
    const settings = { adminSshKeys: [key], size: 's-1vcpu-2gb', sshFrom }
    const tunnels = { tunnels: ['hook', 'demo'], publicTunnels: ['hook'] }
    stack.set({ ...settings, ...tunnels, allowedEmails: ['grace@example.com'] })
    writeFileSync(join(root, appCopy, 'new.txt'), 'new')
    outputs = await stack.outputs()
    await stack.up()
  })

  test('resizes the droplet in place, and its disk not at all', async () => {
    const [droplet, ...others] = await sandbox.droplets()
    expect(others).toEqual([])
    expect(droplet).toMatchObject({
      id: before.id,
      size_slug: 's-1vcpu-2gb',
      disk: before.disk,
      status: 'active',
    })
  })

  test('opens ssh to the new network', async () => {
    const [firewall] = (await sandbox.digitalocean('GET', '/firewalls')).firewalls
    const port = String(sandbox.file.ports.ssh)
    const rule = firewall.inbound_rules.find(({ ports }: Json) => ports === port)
    expect(rule.sources.addresses.toSorted()).toEqual(['10.0.0.0/8', '127.0.0.0/8'])
  })

  test('lets the new person in beside the stack itself', async () => {
    const lines = sandbox.hostFile(before.id, '.ssh/authorized_keys').trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toBe(key)
  })

  test('brings a new release up with the changed files and environment', async () => {
    const { release } = await stack.outputs()
    expect(release).not.toBe(outputs.release)
    const manifest = JSON.parse(sandbox.hostFile(before.id, 'release.json'))
    expect(manifest).toMatchObject({ id: release, env: { ALLOWED_EMAILS: 'grace@example.com' } })
    const archive = join(sandbox.dir, 'machines', String(before.id), manifest.source.archive)
    expect(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })).toMatch(/^new\.txt$/m)
    const commands = sandbox.commands(before.id)
    expect(commands.filter((line) => /host-key$|ready$/.test(line))).toHaveLength(2)
  })
})

/** What the zone has below the site's name, and what the tenant allows a login to come back to. */
async function namesBelow(): Promise<string[]> {
  const path = '/domains/padlock.localhost/records'
  const { domain_records } = await sandbox.digitalocean('GET', path)
  return domain_records
    .filter(({ name }: Json) => name.endsWith('.dev'))
    .map(({ name, type }: Json) => `${type} ${name}`)
    .sort()
}

describe('tunnels that came with it', () => {
  let droplet: Json
  let outputs: Record<string, string>
  beforeAll(async () => {
    ;[droplet] = await sandbox.droplets()
    outputs = await stack.outputs()
  })
  const https = () => `:${sandbox.file.ports.https}`

  test('have a record each, and a way back for the login of what runs there', async () => {
    expect(await namesBelow()).toEqual(['A demo.dev', 'A hook.dev'])
    const client = (await stack.state()).find(({ type }: Json) => type.endsWith('client:Client'))
    expect(client.outputs.callbacks).toEqual(
      ['dev', 'demo.dev', 'hook.dev'].map(
        (name) => `https://${name}.padlock.localhost${https()}/callback`,
      ),
    )
  })

  test('are opened by a key of their own, each by its own password', async () => {
    const access = outputs.tunnelAccess as unknown as Json
    expect(access).toEqual({
      port: sandbox.file.ports.ssh,
      hostKey: expect.stringMatching(/^ssh-ed25519 /),
      privateKey: expect.stringContaining('OPENSSH PRIVATE KEY'),
      tunnels: {
        demo: {
          url: `https://demo.dev.padlock.localhost${https()}`,
          password: expect.stringMatching(/^[A-Za-z0-9]{24}$/),
        },
        hook: { url: `https://hook.dev.padlock.localhost${https()}` },
      },
    })
    const shown = await stack.run('stack output --json')
    expect(shown.output).not.toContain(access.tunnels.demo.password)
    const authorized = sandbox.hostFile(droplet.id, 'tunnels')
    expect(authorized).toMatch(/^ssh-ed25519 \S+\n$/)
    expect(sandbox.hostFile(droplet.id, '.ssh/authorized_keys')).not.toContain(authorized.trim())
  })

  test('lead from the proxy to their sockets, and are part of the host only now', async () => {
    const { caddyfile, aliases } = JSON.parse(sandbox.hostFile(droplet.id, 'site.json'))
    expect(aliases).toEqual(['demo.dev.padlock.localhost', 'hook.dev.padlock.localhost'])
    expect(caddyfile).toMatch(/basic_auth bcrypt demo \{\n\t\tdemo \$2a\$10\$/)
    expect(caddyfile).not.toContain('basic_auth bcrypt hook')
    expect(caddyfile).toContain('reverse_proxy unix//run/padlock-tunnels/sockets/hook.sock')
    expect(sandbox.hostFile(droplet.id, 'installed')).toMatch(/^padlock-tunnels /m)
  })
})

describe('up after a changed image', () => {
  let before: Json
  let outputs: Record<string, string>
  let record: Json
  let output: string
  const siteRecord = async () => {
    const { domain_records } = await sandbox.digitalocean(
      'GET',
      '/domains/padlock.localhost/records',
    )
    return domain_records.find(({ name, type }: Json) => name === 'dev' && type === 'A')
  }
  beforeAll(async () => {
    ;[before] = await sandbox.droplets()
    outputs = await stack.outputs()
    record = await siteRecord()
    stack.set({ image: '12345', tunnels: [], publicTunnels: [] })
    ;({ output } = await stack.up())
  })

  test('the new droplet serves before it gets the address, and then the old one goes', () => {
    const order = [
      'Droplet padlock-dev created replacement',
      'remote:Command padlock-dev-ready created replacement',
      'remote:Command padlock-dev-packages created replacement',
      'remote:Command padlock-dev created replacement',
      'remote:Command padlock-dev-site-stage created replacement',
      'local:Command padlock-dev-own-address created replacement',
      'ReservedIpAssignment padlock-dev created replacement',
      'remote:Command padlock-dev-site-serve created replacement',
      'local:Command padlock-dev created replacement',
      'ReservedIpAssignment padlock-dev deleted original',
      'Droplet padlock-dev deleted original',
    ]
    const places = order.map((words) => [words, output.indexOf(words)] as const)
    expect(places.filter(([, place]) => place < 0)).toEqual([])
    expect(places.toSorted((a, b) => a[1] - b[1]).map(([words]) => words)).toEqual(order)
    // Beside the release.
    const certificates = output.indexOf('local:Command padlock-dev-certificates updated')
    expect(certificates).toBeGreaterThan(output.indexOf(order[2]!))
    expect(certificates).toBeLessThan(output.indexOf(order[4]!))
  })

  test('the address leads to the new droplet, and the name to the same address', async () => {
    const [droplet, ...others] = await sandbox.droplets()
    expect(others).toEqual([])
    expect(droplet.id).not.toBe(before.id)
    const { reserved_ip } = await sandbox.digitalocean('GET', `/reserved_ips/${outputs.ip}`)
    expect(reserved_ip.droplet.id).toBe(droplet.id)
    expect(await siteRecord()).toEqual(record)
    const now = await stack.outputs()
    // What leaves the droplet has the droplet's own address.
    const own = { sshCommand: '', egressIp: '', tunnelAccess: '' }
    expect({ ...now, ...own }).toEqual({ ...outputs, ...own })
    expect(now.egressIp).not.toBe(outputs.egressIp)
    // The new host has made a key of its own.
    expect(now.sshCommand).not.toBe(outputs.sshCommand)
    const commands = sandbox.commands(droplet.id).map(hostCommand)
    const side = commands.splice(4, 2)
    const steps = 'host-key, authorized_keys, ready, install, site stage, site serve'
    expect(commands.join(', ')).toBe(steps)
    expect(side.toSorted()).toEqual(['certificates import', 'release'])
  })

  test('tunnels that are listed no more have left nothing', async () => {
    const [droplet] = await sandbox.droplets()
    expect(await namesBelow()).toEqual([])
    expect(sandbox.hostFile(droplet.id, 'installed')).not.toContain('padlock-tunnels')
    const left = (await stack.state()).filter(({ urn }: Json) => /tunnel/i.test(urn))
    expect(left).toEqual([])
  })

  test('the certificate came along: the authority was asked once', () => {
    expect(sandbox.ordered()).toBe(1)
  })
})
