/** A zone whose registrar names other servers, or none: said first, waited for, asked by name. */
import { type Sandbox, startSandbox } from './support/sandbox.ts'
import { openStack, type Stack } from './support/stack.ts'

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
