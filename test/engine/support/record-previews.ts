/**
 * `npm run record-previews [-- NAME ...]`: makes each change on a stack of the real program, on the
 * real engine and the sandbox's accounts, and keeps what `pulumi preview --json` says of it in
 * test/fixtures/previews. Takes about three minutes; `UPDATE_GOLDEN=1` on test/unit/report after it.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { PORTS } from '../../../sandbox/settings.ts'
import { type Json, root, type Sandbox, startSandbox } from './sandbox.ts'
import { scrub } from './scrub.ts'
import { openStack, type Stack } from './stack.ts'

const FIXTURES = join(root, 'test/fixtures/previews')
const PREVIEW = 'preview --json --show-sames'
const appCopy = join('node_modules', '.cache', `padlock-record-${process.pid}`)
const PERSON = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'B'.repeat(42)}A grace@example.com`

/** One key of the configuration, or several, on top of what is up. */
const CHANGES: Record<string, Record<string, unknown>> = {
  'no-change': {},
  size: { size: 's-1vcpu-2gb' },
  image: { image: '12345' },
  region: { region: 'ams3' },
  'ssh-opened': { sshFrom: ['127.0.0.0/8', '0.0.0.0/0', '::/0'] },
  'ssh-narrowed': { sshFrom: ['127.0.0.0/16'] },
  'ssh-port': { sshPort: 2223 },
  'http-port': { httpPort: 8088 },
  'allowed-emails': { allowedEmails: ['ada@example.com', 'grace@example.com'] },
  'allowed-domains': { allowedDomains: ['example.org'] },
  connection: { connections: ['Username-Password-Authentication', 'google-oauth2'] },
  subdomain: { subdomain: 'www' },
  'app-env': { appEnv: { GREETING: 'Hello | `world`' } },
  'app-image': {
    appSource: undefined,
    appBaseImage: undefined,
    appImage: `ghcr.io/acme/shop@sha256:${'0'.repeat(63)}1`,
  },
  'admin-key': { adminSshKeys: [PERSON] },
  'admin-key-rotated': { adminKeyVersion: 2 },
  'ipv6-on': { ipv6: true },
  protect: { protect: true },
  environment: { environment: 'Production', protect: undefined },
  'acme-staging': {
    acmeDirectory: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    acmeRoot: undefined,
    caaIssuer: undefined,
  },
  'login-domain': { auth0CustomDomain: 'login.example.com' },
  'bad-size': { size: 's-9vcpu-9gb' },
  everything: {
    size: 's-2vcpu-4gb',
    image: '12345',
    region: 'ams3',
    subdomain: 'www',
    sshFrom: ['0.0.0.0/0'],
    allowedEmails: ['grace@example.com'],
    allowedDomains: ['example.org'],
    connections: ['google-oauth2'],
    adminSshKeys: [PERSON],
    environment: 'Production',
    protect: undefined,
  },
}

async function main(wanted: string[]): Promise<void> {
  mkdirSync(FIXTURES, { recursive: true })
  cpSync(join(root, 'app'), join(root, appCopy), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  const sandbox = await startSandbox(fixedPorts())
  try {
    const stack = await openStack(sandbox, 'dev')
    const repository = { ...caddyRepository(sandbox), suite: 'stable' }
    stack.set({ appSource: appCopy })
    const record = async (name: string, command = PREVIEW) => {
      if (wanted.length > 0 && !wanted.includes(name)) return
      await save(stack, sandbox, name, command)
    }
    const recordWith = async (name: string, settings: Record<string, unknown>) => {
      const undo = stack.set(settings)
      await record(name)
      undo()
    }

    await savePrices(sandbox)
    await record('first-up')
    await stack.up()
    for (const [name, settings] of Object.entries(CHANGES)) await recordWith(name, settings)
    await recordWith('caddy-repository', { caddyRepository: repository })
    writeFileSync(join(root, appCopy, 'new.txt'), 'new')
    await record('app-file')
    rmSync(join(root, appCopy, 'new.txt'))

    const first = await secret(stack, sandbox, 'sk_live_of_the_recorder')
    const other = await secret(stack, sandbox, 'sk_live_of_another_day')
    await recordWith('app-secret-added', { appSecrets: { STRIPE_KEY: first } })
    stack.set({ appSecrets: { STRIPE_KEY: first }, ipv6: true, protect: true })
    await stack.up()
    await recordWith('app-secret-changed', { appSecrets: { STRIPE_KEY: other } })
    await recordWith('app-secret-removed', { appSecrets: undefined })
    await recordWith('protected', { image: '12345' })
    await recordWith('protect-off', { protect: false })
    stack.set({ protect: false })
    await stack.up()
    await recordWith('ipv6-off', { ipv6: false })

    await changeFirewall(sandbox)
    await record('drift', 'refresh --preview-only --json')
    await record('destroy', 'destroy --preview-only --json')
  } finally {
    await sandbox.stop()
    rmSync(join(root, appCopy), { recursive: true, force: true })
  }
}

/** Lists of rules are in the order of their ports, so these must not change places. */
function fixedPorts(): string[] {
  return Object.values(PORTS).flatMap(({ flag, number }) => [`--${flag}`, String(number + 10_000)])
}

/** What the API sells, as far as prices go. */
async function savePrices(sandbox: Sandbox): Promise<void> {
  const { sizes } = await sandbox.digitalocean('GET', '/sizes?per_page=200')
  const rows = sizes.map(({ slug, price_monthly, price_hourly }: Json) =>
    JSON.stringify({ slug, price_monthly, price_hourly }),
  )
  const text = `{"sizes": [\n${rows.join(',\n')}\n]}\n`
  writeFileSync(join(root, 'test/fixtures/prices.json'), text)
}

async function save(stack: Stack, sandbox: Sandbox, name: string, command: string) {
  const { stdout, output, seconds } = await stack.run(command)
  if (!stdout.startsWith('{')) throw new Error(`${name}: the engine prints no JSON:\n${output}`)
  const text = scrub(JSON.parse(stdout), literals(sandbox))
  for (const [where, value] of Object.entries(await stack.secrets())) {
    if (text.includes(JSON.stringify(value).slice(1, -1)))
      throw new Error(`${name}: shows the secret ${where}`)
  }
  writeFileSync(join(FIXTURES, `${name}.json`), text)
  console.log(`${name}: ${text.length} characters, ${seconds.toFixed(1)} s`)
}

/** What this run's sandbox was given, and what Pulumi.dev.yaml has instead. */
function literals({ dir }: Sandbox): Record<string, string> {
  const ports = Object.values(PORTS).map(({ number }) => [String(number + 10_000), String(number)])
  return { [dir]: '/srv/sandbox', ...Object.fromEntries(ports) }
}

function caddyRepository({ file }: Sandbox) {
  const { url, suite, component, keyFile } = file.apt
  return { url, suite, component, key: keyFile }
}

/** A value as the configuration file keeps it: encrypted. */
async function secret(stack: Stack, sandbox: Sandbox, value: string): Promise<Json> {
  const { code, output } = await stack.run(`config set --secret --path appSecrets.IT ${value}`)
  if (code !== 0) throw new Error(output)
  const file = join(sandbox.dir, 'project/dev/Pulumi.dev.yaml')
  return parse(readFileSync(file, 'utf8')).config['padlock:appSecrets'].IT
}

/** What a person does in the control panel: a database opened to all, HTTP/3 closed. */
async function changeFirewall(sandbox: Sandbox): Promise<void> {
  const [firewall] = (await sandbox.digitalocean('GET', '/firewalls')).firewalls
  const { id, name, tags, inbound_rules, outbound_rules } = firewall
  await sandbox.digitalocean('PUT', `/firewalls/${id}`, {
    name,
    tags,
    outbound_rules,
    inbound_rules: [
      ...inbound_rules.filter(({ protocol }: Json) => protocol !== 'udp'),
      { protocol: 'tcp', ports: '5432', sources: { addresses: ['0.0.0.0/0'] } },
    ],
  })
}

await main(process.argv.slice(2))
