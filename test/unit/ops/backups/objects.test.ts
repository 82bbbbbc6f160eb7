import {
  isCopied,
  isLock,
  isNote,
  type Listed,
  names,
  RANKS,
  rankOf,
} from '../../../../ops/backups/objects.ts'

const MD5 = '"5d41402abc4b2a76b9719d911017c592"'
const HASH = 'a'.repeat(64)
const one = (more: Partial<Listed> = {}): Listed => ({
  ...{ key: 'shop-dev/files/config', size: 5, etag: MD5, modified: 1000 },
  ...more,
})

test('what names others comes after them', () => {
  const order = [
    'shop-dev/postgresql/backup/main/20261129-010203F/bundle/1',
    'shop-dev/postgresql/backup/main/20261129-010203F/backup.manifest',
    'shop-dev/postgresql/archive/main/archive.info.copy',
    'shop-dev/postgresql/backup/main/backup.info',
  ].map(rankOf)
  expect(order).toEqual([0, 1, 2, 3])
  const restic = ['data/aa', 'keys', 'index', 'snapshots'].map((folder) => `x/files/${folder}/`)
  expect(restic.map((folder) => rankOf(folder + HASH))).toEqual([0, 0, 1, 2])
  expect(RANKS).toBe(4)
  expect(rankOf('shop-dev/files/config')).toBe(0)
})

test('an object that was put whole is compared by its MD5, one in parts by size and time', () => {
  expect(isCopied(one(), undefined)).toBe(false)
  expect(isCopied(one(), one({ modified: 1 }))).toBe(true)
  expect(isCopied(one(), one({ size: 4 }))).toBe(false)
  expect(isCopied(one(), one({ etag: `"${'0'.repeat(32)}"`, modified: 2000 }))).toBe(false)
  const parts = one({ etag: '"0123456789abcdef0123456789abcdef-3"' })
  expect(isCopied(parts, one({ modified: 1000 }))).toBe(true)
  expect(isCopied(parts, one({ modified: 999 }))).toBe(false)
})

test('a backup that is made or expires changes the names, one that runs does not', () => {
  const all = (...found: Listed[]) => names(new Map(found.map((each) => [each.key, each])))
  const info = one({ key: 'x/backup/main/backup.info' })
  const before = all(info, one())
  expect(all(one({ key: 'x/backup/main/F/backup.manifest.copy' }), info)).toBe(before)
  expect(all(info, one({ key: 'x/archive/main/17-1/0000000100000000/0001' }))).toBe(before)
  expect(all({ ...info, etag: '"other"' })).not.toBe(before)
  expect(all(info, one({ key: `x/files/snapshots/${HASH}` }))).not.toBe(before)
})

test('locks are left out', () => {
  expect([`x/files/locks/${HASH}`, `x/files/data/aa/${HASH}`].map(isLock)).toEqual([true, false])
})

test('notes of drills and copies are no backups, and nothing else is a note', () => {
  const keys = ['receipts/copy.json', 'shop-dev/receipts/drill.json', 'shop-dev/files/drill.json']
  expect(keys.map(isNote)).toEqual([true, true, false])
})
