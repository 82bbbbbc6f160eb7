/** The way to the host: a key that lies in an agent and never in the state, and a door that is closed. */
import { execFileSync } from 'node:child_process'
import { generateKey } from '../../support/ssh-key.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const [person, others] = [generateKey(), [generateKey(), generateKey()]]
const withoutAgent = { SSH_AUTH_SOCK: '' }
let sandbox: Sandbox
let stack: Stack
let agent: Record<string, string>
beforeAll(async () => {
  const said = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' })
  agent = Object.fromEntries([...said.matchAll(/(SSH_\w+)=([^;]+);/g)].map(([, k, v]) => [k, v]))
  for (const { privateKey } of [...others, person]) {
    execFileSync('ssh-add', ['-q', '-'], { input: privateKey, env: { ...process.env, ...agent } })
  }
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ sshKey: 'agent', adminSshKeys: [person.publicKey] })
})
afterAll(async () => {
  process.kill(Number(agent.SSH_AGENT_PID))
  await sandbox.stop()
})

const up = (more: Record<string, string>) => stack.run('up --yes --skip-preview', more)

test('without an agent a preview goes through, and an up ends before anything is made', async () => {
  const preview = await stack.run('preview', withoutAgent)
  expect([preview.code, preview.output]).toEqual([0, expect.any(String)])
  const { code, output } = await up(withoutAgent)
  expect(code).not.toBe(0)
  expect(output).toContain(
    'sshKey = "agent", but no ssh agent is at hand: SSH_AUTH_SOCK is not set',
  )
  expect(await sandbox.writes()).toEqual([])
})

test('a deployment by an agent leaves no key in the state that opens the host', async () => {
  const { code, output } = await up(agent)
  if (code !== 0) throw new Error(output)
  const [droplet] = await sandbox.droplets()
  const authorized = sandbox.hostFile(droplet.id, '.ssh/authorized_keys').trimEnd().split('\n')
  expect(authorized).toEqual([person.publicKey])
  const keys = (await stack.state()).filter(({ type }: Json) => type.endsWith(':PrivateKey'))
  expect(keys.map(({ urn }: Json) => urn.split('::').at(-1)).sort()).toEqual([
    'padlock-dev-bootstrap',
    'padlock-dev-first-login',
  ])
  const { adminPrivateKey, sshCommand } = await stack.outputs()
  expect(adminPrivateKey).toBeUndefined()
  expect(sshCommand).toMatch(/^ssh -p \d+ .* admin@/)
})

test('a release goes in the same way', async () => {
  stack.set({ allowedEmails: ['grace@example.com'] })
  const { code, output } = await up(agent)
  if (code !== 0) throw new Error(output)
  expect(output).toMatch(/padlock-dev updated/)
})

test('an update whose connection is closed off ends in time and names sshFrom', async () => {
  const [firewall] = (await sandbox.digitalocean('GET', '/firewalls')).firewalls
  const { id, name, tags, inbound_rules, outbound_rules } = firewall
  const ssh = String(sandbox.file.ports.ssh)
  const closed = inbound_rules.map((rule: Json) =>
    rule.ports === ssh ? { ...rule, sources: { addresses: ['192.0.2.0/24'] } } : rule,
  )
  const body = { name, tags, inbound_rules: closed, outbound_rules }
  await sandbox.digitalocean('PUT', `/firewalls/${id}`, body)
  stack.set({ allowedEmails: ['linus@example.com'] })
  const { code, output } = await up({ ...agent, PADLOCK_SSH_SECONDS: '3' })
  expect(code).not.toBe(0)
  expect(output).toContain('takes no connection from here for 3 s')
  expect(output).toContain('sshFrom must name the network that this runs in')

  await sandbox.digitalocean('PUT', `/firewalls/${id}`, { ...body, inbound_rules })
  const after = await up(agent)
  expect([after.code, after.output]).toEqual([0, expect.any(String)])
})
