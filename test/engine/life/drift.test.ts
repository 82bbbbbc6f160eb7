/** What is deleted behind the stack's back comes back, or is no hindrance to its end. */
import { hostCommand, type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  await stack.up()
})
afterAll(() => sandbox.stop())

const deleteRecord = async () => {
  const path = '/domains/padlock.localhost/records'
  const { domain_records } = await sandbox.digitalocean('GET', path)
  const { id } = domain_records.find(({ type, name }: Json) => type === 'A' && name === 'dev')
  await sandbox.digitalocean('DELETE', `${path}/${id}`)
}
const deleteDroplet = async () => {
  const [{ id }] = await sandbox.droplets()
  await sandbox.digitalocean('DELETE', `/droplets/${id}`)
  while ((await sandbox.droplets()).length > 0) await new Promise((done) => setTimeout(done, 50))
}
const deleteFirewall = async () => {
  const { firewalls } = await sandbox.digitalocean('GET', '/firewalls')
  await sandbox.digitalocean('DELETE', `/firewalls/${firewalls[0].id}`)
}
const deleteClient = async () => {
  const { clientId } = await stack.outputs()
  await sandbox.auth0('DELETE', `/clients/${clientId}`)
}

test('refresh and up bring back a record, a firewall, an application and a droplet', async () => {
  const things = await sandbox.things()
  const { ip } = await stack.outputs()
  await Promise.all([deleteRecord(), deleteFirewall(), deleteClient(), deleteDroplet()])
  expect((await sandbox.things()).length).toBe(things.length - 4)

  const refreshed = await stack.run('refresh --yes --skip-preview')
  expect(refreshed.code).toBe(0)
  await stack.up()

  expect(await sandbox.things()).toEqual(things)
  expect((await stack.outputs()).ip).toBe(ip)
  const [droplet] = await sandbox.droplets()
  const { reserved_ip } = await sandbox.digitalocean('GET', `/reserved_ips/${ip}`)
  expect(reserved_ip.droplet.id).toBe(droplet.id)
  expect(sandbox.commands(droplet.id).map(hostCommand)).toEqual([
    'host-key',
    'authorized_keys',
    'ready',
    'install',
    'release',
    'site stage',
    'site serve',
  ])
  expect(await stack.preview()).toEqual([])
})

test('a reserved IP that is gone stops the refresh; the README leads out', async () => {
  const { ip } = await stack.outputs()
  await sandbox.digitalocean('DELETE', `/reserved_ips/${ip}`)
  const stopped = await stack.run('refresh --yes --skip-preview')
  expect(stopped.code).not.toBe(0)
  expect(stopped.output).toMatch(
    /refreshing urn:\S+ReservedIpAssignment::padlock-dev: .*\s.*Error retrieving reserved IP: .* 404/,
  )
  const resources = await stack.state()
  const { urn } = resources.find(({ type }) => type.endsWith(':ReservedIpAssignment'))
  const removed = await stack.run(`state delete ${urn} --target-dependents --yes`)
  expect(removed.output).not.toMatch(/error:/)
  // The project depends on the assignment; the next update names it.
  const [message = ''] = await stack.mistakes()
  const [, command] = /keep it: pulumi (import .*)/.exec(message) ?? []
  const imported = await stack.run(`${command} --yes`)
  expect([command, imported.code]).toEqual([expect.stringContaining(':Project padlock-dev '), 0])
  await stack.up('--refresh')

  const now = await stack.outputs()
  expect(now.ip).not.toBe(ip)
  const [droplet, ...others] = await sandbox.droplets()
  expect(others).toEqual([])
  const { reserved_ip } = await sandbox.digitalocean('GET', `/reserved_ips/${now.ip}`)
  expect(reserved_ip.droplet.id).toBe(droplet.id)
  expect(await sandbox.things()).toContain(`domain_record dev.padlock.localhost A ${now.ip}`)
})

test('destroy with a refresh ends what is only half there, and leaves nothing', async () => {
  await Promise.all([deleteRecord(), deleteFirewall(), deleteClient(), deleteDroplet()])
  const { code, output } = await stack.run('destroy --yes --skip-preview --refresh')
  expect(output).not.toMatch(/error:/)
  expect(code).toBe(0)
  expect(await sandbox.things()).toEqual([])
  expect(await stack.state()).toEqual([])
})
