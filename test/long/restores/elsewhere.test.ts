/** Restores from another stack's bucket, and everything that is refused before anything changes. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
let shop: Stocked
let copy: Stocked
let began: string

beforeAll(async () => {
  shop = await fleet.stocked('shop')
  copy = await fleet.stocked('copy')
  began = await shop.moment()
  writeFileSync(join(shop.dir, 'volume/app/upload'), 'of the shop')
  await shop.insert(1, 100)
  for (const host of [shop, copy]) await host.must('now')
  await copy.insert(1001, 1002)
})

const objects = (folder: string) => {
  const root = join(fleet.storage.dir, 'spaces/nyc3/buckets/shop/shop', folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
}

test.each<[string, () => object, RegExp]>([
  [
    'a wrong passphrase',
    () => ({ source: { ...shop.source, passphrase: 'another-horse-battery' } }),
    /database at localhost:\d+\/shop, shop cannot be read: the passphrase does not open them, or/,
  ],
  [
    'a wrong secret',
    () => ({ source: { ...shop.source, secret: 'no-secret-of-any-key' } }),
    /cannot be read: the key is refused/,
  ],
  [
    'the key of another bucket',
    () => ({ source: { ...shop.source, ...copy.source, bucket: 'shop', prefix: 'shop' } }),
    /cannot be read: the key is refused/,
  ],
  [
    'a bucket that is not there',
    () => ({ source: { ...shop.source, bucket: 'shops' } }),
    /cannot be read: (there is no such bucket|the key is refused)/,
  ],
  [
    'a prefix below which nothing is',
    () => ({ source: { ...shop.source, prefix: 'ship' } }),
    /cannot be read: nothing is there/,
  ],
  [
    'an endpoint that does not answer',
    () => ({ source: { ...shop.source, endpoint: 'localhost:1' } }),
    /cannot be read: it does not answer/,
  ],
  [
    'a label that is not there',
    () => ({ source: shop.source, label: '20200101-000000F' }),
    /there is no backup 20200101-000000F at localhost:\d+\/shop, shop; .\/padlock backup list names/,
  ],
  [
    'a moment before the first backup',
    () => ({ source: shop.source, at: began }),
    /no backup of the database covers .*: the oldest one is of 20/,
  ],
  [
    'a moment to come',
    () => ({ at: '2126-01-01T00:00:00Z' }),
    /2126-01-01T00:00:00Z is in the future: the clock of this host says 20/,
  ],
  [
    'a moment without a zone',
    () => ({ at: '2026-01-01T00:00:00' }),
    /at must be a time with its zone/,
  ],
  [
    'a moment after the end of the log',
    () => ({ source: shop.source, at: new Date().toISOString(), files: false }),
    /the log that was handed on ends before that moment, with the backup itself.*an earlier moment, or none/,
  ],
])('%s: nothing changes', async (_, order, words) => {
  const { code, stderr, stdout } = await copy.restore({ backUpBefore: false, ...order() })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(words)
  expect(stderr).not.toContain(String(shop.source.passphrase))
  expect(await copy.rows()).toBe('2|1001|1002')
  expect(existsSync(join(copy.dir, 'tmp/padlock-backup-source.conf'))).toBe(false)
  expect(existsSync(join(copy.dir, 'data.restored'))).toBe(false)
})

test('a clock that is wrong, and a volume that is too small: nothing changes', async () => {
  const early = await copy.restore({ source: shop.source }, -3 * 24 * 3600)
  expect(early.code).toBe(1)
  expect(early.stderr).toMatch(
    /the clock of this host says 20.*, and there is a backup of 20.*: one of them is wrong/,
  )
  writeFileSync(join(copy.dir, 'free'), '1000000')
  const full = await copy.restore({ source: shop.source })
  writeFileSync(join(copy.dir, 'free'), '')
  expect(full.code).toBe(1)
  expect(full.stderr).toMatch(
    /has not the room .*: [89]\d\d MiB are needed, \d+ MiB of them for the full backup .*, 1 MiB are free. Fix: a larger volume/,
  )
  expect(await copy.rows()).toBe('2|1001|1002')
})

test('all of it into another stack, twice: its own backups go on, its password stays', async () => {
  const verifier = () => copy.sql(`SELECT rolpassword FROM pg_authid WHERE rolname = 'app'`)
  const own = await verifier()
  for (const more of [1, 2]) {
    const { code, stderr, told } = await copy.restore({ source: shop.source })
    expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
    expect(told).toMatchObject({
      database: { where: 'bucket' },
      files: { where: 'bucket' },
      problems: [],
    })
    expect(await copy.rows()).toBe('100|1|100')
    expect(await verifier()).toBe(own)
    expect(existsSync(join(copy.dir, 'volume/app/upload'))).toBe(true)
    await copy.insert(2000 + more, 2000 + more)
    expect(await copy.backup('now')).toMatchObject({ code: 0, stderr: '' })
    expect(await copy.backup('check')).toMatchObject({ code: 0, stderr: '' })
  }
  expect((await copy.restore({})).code).toBe(0)
  expect(await copy.rows()).toBe('101|1|2002')
})

test('into a host that makes no backups of its own', async () => {
  const bare = await fleet.place()
  try {
    // As the package makes it.
    mkdirSync(join(bare.dir, 'home'), { mode: 0o711 })
    await bare.sql('CREATE TABLE others ()')
    const refused = await bare.backup('restore', {})
    expect(refused.stderr).toContain('it has none of its own to restore')
    const { code, stdout } = await bare.backup('restore', { source: shop.source })
    expect([code, JSON.parse(stdout).problems]).toEqual([0, []])
    expect(await bare.sql('SELECT count(*), min(n), max(n) FROM numbers')).toBe('100|1|100')
    expect(existsSync(join(bare.dir, 'volume/app/upload'))).toBe(true)
  } finally {
    await bare.end()
  }
})

test('a log with a hole in it is not taken for one that ends there', async () => {
  const handedOn = () => shop.sql('SELECT last_archived_wal FROM pg_stat_archiver')
  let name = ''
  for (const n of [201, 202, 203]) {
    await shop.insert(n, n)
    name = await shop.sql('SELECT pg_walfile_name(pg_switch_wal())')
  }
  while ((await handedOn()) < name) await sleep(200)
  const segments = objects('postgresql/archive').filter((path) => /[0-9A-F]{24}-\w{40}/.test(path))
  rmSync(segments.sort().at(-2) ?? '')
  const before = await copy.rows()
  const { code, stderr } = await copy.restore({ source: shop.source, files: false })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /a part of the log after [0-9A-F]{24} is missing there, and the log goes on to/,
  )
  expect(await copy.rows()).toBe(before)
})

test('a truncated backup, one without its content, a truncated list, and files without theirs', async () => {
  const before = await copy.rows()
  const cut = (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))
  for (const path of objects('postgresql/backup')) if (path.includes('/bundle/')) cut(path)
  const backup = await copy.restore({ source: shop.source, files: false })
  expect([backup.code, backup.stdout]).toEqual([1, ''])
  expect(backup.stderr).toMatch(
    /cannot be restored, and nothing was changed:\nbackup 20.*F from localhost/,
  )
  for (const path of objects('postgresql/backup')) if (path.includes('/bundle/')) rmSync(path)
  const gone = await copy.restore({ source: shop.source, files: false })
  expect([gone.code, gone.stdout]).toEqual([1, ''])
  expect(gone.stderr).toMatch(
    /cannot be restored, and nothing was changed:\nbackup 20.*F from localhost/,
  )
  for (const path of objects('postgresql/backup')) if (/backup\.info/.test(path)) cut(path)
  const list = await copy.restore({ source: shop.source, files: false })
  expect(list.stderr).toMatch(/the backups of the database at localhost.* cannot be read/)
  for (const path of objects('files/data')) rmSync(path)
  const files = await copy.restore({ source: shop.source, database: false })
  expect(files.stderr).toMatch(/the files cannot be restored, and nothing was changed/)
  expect(existsSync(join(copy.dir, 'volume/app.restored'))).toBe(false)
  expect(await copy.rows()).toBe(before)
  // restic asks for minutes for what is not there.
}, 600_000)
