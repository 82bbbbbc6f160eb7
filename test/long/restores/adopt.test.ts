/** Another stack's database is here, and the host's own bucket is away just then. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(300_000)

const fleet = newFleet()
let shop: Stocked
let copy: Stocked

beforeAll(async () => {
  shop = await fleet.stocked('shop')
  copy = await fleet.stocked('copy')
  await shop.insert(1, 100)
  for (const host of [shop, copy]) await host.must('now')
})

/** Files that hold what opens the backups of the other stack. */
const holders = () =>
  readdirSync(copy.dir, { withFileTypes: true })
    .filter((one) => ['home', 'tmp', 'volume'].includes(one.name))
    .flatMap(({ name }) =>
      readdirSync(join(copy.dir, name), { recursive: true, withFileTypes: true }),
    )
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    // Its files come and go.
    .filter((path) => !path.includes('/spool/'))
    .filter((path) => readFileSync(path).includes(String(shop.source.passphrase)))

/** The databases that a repository has backups of. */
async function systems(repository: 1 | 2): Promise<number> {
  const { stdout } = await copy.pgbackrest('info', `--repo=${repository}`, '--output=json')
  const backups: { database: { id: number } }[] = JSON.parse(stdout)[0].backup
  return new Set(backups.map(({ database }) => database.id)).size
}

test('the volume has a backup of it at once, and the bucket the next night', async () => {
  writeFileSync(join(copy.dir, 'cut'), '_started')
  const cut = await copy.restore({ source: shop.source, files: false, backUpBefore: false })
  expect(cut.code).toBe(137)
  expect(holders()).toHaveLength(1)
  const checked = await copy.backup('check')
  expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining('was cut off')])
  const path = `/spaces/keys/${copy.key.accessKeyId}`
  await fleet.storage.account.call('PUT', path, { name: 'copy', grants: [] })
  const { code, stderr } = await copy.backup('resume')
  expect([code, stderr]).toEqual([0, expect.stringContaining('after the restore failed')])
  expect(stderr).not.toContain('database volume')
  expect([holders(), await systems(2), await copy.rows()]).toEqual([[], 2, '100|1|100'])
  const grants = [{ bucket: 'copy', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'copy', grants })
  expect(await copy.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await systems(1)).toBe(2)
  expect(await copy.backup('check')).toMatchObject({ code: 0, stderr: '' })
})
