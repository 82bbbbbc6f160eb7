/** A host whose database is gone, with the backups of the one before: they stay, and new ones follow. */

import { readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'

jest.setTimeout(300_000)
const fleet = newFleet()
let places: Place[]
let order: Record<string, unknown>

beforeAll(async () => {
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  order = { ...made.order, files: false }
  places = [await fleet.place(), await fleet.place()]
})

const states = async (place: Place) => {
  const { backups } = JSON.parse((await place.backup('show')).stdout)
  return Object.fromEntries(backups.map((one: { what: string }) => [one.what, one]))
}

test('the volume is gone: a new, empty database backs up beside what is in the bucket, which stays', async () => {
  const [old, fresh] = places as [Place, Place]
  expect(await old.backup('up', order)).toMatchObject({ code: 0 })
  await old.sql('CREATE TABLE numbers AS SELECT generate_series(1, 100) AS n')
  expect(await old.backup('now')).toMatchObject({ code: 0 })
  // pgBackRest compares whole seconds.
  await sleep(1100)
  const time = await old.sql('SELECT clock_timestamp()')
  // Numbers of its log that the new one does not reach in this test.
  for (let more = 0; more < 6; more++) {
    await old.sql('INSERT INTO numbers VALUES (0); SELECT pg_switch_wal()')
  }
  while (Number(await old.sql('SELECT archived_count FROM pg_stat_archiver')) < 8) await sleep(200)

  expect(await fresh.backup('up', order)).toMatchObject({ code: 0, stderr: '' })
  expect(await fresh.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const listed = JSON.parse((await fresh.backup('list --json')).stdout)
  const counts = listed.map(({ where, backups }: { where: string; backups: [] }) => [
    where,
    backups.length,
  ])
  expect(Object.fromEntries(counts)).toEqual({ volume: 1, bucket: 2 })
  expect(await fresh.restored(1, time, 'SELECT count(*) FROM numbers')).toBe('100')
  expect((await states(fresh))['log of the database'].state).toBe('good')
})

test('a log that waits for longer than a host may lose is told', async () => {
  const [, fresh] = places as [Place, Place]
  const log = async () => (await states(fresh))['log of the database']
  // It hangs, and so it has not failed.
  await fresh.sql("ALTER SYSTEM SET archive_command = 'sleep 600'")
  await fresh.sql('SELECT pg_reload_conf()')
  await fresh.sql('CREATE TABLE more (); SELECT pg_switch_wal()')
  expect(await log()).toMatchObject({ state: 'good' })
  const folder = join(fresh.dir, 'data/pg_wal/archive_status')
  const past = Date.now() / 1000 - 80
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), past, past)
  const waits = /^a part of it has waited for \d\d s to be handed on; see /
  expect(await log()).toMatchObject({ state: 'failed', problem: expect.stringMatching(waits) })
  expect((await fresh.backup('check')).stderr).toContain('to be handed on')
  await fresh.sql('ALTER SYSTEM RESET archive_command')
})

test('a log that is missing is told, though that of the database before went further', async () => {
  const [, fresh] = places as [Place, Place]
  const bucket = join(fleet.storage.dir, 'spaces/nyc3/buckets/shop-backups/shop-dev/postgresql')
  const archives = readdirSync(join(bucket, 'archive/main')).filter((name) => /^\d+-2$/.test(name))
  for (const name of archives) rmSync(join(bucket, 'archive/main', name), { recursive: true })
  expect((await states(fresh))['log of the database']).toMatchObject({
    state: 'failed',
    problem: expect.stringContaining('a part of it is missing in bucket'),
  })
})
