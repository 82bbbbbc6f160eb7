/** Rows that were acknowledged, through kills of a real server with the host's own settings. */
import { killsAreGood, killsTable } from '../bench/data/kills.ts'
import { local } from '../bench/data/local.ts'
import type { Host } from '../bench/host.ts'

jest.setTimeout(20 * 60_000)

let server: Host & { end(): Promise<void> }
beforeAll(async () => {
  server = await local()
})
afterEach(() => {
  delete process.env.PGOPTIONS
})
afterAll(() => server?.end())

const killed = async (times: number) =>
  JSON.parse((await server.program(['kills.py', String(times)])).at(-1)!)

test('100 kills of the main process at random moments lose no row that was acknowledged', async () => {
  const found = await killed(100)
  console.log(killsTable(found))
  expect(found).toMatchObject({ kills: 100, lost: [], half: 0 })
  expect(found.acknowledged).toBeGreaterThan(1000)
  expect(killsAreGood(found)).toBe(true)
})

test('a server that answers before it has written loses some, and that is seen', async () => {
  process.env.PGOPTIONS = '-c synchronous_commit=off'
  const found = await killed(5)
  console.log(killsTable(found))
  expect(found.lost.length).toBeGreaterThan(0)
  expect(killsAreGood(found)).toBe(false)
})
