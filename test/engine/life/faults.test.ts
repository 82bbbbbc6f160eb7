/** APIs that answer with 429 and 500, hang up, or refuse: what passes by itself, and what to do. */
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const LIMIT = 'creating this/these droplet(s) will exceed your droplet limit'
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())
afterEach(() => sandbox.control.setFaults({ digitalocean: [], auth0: [] }))

test('a refusal for good ends in one message, after faults that pass have passed', async () => {
  const digitalocean = [
    { method: 'POST', path: '^/v2/tags$', times: 1, fault: { status: 429, retryAfterSeconds: 1 } },
    { method: 'GET', path: '^/v2/tags/', times: 2, fault: { status: 500 } },
    { method: 'POST', path: '^/v2/domains$', times: 1, fault: { status: 503 } },
    // It waits for all that the others refuse at first: nothing else is still to be begun.
    { method: 'POST', path: '^/v2/droplets$', fault: { status: 422, message: LIMIT } },
  ]
  const auth0 = [
    { method: 'POST', path: '^/api/v2/clients$', times: 2, fault: { status: 500 } },
    { method: 'PATCH', path: '^/api/v2/clients/', times: 1, fault: { status: 429 } },
  ]
  await sandbox.control.setFaults({ digitalocean, auth0 })
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  const report = output.slice(output.indexOf('Diagnostics:'))
  expect(report).toMatch(
    /Droplet \(padlock-dev\):\s+error: .*\s+\* Error creating droplet: .* 422 .* will exceed your droplet limit/,
  )
  expect(report.match(/^ *error: /gm)).toHaveLength(2)
  const things = await sandbox.things()
  for (const thing of ['application padlock-dev', 'tag padlock-dev', 'domain padlock.localhost'])
    expect(things.filter((one) => one === thing)).toEqual([thing])
})

test('a connection that is dropped ends in a message as well', async () => {
  const digitalocean = [
    { method: 'POST', path: '^/v2/droplets$', times: 1, fault: 'drop' as const },
  ]
  await sandbox.control.setFaults({ digitalocean })
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output).toMatch(/Error creating droplet: Post "http:\S+\/v2\/droplets": EOF/)
  expect(await sandbox.droplets()).toEqual([])
})

test('the next up converges, with nothing made twice', async () => {
  await stack.up()
  const { ip } = await stack.outputs()
  expect(await sandbox.things()).toEqual([
    'application padlock-dev',
    'domain padlock.localhost',
    `domain_record dev.padlock.localhost A ${ip}`,
    'domain_record dev.padlock.localhost CAA sandbox.localhost',
    'droplet padlock-dev-*',
    'firewall padlock-dev-*',
    'project padlock-dev',
    `reserved_ip ${ip}`,
    'ssh_key padlock-dev-admin-*',
    'tag padlock-dev',
    'tag padlock-dev:owner:abc1234',
  ])
})

test('a change that was refused and stays in the state is made by up with a refresh', async () => {
  const [before] = await sandbox.droplets()
  stack.set({ size: 's-1vcpu-2gb' })
  // The droplet is powered off, and then the resize is refused: of two draws the second is below.
  const refusal = { status: 422, message: 'This size is not available at present.' }
  const path = '^/v2/droplets/\\d+/actions$'
  const rule = { method: 'POST', path, share: 0.5, times: 1, fault: refusal }
  await sandbox.control.setFaults({ digitalocean: [rule], seed: 2 })
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output).toContain('This size is not available at present.')
  // Like the official provider, the stand-in powers it on again.
  expect((await sandbox.droplets())[0]).toMatchObject({
    size_slug: before.size_slug,
    status: 'active',
  })

  await sandbox.control.setFaults({ digitalocean: [] })
  await stack.up('--refresh')
  const [droplet] = await sandbox.droplets()
  expect(droplet).toMatchObject({ id: before.id, size_slug: 's-1vcpu-2gb', status: 'active' })
  expect(await stack.preview()).toEqual([])
})
