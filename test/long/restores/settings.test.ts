/** A database whose backup has settings of its own (ALTER SYSTEM): a restore goes by none that would harm it. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(600_000)

const fleet = newFleet()
let host: Stocked

beforeAll(async () => {
  host = await fleet.stocked('shop')
})

test('its log goes where the host sends it, while it is tried and afterwards', async () => {
  await host.insert(1, 10)
  const sent = join(host.dir, 'run/sent')
  // Of a database that hands on its log by itself; in force with its next start.
  await host.sql(`ALTER SYSTEM SET archive_command = 'touch ${sent}'`)
  await host.sql(`ALTER SYSTEM SET log_min_messages = 'panic'`)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const at = await host.moment()
  await host.insert(101, 105)
  const { code, stderr, told } = await host.restore({ at, files: false })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(told.problems).toEqual([])
  expect(existsSync(sent)).toBe(false)
  expect(await host.rows()).toBe('10|1|10')
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
})
