/** A restore whose own backup failed: all that there is still comes back, by a backup from before it. */

import { type Stocked, stocked } from '../../sandbox/backups/stocked.ts'
import { type Storage, startStorage } from '../../sandbox/spaces/account.ts'

jest.setTimeout(600_000)

let storage: Storage
let host: Stocked

beforeAll(async () => {
  storage = await startStorage()
  host = await stocked(storage, 'shop')
})
afterAll(async () => {
  await host?.end()
  await storage?.end()
})

test('the newest two of each place are of what the restore has undone', async () => {
  await host.insert(1, 10)
  expect((await host.backup('now')).code).toBe(0)
  const at = await host.moment()
  await host.insert(101, 105)
  for (const _ of [1, 2]) expect((await host.backup('now')).code).toBe(0)
  expect((await host.restore({ at, files: false, backUpBefore: false })).code).toBe(0)
  await host.insert(201, 202)
  // As if the backups after the restore had failed.
  const { stdout } = await host.backup('list --json')
  for (const place of JSON.parse(stdout)) {
    if (place.what !== 'database') continue
    const { label } = place.backups.filter((one: { label: string }) => /F$/.test(one.label)).at(-1)
    const repository = place.where === 'bucket' ? 1 : 2
    const gone = await host.pgbackrest(`--repo=${repository}`, `--set=${label}`, 'expire')
    expect(gone.code).toBe(0)
  }
  const { code, stderr, told } = await host.restore({ files: false, backUpBefore: false })
  expect([code, stderr]).toEqual([0, expect.stringContaining("is not a child of this server's")])
  expect(told.problems).toEqual([])
  expect(await host.rows()).toBe('12|1|202')
})
