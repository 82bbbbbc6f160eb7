/** What fails on the host: the message reaches the user, and the next `up` goes on from there. */
import { hostCommand, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

describe('a host that does not become ready', () => {
  const words = `the host's provisioning failed at step 20-packages; the end of /var/log/padlock/provision.log:
E: Unable to locate package caddy`

  test('fails the up with the step and the end of the log, and gets neither address nor release', async () => {
    sandbox.fail('ready', words)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    for (const line of words.split('\n')) expect(output).toContain(line)
    const { reserved_ips } = await sandbox.digitalocean('GET', '/reserved_ips')
    expect(reserved_ips[0].droplet).toBeNull()
    const [droplet] = await sandbox.droplets()
    expect(sandbox.commands(droplet.id).map(hostCommand)).toEqual([
      'host-key',
      'authorized_keys',
      'ready',
    ])
    const outputs = await stack.outputs()
    expect(outputs.url).toBeUndefined()
  })

  test('is gone on with by the next up, with no new droplet', async () => {
    sandbox.mend()
    const [before] = await sandbox.droplets()
    await stack.up()
    const [droplet, ...others] = await sandbox.droplets()
    expect(others).toEqual([])
    expect(droplet.id).toBe(before.id)
    expect(sandbox.commands(droplet.id).map(hostCommand)).toEqual([
      'host-key',
      'authorized_keys',
      'ready',
      'ready',
      'install',
      'release',
      'site stage',
      'site serve',
    ])
  })
})

describe('a release that does not become ready', () => {
  const words = `release 123: the app did not answer 200 at /readyz within 90 s; its last lines:
RuntimeError: no database`
  let before: Record<string, string>
  let dropletId: number

  test("fails the up with the container's last lines, and leaves the old one", async () => {
    before = await stack.outputs()
    const [droplet] = await sandbox.droplets()
    dropletId = droplet.id
    stack.set({ appEnv: { GREETING: 'hello', GUILD_ID: 1177210937346019389n } })
    sandbox.fail('release', words)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    for (const line of words.split('\n')) expect(output).toContain(line)
    expect(JSON.parse(sandbox.hostFile(dropletId, 'release.json')).id).toBe(before.release)
    expect(await stack.outputs()).toEqual(before)
    for (const [where, secret] of Object.entries(await stack.secrets())) {
      expect([where, output.includes(secret)]).toEqual([where, false])
    }
  })

  test('is tried again by the next up', async () => {
    sandbox.mend()
    await stack.up()
    const { release } = await stack.outputs()
    expect(release).not.toBe(before.release)
    const manifest = JSON.parse(sandbox.hostFile(dropletId, 'release.json'))
    expect(manifest).toMatchObject({
      id: release,
      env: { GREETING: 'hello', GUILD_ID: '1177210937346019389' },
    })
  })
})
