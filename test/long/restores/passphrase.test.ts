/** Another passphrase, as docs/backups.md has it: what there is goes beside, in the bucket and on the volume. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CopyObjectCommand, DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'
import type { Key } from '../../sandbox/spaces/account.ts'

jest.setTimeout(120_000)

const fleet = newFleet()
const BUCKET = 'shop-backups'
let place: Place
let key: Key
let order: Record<string, unknown>

beforeAll(async () => {
  ;({ key, order } = await fleet.bucket(BUCKET, 'shop-dev'))
  place = await fleet.place()
  await place.sql('CREATE TABLE numbers (n bigint)')
  writeFileSync(join(place.dir, 'volume/app/upload'), 'a file of the app')
  await place.must('up', order)
  await place.sql('INSERT INTO numbers VALUES (1)')
  await place.must('now')
})

/** `aws s3 mv --recursive`, with the host's own key. */
async function move(from: string, to: string): Promise<number> {
  const client = fleet.storage.client('nyc3', key)
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${from}/` }),
  )
  for (const { Key: name = '' } of Contents) {
    const there = { Bucket: BUCKET, Key: `${to}${name.slice(from.length)}` }
    await client.send(new CopyObjectCommand({ ...there, CopySource: `${BUCKET}/${name}` }))
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: name }))
  }
  return Contents.length
}

test('backups go on under a new passphrase, and those of before are opened by the former', async () => {
  const other = { ...order, passphrase: 'another-horse-battery-staple-of-32' }
  await place.must('stop')
  renameSync(join(place.dir, 'volume/backup'), join(place.dir, 'volume/backup-before'))
  expect(await move('shop-dev', 'shop-dev-before')).toBeGreaterThan(5)
  // The app goes on meanwhile, and so does the log, which has nowhere to go.
  await place.sql('INSERT INTO numbers VALUES (2); SELECT pg_switch_wal()')
  await place.must('start')
  expect(await place.backup('up', other)).toMatchObject({ code: 0 })
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const { backups } = JSON.parse((await place.backup('show')).stdout)
  expect(backups.map(({ state }: { state: string }) => state)).toEqual(Array(5).fill('good'))
  const query = 'SELECT count(*), max(n) FROM numbers'
  for (const repository of [1, 2] as const)
    expect(await place.restored(repository, '', query)).toBe('2|2')

  // As a restore elsewhere reads the former ones.
  const settings = readFileSync(join(place.dir, 'home/pgbackrest.conf'), 'utf8')
    .replaceAll('shop-dev', 'shop-dev-before')
    .replaceAll('volume/backup', 'volume/backup-before')
    .replaceAll(other.passphrase, String(order.passphrase))
  writeFileSync(join(place.dir, 'home/before.conf'), settings, { mode: 0o644 })
  for (const repository of [1, 2] as const)
    expect(await place.restored(repository, '', query, 'home/before.conf')).toBe('1|1')
})
