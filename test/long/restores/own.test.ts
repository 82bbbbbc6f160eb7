/** Restores of a host's own backups: to a moment, to a backup, and to all there is. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(600_000)

const fleet = newFleet()
let host: Stocked
const upload = () => join(host.dir, 'volume/app/upload')

beforeAll(async () => {
  host = await fleet.stocked('shop')
  writeFileSync(upload(), 'first')
})

const verifier = () => host.sql(`SELECT rolpassword FROM pg_authid WHERE rolname = 'app'`)
/** The log goes on to both places, and a backup after it is good. */
async function goesOn(): Promise<void> {
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
}

test('a moment between two rows comes back, files and rows; what was there is kept for a night', async () => {
  await host.insert(1, 1000)
  expect((await host.backup('now')).code).toBe(0)
  await host.insert(1001, 1100)
  const at = await host.moment()
  await host.insert(1101, 1200)
  writeFileSync(upload(), 'second')
  await host.sql(`ALTER ROLE app PASSWORD 'a-newer-one'`)
  const newer = await verifier()
  const { code, stderr, told } = await host.restore({ source: null, at })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(told).toMatchObject({
    database: { where: 'volume', until: expect.stringMatching(at.slice(0, 19)) },
    files: { where: 'volume', label: expect.stringMatching(/^[0-9a-f]{8}$/) },
    problems: [],
  })
  expect(told.downSeconds).toBeLessThan(told.seconds)
  expect(await host.rows()).toBe('1100|1|1100')
  expect(readFileSync(upload(), 'utf8')).toBe('first')
  expect(await verifier()).toBe(newer)
  expect(existsSync(join(host.dir, 'data.former/PG_VERSION'))).toBe(true)
  expect(readFileSync(join(host.dir, 'volume/app.former/upload'), 'utf8')).toBe('second')
  const calls = readFileSync(join(host.dir, 'calls'), 'utf8').split('\n').slice(-6)
  expect(calls).toEqual([
    'start padlock-backup-resume.path',
    ...['app ended', expect.stringMatching(/^stop /), expect.stringMatching(/^start /)],
    ...['app started', ''],
  ])
  await goesOn()
  expect(existsSync(join(host.dir, 'data.former'))).toBe(false)
  expect(existsSync(join(host.dir, 'volume/app.former'))).toBe(false)
})

test('what was undone can be had again by a moment before the restore', async () => {
  await host.insert(5001, 5100)
  const at = await host.moment()
  await host.sql('DELETE FROM numbers')
  expect((await host.restore({ at, database: true, files: false })).told.files).toBeNull()
  expect(await host.rows()).toBe('1200|1|5100')
  const { told } = await host.restore({})
  expect(told.database?.label).toMatch(/F$/)
  expect(await host.rows()).toBe('1200|1|5100')
  await goesOn()
})

test('a backup by its label, and where the server is dead', async () => {
  const { stdout } = await host.backup('list --json')
  const [volume] = JSON.parse(stdout)
  const { from, until } = volume.windows.at(-1)
  expect(Date.parse(from)).toBeLessThan(Date.parse(until))
  const { label, size, stored } = volume.backups.at(-1)
  expect([stored > 100_000, stored < size]).toEqual([true, true])
  await host.insert(6001, 6100)
  await host.sql(`COPY (SELECT 1) TO PROGRAM 'rm -rf ${join(host.dir, 'data/base')}'`)
  await host.control('-m', 'immediate', 'stop')
  const { code, told, stderr } = await host.restore({ label })
  expect([code, stderr]).toEqual([0, expect.stringContaining('no last backup was made of')])
  expect(told.database?.label).toBe(label)
  expect(told.problems).toEqual([expect.stringContaining('no last backup was made of database')])
  expect(await host.rows()).toBe('1200|1|5100')
  await goesOn()
})
