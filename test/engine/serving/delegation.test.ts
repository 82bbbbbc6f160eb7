/** A zone whose registrar names other servers, or none: said first, waited for, asked by name. */
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

const zone = 'padlock.localhost'
const PARKED = {
  zone,
  servers: ['ns1.parking.example', 'ns2.parking.example'],
  address: '192.0.2.7',
}

describe('a zone that somebody made in the account', () => {
  beforeAll(async () => {
    await sandbox.digitalocean('POST', '/domains', { name: zone })
    stack.set({ manageZone: false })
    await sandbox.writes()
  })
  afterAll(async () => {
    await sandbox.digitalocean('DELETE', `/domains/${zone}`)
    stack.set({ manageZone: true })
  })

  test.each([
    ['is served by others', PARKED, 'it is served by ns1.parking.example and ns2.parking.example'],
    ['is not delegated', { zone, servers: [] }, 'no name server is known for it'],
  ])('and that %s is said before anything is made', async (_title, delegation, found) => {
    await sandbox.control.setDelegation(delegation)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    expect(output).toContain(
      `zone = "${zone}" is not delegated to DigitalOcean: ${found}. Allowed: a zone whose registrar names ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com.`,
    )
    expect(output).toContain(`enter these at the registrar of ${zone}, in place of all others`)
    expect(await sandbox.writes()).toEqual([])
  })

  test('is taken where it is delegated', async () => {
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    expect((await stack.preview()).length).toBeGreaterThan(0)
  })
})

describe('a zone that the stack makes, and that its registrar leads elsewhere', () => {
  let droplet: number
  beforeAll(() => sandbox.control.setDelegation(PARKED))

  test('is named in a preview, which waits for nothing', async () => {
    const { code, output, seconds } = await stack.run('preview')
    expect(code).toBe(0)
    expect(output).toContain(
      'padlock.localhost is not delegated to DigitalOcean yet: it is served by ns1.parking.example and ns2.parking.example. Enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com at its registrar',
    )
    expect(seconds).toBeLessThan(120)
  })

  test('ends an update at the limit, after all that needs no name was made', async () => {
    const undo = stack.set({ delegationMinutes: 0 })
    const { code, output } = await stack.run('up --yes --skip-preview')
    undo()
    expect(code).not.toBe(0)
    expect(output).toContain(
      'no certificate could be issued: padlock.localhost is not delegated to DigitalOcean after 0 min: it is served by ns1.parking.example and ns2.parking.example',
    )
    expect(output).toContain('the next pulumi up goes on from here')
    droplet = (await sandbox.droplets())[0].id
    expect(sandbox.commands(droplet).map(hostCommand)).toContain('site stage')
    expect(sandbox.commands(droplet).map(hostCommand)).not.toContain('site serve')
  })

  test('lets the next update go on, which says what it waits for, and ends well once it is delegated', async () => {
    const { process, done } = stack.launch('up --yes --skip-preview')
    let said = ''
    const waits = new Promise<void>((resolve) => {
      process.stdout?.on('data', (chunk) => {
        said += chunk
        if (said.includes('Goes on for 15 min')) resolve()
      })
    })
    const early = done.then(({ output }) => {
      throw new Error(`it does not wait:\n${output}`)
    })
    await Promise.race([waits, early])
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    early.catch(() => {})
    const { code, output } = await done
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(said).toContain(
      'enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com',
    )
    expect((await sandbox.droplets()).map(({ id }) => id)).toEqual([droplet])
    expect((await stack.outputs()).nameServers).toEqual([
      'ns1.digitalocean.com',
      'ns2.digitalocean.com',
      'ns3.digitalocean.com',
    ])
  })
})

describe('a site whose name leads elsewhere by now', () => {
  afterAll(() => sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] }))

  test('fails the next release by name, though it answers at its address', async () => {
    await sandbox.control.setDelegation(PARKED)
    stack.set({ appEnv: { GREETING: 'by name' } })
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    const { ip } = await stack.outputs()
    const { host, port } = sandbox.file.dns
    expect(output).toContain(
      `dev.padlock.localhost must lead to ${ip} alone (A), but ${host}:${port} says 192.0.2.7, to be remembered for 3600 s`,
    )
    expect(output).toContain('look at: another zone: dig NS padlock.localhost must show')
    expect(output).toMatch(/live all the same: release \w+/)
    expect(output).not.toContain('to go back to release')
  })

  test('ends well once the name leads to it again', async () => {
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    const { output } = await stack.up()
    expect(output).toContain('dev.padlock.localhost leads to')
  })
})
