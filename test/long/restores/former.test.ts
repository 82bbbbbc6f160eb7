/** A volume that was lost: the rows of the database before come back, though the newest backups hold none. */

import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(300_000)

const fleet = newFleet()
let lost: Stocked
let fresh: Place

beforeAll(async () => {
  lost = await fleet.stocked('shop')
  fresh = await fleet.place()
  await lost.insert(1, 100)
  await lost.must('now')
  await lost.insert(101, 106)
  const name = await lost.sql('SELECT pg_walfile_name(pg_switch_wal())')
  const handedOn = 'SELECT last_archived_wal FROM pg_stat_archiver'
  while ((await lost.sql(handedOn)) < name) await new Promise((done) => setTimeout(done, 200))
})

test('without a moment it is refused, and the one that is named brings all of them', async () => {
  const wanted = { database: true, files: false, keepDaily: 7, keepWeekly: 4 }
  expect(await fresh.backup('up', { ...lost.source, ...wanted })).toMatchObject({ code: 0 })
  expect(await fresh.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const all = await fresh.backup('restore', {})
  expect(all.code).toBe(1)
  const [, fix = ''] = /Fix: --at (\S+Z) for all that the one before had/.exec(all.stderr) ?? []
  const { code, stderr, stdout } = await fresh.backup('restore', { at: fix })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(JSON.parse(stdout).problems).toEqual([])
  expect(await fresh.sql('SELECT count(*) FROM numbers')).toBe('106')
  // Now it is what was brought back that is meant.
  expect((await fresh.backup('restore', {})).code).toBe(0)
  expect(await fresh.sql('SELECT count(*) FROM numbers')).toBe('106')
})
