/** A stack with an expiry takes no reserved IP: its name leads to the droplet's own address. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { brief, openStack, type Stack } from '../engine/support/stack.ts'

// Each replacement waits a minute for resolvers.
jest.setTimeout(600_000)
const EXPIRES = '2031-01-01T00:00Z'
let sandbox: Sandbox
let stack: Stack
let others: string[]
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ expires: EXPIRES })
  others = await Promise.all(['fra1', 'fra1', 'fra1'].map(reserve))
})
afterAll(() => sandbox.stop())

const reserve = async (region: string): Promise<string> =>
  (await sandbox.digitalocean('POST', '/reserved_ips', { region })).reserved_ip.ip
const reserved = async (): Promise<Json[]> =>
  (await sandbox.digitalocean('GET', '/reserved_ips')).reserved_ips
const record = async (): Promise<Json> => {
  const { domain_records } = await sandbox.digitalocean('GET', '/domains/padlock.localhost/records')
  return domain_records.find(({ type }: Json) => type === 'A')
}
const own = (droplet: Json): string =>
  droplet.networks.v4.find(({ type }: Json) => type === 'public').ip_address

/** A visitor who resolves the name, keeps the answer for its time to live, and asks again and again. */
function visit() {
  let going = true
  const failed: string[] = []
  const addresses: string[] = []
  const loop = (async () => {
    let known = { data: '', until: 0 }
    while (going) {
      if (Date.now() >= known.until) {
        const { data, ttl } = await record()
        known = { data, until: Date.now() + ttl * 1000 }
        addresses.push(data)
      }
      const answer = await page(known.data).catch((error: Error) => error.message)
      if (answer !== 'hello\n') failed.push(`${known.data}: ${answer}`)
      await sleep(200)
    }
  })()
  return async () => {
    going = false
    await loop
    return { failed, addresses }
  }
}

async function page(host: string): Promise<string> {
  const request = https.get({
    ...{ host, port: sandbox.file.ports.https, servername: 'dev.padlock.localhost', path: '/' },
    ...{ ca: readFileSync(sandbox.file.ca), agent: false, timeout: 5_000 },
  })
  const [response] = await once(request, 'response')
  return (await response.toArray()).join('')
}

/** That all of this was done, and in this order. */
function expectOrder(output: string, order: string[]): void {
  const places = order.map((words) => [words, output.indexOf(words)] as const)
  expect(places.filter(([, place]) => place < 0)).toEqual([])
  expect(places.toSorted((a, b) => a[1] - b[1]).map(([words]) => words)).toEqual(order)
}

test('it comes up in an account without room for a reserved IP', async () => {
  await stack.up()
  const outputs = await stack.outputs()
  const [droplet] = await sandbox.droplets()
  expect(outputs.ip).toBe(own(droplet))
  expect(outputs.egressIp).toBe(outputs.ip)
  expect(outputs.sshCommand).toContain(`@${outputs.ip}`)
  expect(await record()).toMatchObject({ data: outputs.ip, ttl: 60 })
  expect((await reserved()).map(({ ip }) => ip).sort()).toEqual(others.sort())
  const { projects } = await sandbox.digitalocean('GET', '/projects')
  const { id } = projects.find(({ name }: Json) => name === 'padlock-dev')
  const { resources } = await sandbox.digitalocean('GET', `/projects/${id}/resources`)
  expect(resources.map(({ urn }: Json) => urn).sort()).toEqual([
    'do:domain:padlock.localhost',
    `do:droplet:${droplet.id}`,
  ])
  expect(await page(outputs.ip ?? '')).toBe('hello\n')
  expect(await stack.preview()).toEqual([])
})

describe('a replaced droplet', () => {
  let before: Json
  beforeAll(async () => {
    ;[before] = await sandbox.droplets()
    stack.set({ image: '12345' })
  })

  test('that fails before it serves leaves the name where it is', async () => {
    sandbox.fail('release', 'broken on purpose')
    const { code } = await stack.run('up --yes --skip-preview')
    sandbox.mend()
    expect(code).not.toBe(0)
    expect((await record()).data).toBe(own(before))
    expect(await page(own(before))).toBe('hello\n')
  })

  test('serves before the name moves; the old one goes when no resolver knows it, and no visitor sees it', async () => {
    const stop = visit()
    const { output } = await stack.up()
    const { failed, addresses } = await stop()
    const droplets = await sandbox.droplets()
    expect(droplets).toHaveLength(1)
    expect(droplets[0].id).not.toBe(before.id)
    expectOrder(output, [
      'local:Command padlock-dev-own-address created replacement',
      'DnsRecord padlock-dev-a updated',
      'local:Command padlock-dev created replacement',
      'local:Command padlock-dev-a-known updated',
      'Droplet padlock-dev deleted original',
    ])
    expect(failed).toEqual([])
    expect(addresses[0]).toBe(own(before))
    expect((await record()).data).toBe(own(droplets[0]))
    expect((await stack.outputs()).ip).toBe(own(droplets[0]))
    expect(sandbox.ordered()).toBe(1)
    expect(await stack.preview()).toEqual([])
  })
})

describe('an expiry that goes and comes', () => {
  let ip: string

  test('without it the stack needs a reserved IP, and says so where there is none', async () => {
    const undo = stack.set({ expires: undefined })
    const [message] = await stack.mistakes()
    undo()
    expect(message).toContain('has 3 of 3 reserved IPs, and this stack needs one more')
  })

  test('the name moves to the address once that leads to a droplet, to a new one too', async () => {
    for (const one of others) await sandbox.digitalocean('DELETE', `/reserved_ips/${one}`)
    const [before] = await sandbox.droplets()
    stack.set({ expires: undefined, image: undefined })
    const stop = visit()
    const { output } = await stack.up()
    const { failed } = await stop()
    expect(failed).toEqual([])
    const [droplet, ...more] = await sandbox.droplets()
    expect(more).toEqual([])
    expect(droplet.id).not.toBe(before.id)
    ;({ ip = '' } = await stack.outputs())
    expect(await reserved()).toMatchObject([{ ip, droplet: { id: droplet.id } }])
    expect(await record()).toMatchObject({ data: ip, ttl: 300 })
    expectOrder(output, [
      'ReservedIpAssignment padlock-dev created',
      'DnsRecord padlock-dev-a updated',
      'local:Command padlock-dev-a-known updated',
      'Droplet padlock-dev deleted original',
    ])
    expect(await stack.preview()).toEqual([])
  })

  test('with an expiry again it keeps the address that it has', async () => {
    stack.set({ expires: EXPIRES })
    const shown = brief(await stack.preview())
    expect(shown).toContain(`create Tag padlock-dev:expires:20310101T0000Z`)
    expect(shown.filter((step) => /Reserved|DnsRecord|local:Command/.test(step))).toEqual([])
    await stack.up()
    expect((await stack.outputs()).ip).toBe(ip)
    expect(await stack.preview()).toEqual([])
  })

  test('its end takes the address along, and waits for no resolver', async () => {
    const began = Date.now()
    const { code, output } = await stack.run('destroy --yes --skip-preview')
    if (code !== 0) throw new Error(output)
    expect(Date.now() - began).toBeLessThan(60_000)
    expect(await reserved()).toEqual([])
    expect(await sandbox.droplets()).toEqual([])
  })
})

test('what has an expiry and a reserved IP, as former versions made it, changes nothing', async () => {
  stack.set({ expires: undefined })
  await stack.up()
  const { ip } = await stack.outputs()
  expect((await stack.state()).filter(({ urn }) => /-a-known$/.test(urn))).toEqual([])
  stack.set({ expires: EXPIRES })
  await stack.up()
  expect(await stack.preview()).toEqual([])
  expect(await reserved()).toMatchObject([{ ip }])
  expect(await record()).toMatchObject({ data: ip, ttl: 300 })
})
