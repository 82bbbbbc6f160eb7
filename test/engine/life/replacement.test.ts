/** A replaced droplet: the new one serves before the address moves, and nothing is lost when it fails. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { waits } from '../support/sleep.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
let before: Json
let ip: string
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev', { shortSleep: true })
  const nightly = { command: 'python tidy.py', schedule: '30 3 * * mon-fri' }
  stack.set({ ipv6: true, processes: { worker: { command: 'python worker.py' }, nightly } })
  await stack.up()
  ;[before] = await sandbox.droplets()
  ;({ ip = '' } = await stack.outputs())
  stack.set({ image: '12345' })
})
afterAll(() => sandbox.stop())

const holder = async () =>
  (await sandbox.digitalocean('GET', `/reserved_ips/${ip}`)).reserved_ip.droplet.id
const aaaa = async () => {
  const { domain_records } = await sandbox.digitalocean('GET', '/domains/padlock.localhost/records')
  return domain_records.find(({ type }: Json) => type === 'AAAA').data
}
const v6 = (droplet: Json) => droplet.networks.v6[0].ip_address

test('workers and jobs start once the address leads to the host', async () => {
  const calendars = ['Mon,Tue,Wed,Thu,Fri *-*-* 03:30:00 UTC']
  const { processes } = JSON.parse(sandbox.hostFile(before.id, 'release.json'))
  expect(processes).toMatchObject({ worker: { calendars: [] }, nightly: { calendars } })
  expect(told(before.id)).toEqual([
    'enable nightly.timer elsewhere',
    'start worker.service elsewhere',
    'enable nightly.timer here',
    'start worker.service here',
  ])
})

/** What systemd of a host was told of workers and jobs. */
const told = (host: number) =>
  sandbox
    .processes()
    .filter((line) => line.startsWith(`${host} `))
    .map((line) => line.replace(/^\d+ /, ''))

test.each(['ready', 'install', 'release'] as const)(
  'a new host that fails at %s leaves the old one with the address and the name',
  async (command) => {
    sandbox.fail(command, `broken on purpose at ${command}`)
    const { code, output } = await stack.run('up --yes --skip-preview')
    sandbox.mend()
    expect(code).not.toBe(0)
    expect(output).toContain(`broken on purpose at ${command}`)
    expect(await holder()).toBe(before.id)
    expect(await aaaa()).toBe(v6(before))
    expect((await sandbox.droplets()).map(({ id }) => id)).toContain(before.id)
    expect(told(before.id)).toHaveLength(4)
  },
)

/** How often an address was assigned or taken away so far. */
async function moves(): Promise<number> {
  const { calls } = await sandbox.control.status()
  const counts = Object.entries(calls.digitalocean ?? {})
  return counts
    .filter(([call]) => /^POST .*\/reserved_ips\/[^/]+\/actions$/.test(call))
    .reduce((sum, [, count]) => sum + count, 0)
}

describe('the next up', () => {
  let output: string
  let after: Json
  let moved: number
  beforeAll(async () => {
    const earlier = await moves()
    ;({ output } = await stack.up())
    moved = (await moves()) - earlier
    const droplets = await sandbox.droplets()
    expect(droplets).toHaveLength(1)
    after = droplets[0]
  })

  test('goes on with the new droplet', async () => {
    expect(after.id).not.toBe(before.id)
    expect(await holder()).toBe(after.id)
    expect(await aaaa()).toBe(v6(after))
  })

  test('moves the address in one step, then the AAAA record, and deletes the old droplet last', () => {
    const order = [
      'ReservedIpAssignment padlock-dev created replacement',
      'local:Command padlock-dev created replacement',
      'DnsRecord padlock-dev-aaaa updated',
      'local:Command padlock-dev-aaaa-known updated',
      'Droplet padlock-dev deleted original',
    ]
    const places = order.map((words) => [words, output.indexOf(words)] as const)
    expect(places.filter(([, place]) => place < 0)).toEqual([])
    expect(places.toSorted((a, b) => a[1] - b[1]).map(([words]) => words)).toEqual(order)
    expect(moved).toBe(1)
    // Only then, as resolvers remember the old one.
    expect(waits(sandbox)).toBe(1)
  })

  test('ends workers and jobs on the old host before it starts them on the new one', () => {
    const moved = [
      'ReservedIpAssignment padlock-dev created replacement',
      'local:Command padlock-dev-processes updated',
    ]
    const [assigned = -1, processes = -1] = moved.map((words) => output.indexOf(words))
    expect(assigned).toBeGreaterThan(0)
    expect(processes).toBeGreaterThan(assigned)
    const lines = sandbox.processes()
    const stopped = lines.indexOf(`${before.id} stop worker.service elsewhere`)
    const started = lines.indexOf(`${after.id} start worker.service here`)
    expect(stopped).toBeGreaterThan(0)
    expect(started).toBeGreaterThan(stopped)
    expect(told(before.id)).toContain('stop nightly.timer elsewhere')
  })

  test('orders no certificate: it came along from the old host', () => {
    expect(sandbox.ordered()).toBe(1)
    expect(sandbox.commands(after.id)).toContain('sudo /usr/lib/padlock/certificates import')
  })
})

test('where the old host is lost, the new one orders a certificate of its own', async () => {
  const [lost] = await sandbox.droplets()
  sandbox.fail('certificates', 'this host is lost')
  const droplet = (await stack.state()).find(({ type }: Json) => /:Droplet$/.test(type))
  const { output } = await stack.up(`--replace ${droplet.urn}`)
  sandbox.mend()
  expect(output).toMatch(/could not be carried over .*the new host orders its own/)
  expect(sandbox.ordered()).toBe(2)
  expect(await holder()).not.toBe(lost.id)
})
