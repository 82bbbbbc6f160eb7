/** Restores end no backup in the bucket that a week is still kept for; the volume keeps the newest two. */

import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
let host: Stocked

beforeAll(async () => {
  host = await fleet.stocked('shop')
  const wanted = { database: true, files: false, keepDaily: 1, keepWeekly: 1 }
  await host.must('up', { ...host.source, ...wanted })
})

async function fulls(repository: 1 | 2): Promise<string[]> {
  const { stdout } = await host.pgbackrest('info', `--repo=${repository}`, '--output=json')
  const labels = JSON.parse(stdout)[0].backup.map(({ label }: { label: string }) => label)
  return labels.filter((label: string) => label.endsWith('F'))
}

test('one week is kept, and two restores in it leave the full backup from before them', async () => {
  await host.insert(1, 10)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const [volume = '', bucket = ''] = [...(await fulls(2)), ...(await fulls(1))]
  await host.insert(11, 20)
  const later = await host.moment()
  for (const _ of [1, 2]) {
    const { told } = await host.restore({ at: later, backUpBefore: false })
    expect(told.problems).toEqual([])
    expect(await fulls(2)).toContain(volume)
    expect(await fulls(1)).toContain(bucket)
  }
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const newest = await fulls(2)
  expect(newest).toHaveLength(2)
  expect(newest).not.toContain(volume)
  expect(await fulls(1)).toContain(bucket)
  expect((await host.restore({ label: bucket, backUpBefore: false })).code).toBe(0)
  expect(await host.rows()).toBe('10|1|10')
})
