/** A restore that is cut off on the way: run again, it is finished or undone, and every row is whole. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
let host: Stocked

beforeAll(async () => {
  host = await fleet.stocked('shop')
  await host.insert(1, 10)
  await host.must('now')
})

test.each([
  ['_proven', '15|1|105', 'undone', false],
  ['_swap', '10|1|10', 'finished', true],
  ['_started', '10|1|10', 'finished', true],
  ['settle', '10|1|10', 'finished', false],
])('killed before %s: %s rows, %s; the app waits: %p', async (step, rows, _, waits) => {
  await host.sql('DELETE FROM numbers WHERE n > 10')
  const at = await host.moment()
  await host.insert(101, 105)
  writeFileSync(join(host.dir, 'cut'), step)
  const { code, stderr } = await host.restore({ at, files: false })
  expect([code, stderr]).toEqual([137, expect.any(String)])
  expect((await host.backup('now')).stderr).toContain('a restore is under way, or was cut off')
  expect(existsSync(join(host.dir, 'volume/backup/swapping'))).toBe(waits)
  expect(await host.backup('resume')).toMatchObject({ code: 0 })
  expect(existsSync(join(host.dir, 'volume/backup/swapping'))).toBe(false)
  const calls = readFileSync(join(host.dir, 'calls'), 'utf8').split('\n')
  const app = calls.filter((line) => line.startsWith('app '))
  expect(app.at(-1) ?? 'app started').toBe('app started')
  expect(await host.rows()).toBe(rows)
  expect(existsSync(join(host.dir, 'data.restored'))).toBe(false)
  expect(existsSync(join(host.dir, 'home/trial'))).toBe(false)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
})
