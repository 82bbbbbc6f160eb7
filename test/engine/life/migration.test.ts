/** A stack that version 0.1 made, taken on by the program of today. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FORMAT } from '../../../components/format.ts'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { start } from '../support/processes.ts'
import { type Json, root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, OWNER, openStack, type Stack } from '../support/stack.ts'

const STATE = join(root, 'test/fixtures/states/0.1.json')

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
let before: Json[]
beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], async (dir) => {
    const words = [join(root, 'test/engine/support/seed-state.ts'), dir, STATE]
    const seeded = await start(nodeExecutable(), words, { cwd: root, env: process.env }).done
    if (seeded.code !== 0) throw new Error(seeded.output)
  })
  stack = await openStack(sandbox, 'dev', { shortSleep: true })
  stack.set({ ipv6: true })
  await importState(filledIn(readFileSync(STATE, 'utf8')))
  before = await stack.state()
})
afterAll(() => sandbox?.stop())

/** The fixture with this sandbox's addresses where it has `{name}` or `{name.port}`. */
function filledIn(text: string): string {
  const { file } = sandbox
  const urls: Record<string, string> = {
    digitalocean: file.digitalocean.url,
    auth0: `https://${file.auth0.domain}`,
    login: `https://${file.auth0.customDomain}`,
    acme: file.acme.directory,
    apt: file.apt.url,
    registry: `https://${file.registry.host}`,
  }
  const hosts = ['auth0', 'login', 'registry']
  const words: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(urls).flatMap(([name, url]) => [
        [name, hosts.includes(name) ? new URL(url).host : url],
        [`${name}.port`, new URL(url).port],
      ]),
    ),
    'ssh.port': String(file.ports.ssh),
    'http.port': String(file.ports.http),
    'https.port': String(file.ports.https),
    root: JSON.stringify(readFileSync(file.ca, 'utf8')).slice(1, -1),
  }
  return text.replace(/\{(\w+(?:\.port)?)\}/g, (found, word) => words[word] ?? found)
}

/** What an update from 0.1 makes anew, because of the first boot, and what hangs on the droplet. */
const REPLACED = [
  'replace Droplet padlock-dev',
  'replace ReservedIpAssignment padlock-dev',
  // Droplets are created with a one-time key now.
  'replace SshKey padlock-dev-admin',
  'replace local:Command padlock-dev',
  'replace remote:Command padlock-dev',
  'replace remote:Command padlock-dev-host-key',
  'replace remote:Command padlock-dev-ready',
  'replace remote:CopyToRemote padlock-dev-source',
]

test('a preview replaces the droplet and what hangs on it, and all else stays or is new', async () => {
  const steps = await stack.preview()
  const ours = brief(steps).map((line) => line.replace(/ undefined$/, ''))
  expect(ours.filter((line) => line.startsWith('replace ')).sort()).toEqual(REPLACED)
  expect(ours.filter((line) => /^(delete|update) /.test(line)).sort()).toEqual([
    'delete remote:Command padlock-dev-admin-keys',
    // These get the owner's mark.
    'update Client padlock-dev',
    'update DnsRecord padlock-dev-aaaa',
    'update Firewall padlock-dev',
    'update Project padlock-dev',
  ])
  expect(ours.filter((line) => line.startsWith('create ')).sort()).toEqual([
    'create PrivateKey padlock-dev-first-login',
    `create Tag padlock-dev:owner:${OWNER}`,
    'create local:Command padlock-dev-aaaa-known',
    'create local:Command padlock-dev-acme',
    'create local:Command padlock-dev-admin-keys',
    'create local:Command padlock-dev-certificates',
    'create local:Command padlock-dev-own-address',
    'create remote:Command padlock-dev-packages',
    'create remote:Command padlock-dev-site-serve',
    'create remote:Command padlock-dev-site-stage',
    'create remote:CopyToRemote padlock-dev-packages',
  ])
  expect(await sandbox.writes()).toEqual([])
})

describe('up', () => {
  let output: string
  let secrets: Record<string, string>
  let begun: number
  beforeAll(async () => {
    secrets = await stack.secrets()
    sandbox.fail('host-key', 'broken on purpose')
    await stack.run('up --yes --skip-preview')
    sandbox.mend()
    begun = (await deployment()).outputs?.format
    ;({ output } = await stack.up())
  })

  test('keeps everything but the droplet and its key: the same ids', async () => {
    const kept = (resources: Json[]) =>
      resources
        .filter(({ type }) => /^(auth0|digitalocean|random|tls):/.test(type))
        .filter(
          ({ urn }) =>
            !/(:(Droplet|ReservedIpAssignment|SshKey)|-first-login)(::|$)|:owner:/.test(urn),
        )
        .map(({ type, urn, id }) => `${type} ${urn.split('::').at(-1)} ${id}`)
        .sort()
    expect(kept(before)).toHaveLength(14)
    expect(kept(await stack.state())).toEqual(kept(before))
  })

  test('keeps the session key, the client secret and the admin key', async () => {
    // The URN has the Deployment's type in front of the old one.
    const now = Object.entries(await stack.secrets())
    const valuesOf = (found: [string, string][]) =>
      found
        .filter(([where]) =>
          /session-key\.outputs\.result|ClientCredentials.*clientSecret|-admin\.outputs\.privateKeyOpenssh/.test(
            where,
          ),
        )
        .map(([where, value]) => `${where.split(' ').at(-1)} ${value}`)
        .sort()
    expect(valuesOf(Object.entries(secrets)).length).toBeGreaterThanOrEqual(3)
    expect(valuesOf(now)).toEqual(valuesOf(Object.entries(secrets)))
  })

  test('leads the address and the AAAA record to the new droplet, and deletes the old one last', async () => {
    const [droplet, ...others] = await sandbox.droplets()
    expect(others).toEqual([])
    const old = before.find(({ type }) => /:Droplet$/.test(type))
    expect(String(droplet.id)).not.toBe(old.id)
    const { ip } = await stack.outputs()
    const { reserved_ip } = await sandbox.digitalocean('GET', `/reserved_ips/${ip}`)
    expect(reserved_ip.droplet.id).toBe(droplet.id)
    const { domain_records } = await sandbox.digitalocean(
      'GET',
      '/domains/padlock.localhost/records',
    )
    const { data } = domain_records.find(({ type }: Json) => type === 'AAAA')
    expect(data).toBe(droplet.networks.v6[0].ip_address)
    expect(output.indexOf('DnsRecord padlock-dev-aaaa updated')).toBeLessThan(
      output.indexOf('Droplet padlock-dev deleted original'),
    )
  })

  test('marks the state with its format, one that fails on the way too', async () => {
    expect(begun).toBe(FORMAT)
    expect((await deployment()).outputs.format).toBe(FORMAT)
  })

  test('and then there is nothing left to change', async () => {
    expect(brief(await stack.preview())).toEqual([])
  })
})

describe('ipv6 = false', () => {
  test('takes the AAAA record away and keeps the droplet', async () => {
    const [droplet] = await sandbox.droplets()
    stack.set({ ipv6: false })
    expect(brief(await stack.preview()).sort()).toEqual([
      'delete DnsRecord padlock-dev-aaaa',
      'delete local:Command padlock-dev-aaaa-known',
    ])
    await stack.up()
    expect(await sandbox.droplets()).toEqual([droplet])
    expect(await stack.preview()).toEqual([])
  })

  test('and true again gives the record back', async () => {
    stack.set({ ipv6: true })
    expect(brief(await stack.preview()).sort()).toEqual([
      'create DnsRecord padlock-dev-aaaa',
      'create local:Command padlock-dev-aaaa-known',
    ])
  })
})

describe('a state of a newer format', () => {
  beforeAll(async () => {
    const { stdout } = await stack.run('stack export')
    const exported = JSON.parse(stdout)
    const newer = exported.deployment.resources.find(isDeployment)
    newer.outputs.format = FORMAT + 1
    await importState(JSON.stringify(exported))
    await sandbox.writes()
  })

  test.each(['preview', 'up --yes --skip-preview'])('is refused by name: %s', async (command) => {
    const { code, output } = await stack.run(command)
    expect(code).not.toBe(0)
    expect(output).toContain(
      `the state of the stack dev was made by a newer padlock (format ${FORMAT + 1}, this is ${FORMAT}). Fix: update the program`,
    )
    expect(await sandbox.writes()).toEqual([])
  })
})

const isDeployment = ({ type }: Json) => type === 'padlock:index:Deployment'
const deployment = async () => (await stack.state()).find(isDeployment)

async function importState(text: string) {
  const file = join(sandbox.dir, 'imported.json')
  writeFileSync(file, text)
  const { code, output } = await stack.run(`stack import --file ${file}`)
  if (code !== 0) throw new Error(output)
}
