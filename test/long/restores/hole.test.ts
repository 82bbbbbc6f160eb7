/** A bucket that is away for longer than the log has room to wait: what was let go of is not forgotten. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'
import type { Key } from '../../sandbox/spaces/account.ts'

jest.setTimeout(120_000)

const fleet = newFleet()
let place: Place
let key: Key
/** The host's own settings of pgBackRest. */
let settings: string

interface Span {
  from: string | null
  until: string | null
}

beforeAll(async () => {
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  key = made.key
  place = await fleet.place()
  await place.must('up', { ...made.order, files: false })
  await place.must('now')
  settings = readFileSync(configuration(), 'utf8')
  writeFileSync(configuration(), settings.replace(/queue-max=\d+/, `queue-max=${16 * 1024 * 1024}`))
})
const configuration = () => join(place.dir, 'home/pgbackrest.conf')

const may = (...grants: object[]) =>
  fleet.storage.account.call('PUT', `/spaces/keys/${key.accessKeyId}`, { name: 'host', grants })
const log = async () => {
  const { backups } = JSON.parse((await place.backup('show')).stdout)
  return backups.find(({ what }: { what: string }) => what === 'log of the database')
}
const inBucket = async () => {
  const { stdout } = await place.backup('list --json')
  return JSON.parse(stdout)[1] as { windows: Span[]; holes: Span[] }
}

/** A segment ends, and is handed on, or let go of; in a second of its own. */
async function segment() {
  await sleep(1100)
  const name = await place
    .sql('CREATE TABLE IF NOT EXISTS t (); SELECT txid_current()')
    .then(() => place.sql('SELECT pg_walfile_name(pg_switch_wal())'))
  const handedOn = 'SELECT last_archived_wal FROM pg_stat_archiver'
  while ((await place.sql(handedOn)).slice(0, 24) < name) await sleep(200)
}

test('it is told with what to do, and once the bucket takes the log again as well', async () => {
  await segment()
  expect(await log()).toMatchObject({ state: 'good' })
  await may()
  await place.sql('CREATE TABLE lost (); SELECT txid_current()')
  await place.sql('SELECT pg_switch_wal(); SELECT txid_current()')
  await segment()
  await may({ bucket: 'shop-backups', permission: 'readwrite' })
  await segment()
  const problem = expect.stringMatching(
    /^a part of it is missing in bucket( and volume)?, where no later moment .* Fix: \.\/padlock backup now; see /,
  )
  expect(await log()).toMatchObject({ state: 'failed', problem })
  expect((await place.backup('check')).code).toBe(1)
  const { windows, holes } = await inBucket()
  expect(holes).toEqual([{ from: expect.any(String), until: null }])
  expect(windows.map(({ until }) => until)).toEqual([holes[0]?.from])
  const told = await place.backup('list')
  expect(told.stdout).toMatch(/a part of the log after 20\S+Z is missing: no later moment until/)
})

test('from the next backup on moments are whole again, and the list still tells of it', async () => {
  // The queue of a backup itself has room again.
  writeFileSync(configuration(), settings)
  await sleep(1100)
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  await segment()
  expect(await log()).toMatchObject({ state: 'good', problem: null })
  const { windows, holes } = await inBucket()
  const again = holes[0]?.until as string
  expect(holes).toHaveLength(1)
  expect(windows.map(({ from }) => from)).toEqual([expect.any(String), again])
  const moment = await place.sql('SELECT clock_timestamp()')
  await place.sql('CREATE TABLE later (); SELECT txid_current()')
  await segment()
  expect(await place.restored(1, moment, "SELECT to_regclass('lost')")).toBe('lost')
})
