/** A restore whose own backup failed: all that there is still comes back, by a backup from before it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(600_000)

const fleet = newFleet()
let host: Stocked

beforeAll(async () => {
  host = await fleet.stocked('shop')
})

/** How often pgBackRest has restored a backup. */
const restored = () =>
  readFileSync(join(host.dir, 'pgbackrest/main-restore.log'), 'utf8').match(
    /restore command begin/g,
  )?.length ?? 0

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
  const before = restored()
  const { code, stderr, told } = await host.restore({ files: false, backUpBefore: false })
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /a restore has led away from it: it begins after timeline 2.* its own, 1/,
    ),
  ])
  // Those that lead elsewhere are passed over, and none of them is restored first.
  expect(restored() - before).toBe(1)
  expect(told.problems).toEqual([])
  expect(await host.rows()).toBe('12|1|202')
})
