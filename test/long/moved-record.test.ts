/** Where a record leads and what the state says of it may differ: it is the stack's own all the same. */
import { type Json, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'

// Each replacement waits a minute for resolvers.
jest.setTimeout(600_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ expires: '2031-01-01T00:00Z' })
  await stack.up()
})
afterAll(() => sandbox.stop())

const record = async (): Promise<Json> => {
  const { domain_records } = await sandbox.digitalocean('GET', '/domains/padlock.localhost/records')
  return domain_records.find(({ type }: Json) => type === 'A')
}
/** Lets the record lead to an address, whatever the state says; its id. */
async function lead(data: string): Promise<number> {
  const { id } = await record()
  const body = { type: 'A', name: 'dev', data, ttl: 60 }
  await sandbox.digitalocean('PUT', `/domains/padlock.localhost/records/${id}`, body)
  return id
}
const own = (droplet: Json): string =>
  droplet.networks.v4.find(({ type }: Json) => type === 'public').ip_address

test('a move that ends in an error is made by the next update', async () => {
  stack.set({ image: '12345' })
  const rule = { method: 'PUT', path: '/records/', fault: 'drop', times: 100 } as const
  await sandbox.control.setFaults({ digitalocean: [rule] })
  const { code } = await stack.run('up --yes --skip-preview')
  await sandbox.control.setFaults({})
  expect(code).not.toBe(0)
  const [before, after] = await sandbox.droplets()
  expect((await record()).data).toBe(own(before))
  await stack.up()
  expect(await sandbox.droplets()).toMatchObject([{ id: after.id }])
  expect((await record()).data).toBe(own(after))
  expect(await stack.preview()).toEqual([])
})

test('one that an engine made and could not write down, as it was killed, is this stack’s', async () => {
  stack.set({ image: undefined })
  sandbox.fail('release', 'broken on purpose')
  await stack.run('up --yes --skip-preview')
  sandbox.mend()
  const after = (await sandbox.droplets())[1]
  await lead(own(after))
  await stack.up()
  expect(await sandbox.droplets()).toMatchObject([{ id: after.id }])
  expect((await record()).data).toBe(own(after))
  expect(await stack.preview()).toEqual([])
})

test('one that was led elsewhere by hand is named all the same', async () => {
  const id = await lead('203.0.113.9')
  const [message] = await stack.mistakes()
  expect(message).toContain(`has records that are not this stack’s: A 203.0.113.9 (id ${id})`)
})
