/** A site over plain http: without a login, and for a few networks alone. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(400_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

test('is refused with a login, and for everybody', async () => {
  stack.set({ tls: 'off', caaIssuer: undefined, acmeRoot: undefined })
  const [problems] = await stack.mistakes()
  expect(problems).toContain('login = "app" is not none')
  expect(problems).toContain('siteFrom = [] leaves the site open to everybody')
})

test('comes up without a certificate, and the firewall lets in the networks alone', async () => {
  stack.set({ login: 'none', public: true, allowedEmails: [], siteFrom: ['127.0.0.0/8'] })
  const { output } = await stack.up()
  expect(output).toContain('plain http (tls = off)')
  expect(output).toContain('/readyz answers 200, and nobody has to log in')
  const { url, authorityRoot } = await stack.outputs()
  expect(url).toBe(`http://dev.padlock.localhost:${sandbox.file.ports.http}`)
  expect(authorityRoot).toBeUndefined()
  expect(sandbox.ordered()).toBe(0)
  const { firewalls } = await sandbox.digitalocean('GET', '/firewalls')
  const inbound = firewalls[0].inbound_rules.map(({ protocol, ports, sources }: Json) => [
    `${protocol} ${ports}`,
    sources.addresses,
  ])
  const { ssh, http } = sandbox.file.ports
  expect(inbound.map(([port]: [string]) => port)).toEqual([`tcp ${ssh}`, `tcp ${http}`])
  expect(inbound[1][1]).toEqual(['127.0.0.0/8'])
  expect(await stack.preview()).toEqual([])
})

test('a preview warns where siteFrom leaves out who runs it', async () => {
  const undo = stack.set({ siteFrom: ['192.0.2.0/24'] })
  const { output } = await stack.run('preview')
  undo()
  expect(output).toMatch(
    /siteFrom \(192\.0\.2\.0\/24\) leaves out 127\.0\.0\.1, .*: an update from here fails in its last step/,
  )
})
