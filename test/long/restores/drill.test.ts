/** A host that makes no backups of its own, as a drill's: another stack's come there by a key that only reads. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
let shop: Stocked
let drill: Stocked

beforeAll(async () => {
  shop = await fleet.stocked('shop')
  drill = await fleet.stocked('drill')
  writeFileSync(join(shop.dir, 'volume/app/upload'), 'of the shop')
  await shop.insert(1, 100)
  await shop.must('now')
  if ((await drill.backup('remove')).code !== 0) throw new Error('backups stay')
  rmSync(join(drill.dir, 'volume/backup'), { recursive: true })
})

test('database and files are restored, and nothing of the key or the passphrase stays there', async () => {
  const grant = { bucket: 'shop', permission: 'read' } as const
  const { accessKeyId: key, secretAccessKey: secret } = await fleet.storage.key('reader', grant)
  const source = { ...shop.source, key, secret }
  const order = { source, database: true, files: true, backUpBefore: false }
  const { code, stderr, told } = await drill.restore(order)
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(told).toMatchObject({
    ...{ database: { where: 'bucket' }, files: { where: 'bucket' }, problems: [] },
  })
  expect(await drill.rows()).toBe('100|1|100')
  expect(readFileSync(join(drill.dir, 'volume/app/upload'), 'utf8')).toBe('of the shop')
  expect(existsSync(join(drill.dir, 'home/order.json'))).toBe(false)
  const all = readdirSync(drill.dir, { recursive: true, withFileTypes: true })
  for (const one of all.filter((each) => each.isFile())) {
    const text = readFileSync(join(one.parentPath, one.name))
    for (const word of [secret, String(shop.source.passphrase)])
      expect([one.name, text.includes(word)]).toEqual([one.name, false])
  }
})
