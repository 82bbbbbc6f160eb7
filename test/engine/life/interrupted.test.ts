/** An `up` that is stopped by Ctrl-C or killed outright: the next one converges, nothing is doubled. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

const things = async () => {
  const { ip } = await stack.outputs()
  return (await sandbox.things()).map((thing) => thing.replace(ip ?? 'no address', 'ADDRESS'))
}
const whole = [
  'application padlock-dev',
  'domain padlock.localhost',
  'domain_record dev.padlock.localhost A ADDRESS',
  'domain_record dev.padlock.localhost CAA sandbox.localhost',
  'droplet padlock-dev-*',
  'firewall padlock-dev-*',
  'project padlock-dev',
  'reserved_ip ADDRESS',
  'ssh_key padlock-dev-admin-*',
  'tag padlock-dev',
  'tag padlock-dev:owner:abc1234',
]

test('killed while the droplet is made: the stack is locked, and the message says how to go on', async () => {
  // The droplet is there, and the plugin still waits to hear that it runs.
  const slow = { method: 'GET', path: '^/v2/droplets/\\d+$', fault: { delayMs: 3_600_000 } }
  await sandbox.control.setFaults({ digitalocean: [slow] })
  const running = stack.launch('up --yes --skip-preview')
  while ((await sandbox.droplets()).length === 0) await new Promise((done) => setTimeout(done, 50))
  running.process.kill('SIGKILL')
  await running.done
  await sandbox.control.setFaults({ digitalocean: [] })

  const locked = await stack.run('up --yes --skip-preview')
  expect(locked.code).not.toBe(0)
  expect(locked.output).toMatch(/the stack is currently locked.*pulumi cancel/)
  expect((await stack.run('cancel --yes')).code).toBe(0)
})

test('the droplet that was just being made is named by the next up, and goes', async () => {
  const [left] = await sandbox.droplets()
  const [message = ''] = await stack.mistakes()
  expect(message).toContain(`droplet ${left.name} (${left.id})`)
  expect(message).toContain(`or: doctl compute droplet delete ${left.id}`)
  await sandbox.digitalocean('DELETE', `/droplets/${left.id}`)
  while ((await sandbox.droplets()).length > 0) await new Promise((done) => setTimeout(done, 50))
})

test('a kill cannot spoil the state: no file of it is written in more than one step', () => {
  const files = readdirSync(join(sandbox.dir, 'state'), { recursive: true }).map(String)
  expect(files.some((file) => file.endsWith('/dev.json'))).toBe(true)
  expect(files.filter((file) => file.endsWith('.attrs'))).toEqual([])
})

test('killed while the host gets ready: up goes on with it', async () => {
  sandbox.hold('ready')
  const running = stack.launch('up --yes --skip-preview')
  await sandbox.reached('ready')
  running.process.kill('SIGKILL')
  await running.done
  sandbox.mend()
  const before = await sandbox.droplets()

  expect((await stack.run('cancel --yes')).code).toBe(0)
  const { output } = await stack.up()
  expect(output).toMatch(/Droplet::padlock-dev, interrupted while creating/)
  expect((await sandbox.droplets()).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
})

test('a second droplet that carries the stack’s tag is told of by every update', async () => {
  await stack.up()
  const [own] = await sandbox.droplets()
  const other = await openStack(sandbox, 'other')
  other.set({ subdomain: 'other', manageZone: false })
  await other.up()
  const [, left] = await sandbox.droplets()
  const resources = [{ resource_id: String(left.id), resource_type: 'droplet' }]
  await sandbox.digitalocean('POST', '/tags/padlock-dev/resources', { resources })

  const { output } = await stack.run('preview')
  expect(output.replace(/\s+/g, ' ')).toContain(
    `warning: 2 droplets carry the tag padlock-dev: ${own.name} (${own.id}), ${left.name} (${left.id}).`,
  )
  const { stdout } = await stack.run('stack --show-ids')
  expect([own.id, left.id].map((id) => stdout.includes(String(id)))).toEqual([true, false])
  expect((await other.run('destroy --yes --skip-preview')).code).toBe(0)
  expect(await things()).toEqual(whole)
})

test('Ctrl-C during a release: it ends by itself, and the next up brings the release up', async () => {
  const before = await stack.outputs()
  stack.set({ appEnv: { GREETING: 'hello' } })
  sandbox.hold('release')
  const running = stack.launch('up --yes --skip-preview')
  await sandbox.reached('release')
  running.process.kill('SIGINT')
  const { code } = await running.done
  expect(code).not.toBe(0)
  expect(await stack.outputs()).toEqual(before)
  sandbox.mend()

  await stack.up()
  expect((await stack.outputs()).release).not.toBe(before.release)
  expect(await things()).toEqual(whole)
})

test('the warning of interrupted operations can be cleared, and destroy leaves nothing', async () => {
  const { output } = await stack.run('refresh --yes --skip-preview --clear-pending-creates')
  expect(output).not.toMatch(/error:/)
  const destroyed = await stack.run('destroy --yes --skip-preview')
  expect(destroyed.output).not.toMatch(/error:|pending operations/)
  expect(await sandbox.things()).toEqual([])
  expect(await stack.state()).toEqual([])
})
