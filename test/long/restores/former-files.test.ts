/** A volume that was lost, of a stack with files alone: they come back, though the newest snapshots are empty. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'

jest.setTimeout(300_000)

const fleet = newFleet()
let source: Record<string, unknown>
let lost: Place
let fresh: Place

const upload = (place: Place) => join(place.dir, 'volume/app/upload')

beforeAll(async () => {
  const { order } = await fleet.bucket('shop-backups', 'shop-dev')
  const { database: _, files: __, keepDaily: ___, keepWeekly: ____, ...place } = order
  source = place
  ;[lost, fresh] = [await fleet.place(), await fleet.place()]
  writeFileSync(upload(lost), 'of the shop')
  await lost.must('up', { ...order, database: false })
  await lost.must('now')
  // A moment is of whole seconds, and the message names one before the new volume's first snapshot.
  await sleep(2100)
  await fresh.must('up', { ...order, database: false })
  await fresh.must('now')
})

test('without a moment it is refused, here and elsewhere, and the one that is named brings them', async () => {
  for (const order of [{}, { source }]) {
    const all = await fresh.backup('restore', order)
    expect(all.code).toBe(1)
    expect(all.stderr).toContain("there are backups of more than one volume's files: of a new one")
  }
  expect(existsSync(upload(fresh))).toBe(false)
  const { stderr: refused } = await fresh.backup('restore', {})
  const [, at] = /Fix: --at (\S+Z) for all that the one before had/.exec(refused) ?? []
  const { code, stderr, stdout } = await fresh.backup('restore', { at })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(JSON.parse(stdout)).toMatchObject({
    files: { label: expect.any(String), where: 'bucket' },
    problems: [],
  })
  expect(JSON.parse(stdout).files).not.toHaveProperty('system')
  expect(readFileSync(upload(fresh), 'utf8')).toBe('of the shop')
  // Now it is what was brought back that is meant, on this host and on one that reads the bucket alone.
  for (const order of [{}, { source }]) {
    expect((await fresh.backup('restore', order)).code).toBe(0)
    expect(readFileSync(upload(fresh), 'utf8')).toBe('of the shop')
  }
})
