/** The host's backups: PostgreSQL, pgBackRest and restic as Debian has them, against a real S3 server. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastBackups, missing } from '../../../ops/backups/check.ts'
import type { Source } from '../../../ops/backups/source.ts'
import type { Key } from '../spaces/account.ts'
import { newFleet } from './fleet.ts'
import type { Place } from './place.ts'

jest.setTimeout(400_000)

const PASSPHRASE = 'correct-horse-battery-staple-of-32'
const fleet = newFleet()
let place: Place
let key: Key
let order: Record<string, unknown>

beforeAll(async () => {
  ;({ key, order } = await fleet.bucket('shop-backups', 'shop-dev'))
  place = await fleet.place()
  await place.sql('CREATE TABLE numbers (n bigint PRIMARY KEY, at timestamptz DEFAULT now())')
  writeFileSync(join(place.dir, 'volume/app/upload'), 'a file of the app')
  await place.must('up', order)
})

const insert = (from: number, to: number) =>
  place.sql(`INSERT INTO numbers (n) SELECT generate_series(${from}, ${to})`)
const COUNT = 'SELECT count(*), min(n), max(n) FROM numbers'
const states = async (ahead?: number) => {
  const { stdout } = await place.backup('show', undefined, ahead)
  const { backups } = JSON.parse(stdout) as { backups: { what: string; state: string }[] }
  return Object.fromEntries(backups.map(({ what, state }) => [what, state]))
}
/** All log until now is in both places: segments go there in order. */
async function archived(): Promise<void> {
  const segment = await place.sql('SELECT pg_walfile_name(pg_switch_wal())')
  const ask = `SELECT left(last_archived_wal, 24) >= '${segment}' FROM pg_stat_archiver`
  while ((await place.sql(ask)) !== 't') await sleep(100)
}
/** All files below a folder, the largest first. */
function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort((a, b) => statSync(b).size - statSync(a).size)
}
/** pgBackRest opens neither place with another passphrase than the host's. */
async function otherPassphrase(): Promise<void> {
  const own = readFileSync(join(place.dir, 'home/pgbackrest.conf'), 'utf8')
  for (const repository of [1, 2] as const) {
    const passphrase = `repo${repository}-cipher-pass=${PASSPHRASE}\n`
    expect(own).toContain(passphrase)
    const wrong = own.replace(passphrase, passphrase.replace(PASSPHRASE, 'another-passphrase'))
    const file = join(place.dir, 'wrong.conf')
    writeFileSync(file, wrong)
    const failed = place.restored(repository, '', COUNT, 'wrong.conf')
    await expect(failed).rejects.toThrow(/unable to load info file|unable to flush/)
    rmSync(file)
  }
}
const bucket = () => join(fleet.storage.dir, 'spaces/nyc3/buckets/shop-backups')
const ALL = ['database volume', 'database bucket', 'files volume', 'files bucket']

test('a host that has just been told has until the next night', async () => {
  expect(await states()).toEqual({
    ...Object.fromEntries(ALL.map((what) => [what, 'none'])),
    'log of the database': 'good',
  })
  expect((await place.backup('check')).code).toBe(0)
  const late = await place.backup('check', undefined, 27 * 3600)
  expect(late.code).toBe(1)
  expect(late.stderr).toContain('<4>backup of database bucket: there has been none for 26 hours')
})

test('an order waits for pgBackRest, which hands on the log', async () => {
  // Its name in 2.45, and in 2.55.
  const [one, other] = ['main-archive.lock', 'main-archive-1.lock'].map((name) =>
    join(place.dir, 'pgbackrest', name),
  ) as [string, string]
  const hold = ['flock', one, 'flock', other, 'sh', '-c', 'echo held; sleep 4']
  const holder = spawn('runuser', ['--user', 'postgres', '--', ...hold], { env: place.env })
  await once(holder.stdout, 'data')
  const ended = once(holder, 'exit')
  expect(await place.backup('up', order)).toMatchObject({ code: 0, stderr: '' })
  expect((await ended)[0]).toBe(0)
  expect((await place.backup('check')).code).toBe(0)
})

test('everything is in both places, encrypted, and a moment between two rows can be had again', async () => {
  await insert(1, 1000)
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  await insert(1001, 1100)
  await sleep(50)
  const between = await place.sql('SELECT clock_timestamp()')
  await sleep(50)
  await insert(1101, 1200)
  await archived()
  for (const repository of [1, 2] as const) {
    expect(await place.restored(repository, between, COUNT)).toBe('1100|1|1100')
  }
  expect(Object.values(await states())).toEqual(['good', 'good', 'good', 'good', 'good'])
  for (const file of [...below(bucket()), ...below(join(place.dir, 'volume/backup'))]) {
    expect(readFileSync(file).includes('a file of the app')).toBe(false)
  }
  await otherPassphrase()
})

test('the bucket itself tells how old they are, to whoever reads it', async () => {
  const { endpoint, region, bucket, prefix } = order as Record<string, string>
  const source = { endpoint, region, bucket, prefix, passphrase: PASSPHRASE } as Source
  const secrets = { key: key.accessKeyId, secret: key.secretAccessKey }
  const seen = await lastBackups({ ...source, ...secrets }, fleet.storage.client('nyc3', key))
  expect(seen.map(({ what }) => what)).toEqual(['database', 'files'])
  expect(missing(seen)).toEqual([])
  expect(missing(seen, undefined, new Date(Date.now() + 27 * 3600_000))).toHaveLength(2)
  const other = lastBackups(
    { ...source, ...secrets, bucket: 'no-such' },
    fleet.storage.client('nyc3', key),
  )
  await expect(other).rejects.toThrow('the bucket no-such cannot be read: NoSuchBucket')
})

test('the second night takes what has changed, and all is listed', async () => {
  await insert(2001, 2010)
  expect((await place.backup('now')).code).toBe(0)
  expect((await place.backup('release')).code).toBe(0)
  const listed = JSON.parse((await place.backup('list --json')).stdout) as {
    what: string
    where: string
    backups: { type?: string }[]
  }[]
  expect(listed.map(({ what, where }) => `${what} ${where}`)).toEqual(ALL)
  expect(listed[1]?.backups.map(({ type }) => type)).toEqual(['full', 'diff', 'incr'])
  expect(listed[3]?.backups.length).toBeGreaterThan(0)
})

test('the files come back from the bucket', async () => {
  const env = {
    RESTIC_REPOSITORY: `s3:https://localhost:${fleet.storage.spaces.port}/shop-backups/shop-dev/files`,
    ...{ RESTIC_PASSWORD: PASSPHRASE, RESTIC_CACHE_DIR: join(place.dir, 'cache') },
    ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
  }
  const words = ['--cacert', join(place.dir, 'root.pem'), 'restore', 'latest', '--target']
  const done = await place.restic(env, ...words, join(place.dir, 'files'))
  expect(done.code).toBe(0)
  const file = join(place.dir, 'files', place.dir, 'volume/app/upload')
  expect(readFileSync(file, 'utf8')).toBe('a file of the app')
  const wrong = await place.restic({ ...env, RESTIC_PASSWORD: 'wrong' }, ...words, place.dir)
  expect(wrong.code).not.toBe(0)
  expect(wrong.stderr).toContain('wrong password')
})

test('a wrong passphrase is told, and what there is stays as it is', async () => {
  const before = below(bucket()).length
  const wrong = { ...order, passphrase: 'another-horse-battery-staple-of-32' }
  for (const [files, words] of [
    [true, 'already, which the passphrase of this stack does not open'],
    [false, 'unable to load info file'],
  ] as const) {
    const { code, stderr } = await place.backup('up', { ...wrong, files })
    expect(code).toBe(1)
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('another-horse')
  }
  expect(below(bucket()).length).toBe(before)
  expect((await place.backup('up', order)).code).toBe(0)
  expect((await place.backup('now')).code).toBe(0)
})

test('a key that is refused is told as such, and no place that it does not see is taken for empty', async () => {
  const before = below(bucket())
  const wrong = { ...order, prefix: 'another-stack', secret: 'another-secret-of-32-characters' }
  const { code, stderr } = await place.backup('up', wrong)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^.*the key is refused at localhost/m)])
  expect(stderr).toContain('restic cat config --no-lock failed with exit')
  expect(stderr).not.toContain('init')
  expect(below(bucket())).toEqual(before)
  expect((await place.backup('up', order)).code).toBe(0)
})

test('a key that is gone fails the bucket alone; a release goes on with the volume', async () => {
  const path = `/spaces/keys/${key.accessKeyId}`
  const grants = [{ bucket: 'shop-backups', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'host', grants: [] })
  const { code, stderr } = await place.backup('now')
  expect(code).toBe(1)
  expect(stderr).toContain('backup of database bucket failed')
  expect(stderr).toContain('backup of files bucket failed')
  expect(stderr).not.toContain('volume failed')
  expect(stderr).not.toContain(key.secretAccessKey)
  expect(await states()).toMatchObject({
    ...{ 'database bucket': 'failed', 'database volume': 'good' },
    ...{ 'files bucket': 'failed', 'files volume': 'good' },
  })
  const checked = await place.backup('check')
  expect(checked.code).toBe(1)
  expect(checked.stderr).toMatch(/backup of database bucket: the last one is of .*; it failed at/)
  expect((await place.backup('release')).code).toBe(0)
  await fleet.storage.account.call('PUT', path, { name: 'host', grants })
  expect((await place.backup('now')).code).toBe(0)
  expect((await place.backup('check')).code).toBe(0)
})

test('a bucket that is away keeps no new host from its volume, and the next backup begins it there again', async () => {
  const path = `/spaces/keys/${key.accessKeyId}`
  const grants = [{ bucket: 'shop-backups', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'host', grants: [] })
  rmSync(join(bucket(), 'shop-dev'), { recursive: true })
  for (const name of ['order.json', 'pgbackrest.conf', 'state.json'])
    rmSync(join(place.dir, 'home', name))
  // Another one may be a mistake, and nobody has seen that it is none.
  for (const change of [{ prefix: 'another' }, { key: 'ANOTHERKEYOFTHISTEST' }]) {
    const refused = await place.backup('up', { ...order, ...change })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('the key is ref')])
  }
  rmSync(join(place.dir, 'calls'))
  const { code, stderr } = await place.backup('up', order)
  expect(code).toBe(0)
  expect(stderr).toContain('backups of the database are not begun in the bucket')
  expect(stderr).toContain('backups of the files are not begun in the bucket')
  expect(readFileSync(join(place.dir, 'calls'), 'utf8')).not.toContain('restart')
  expect(await states()).toMatchObject({
    ...{ 'database bucket': 'failed', 'database volume': 'none' },
    ...{ 'files bucket': 'failed', 'files volume': 'none' },
  })
  expect((await place.backup('check')).code).toBe(1)
  expect((await place.backup('release')).code).toBe(0)
  await fleet.storage.account.call('PUT', path, { name: 'host', grants })
  await place.must('now')
  expect(Object.values(await states())).toEqual(['good', 'good', 'good', 'good', 'good'])
})

test('a release is not begun where nothing could be backed up', async () => {
  const path = `/spaces/keys/${key.accessKeyId}`
  const grants = [{ bucket: 'shop-backups', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'host', grants: [] })
  const folder = join(place.dir, 'volume/backup/files')
  renameSync(folder, `${folder}.away`)
  writeFileSync(folder, 'no repository')
  const { code, stderr } = await place.backup('release')
  expect(code).toBe(1)
  expect(stderr).toContain('no backup of the files could be made before this release')
  rmSync(folder)
  renameSync(`${folder}.away`, folder)
  await fleet.storage.account.call('PUT', path, { name: 'host', grants })
  await place.must('now')
})

test('the first release on a new host goes by the last backup of the former one, once', async () => {
  const { code, stdout } = await place.backup('hand-over')
  const has = ['database', 'files']
  expect([code, JSON.parse(stdout)]).toEqual([0, { backups: has, made: ALL, failed: [] }])
  const note = join(place.dir, 'volume/backup/handed-over.json')
  const snapshots = async () =>
    (JSON.parse((await place.backup('list --json')).stdout) as { backups: object[] }[]).map(
      ({ backups }) => backups.length,
    )
  const before = await snapshots()
  writeFileSync(note, stdout)
  expect((await place.backup('release')).code).toBe(0)
  expect([await snapshots(), existsSync(note)]).toEqual([before, false])
  expect((await place.backup('release')).code).toBe(0)
  // One of the database alone, where there are files too; and one of a host whose release serves.
  writeFileSync(note, JSON.stringify({ backups: ['database'] }))
  expect((await place.backup('release')).code).toBe(0)
  writeFileSync(note, stdout)
  writeFileSync(join(place.dir, 'live'), '')
  expect((await place.backup('release')).code).toBe(0)
  const after = before.map((count) => count + 3)
  // Of files the volume keeps that many at most.
  after[2] = 3
  expect([await snapshots(), existsSync(note)]).toEqual([after, false])
  rmSync(join(place.dir, 'live'))
}, 300_000)

test('the last backup of a host tells what no place has, and of each that failed the newest', async () => {
  const path = `/spaces/keys/${key.accessKeyId}`
  const grants = [{ bucket: 'shop-backups', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'host', grants: [] })
  const whole = await place.backup('hand-over')
  const [inVolume, inBucket] = ['volume', 'bucket'].map((where) =>
    ALL.filter((one) => one.endsWith(where)),
  )
  const failed = (name: string) =>
    expect.stringMatching(
      new RegExp(`^backup of ${name}: the last one is of 2\\S+Z; it failed at .*`),
    )
  expect([whole.code, JSON.parse(whole.stdout)]).toEqual([
    ...[0, { backups: ['database', 'files'], made: inVolume, failed: inBucket?.map(failed) }],
  ])
  const folder = join(place.dir, 'volume/backup/files')
  renameSync(folder, `${folder}.away`)
  const part = await place.backup('hand-over')
  const { backups, made } = JSON.parse(part.stdout)
  expect([part.code, backups, made]).toEqual([0, ['database'], ['database volume']])
  renameSync(`${folder}.away`, folder)
  await fleet.storage.account.call('PUT', path, { name: 'host', grants })
  await place.must('now')
})

test('what is written after a last backup is in the bucket once the server has ended', async () => {
  await place.must('hand-over')
  await insert(8001, 8002)
  const found = await place.sql(COUNT)
  expect(await place.control('-m', 'fast', 'stop')).toMatchObject({ code: 0 })
  expect(await place.restored(1, '', COUNT)).toBe(found)
  const settings = `-c config_file=${join(place.dir, 'cluster/postgresql.conf')}`
  expect(await place.control('-o', settings, 'start')).toMatchObject({ code: 0 })
  await place.sql('DELETE FROM numbers WHERE n > 8000')
})

test('backups that an upgrade has stopped go on once it came to nothing', async () => {
  expect(await place.backup('stop')).toMatchObject({ code: 0 })
  expect((await place.backup('now')).code).toBe(1)
  expect(await place.backup('start')).toMatchObject({ code: 0, stderr: '' })
  expect((await place.backup('now')).code).toBe(0)
})

test('a truncated object is found out at the restore, and the volume has the database still', async () => {
  const now = await place.sql('SELECT clock_timestamp()')
  await insert(3001, 3002)
  await archived()
  const bundles = below(join(bucket(), 'shop-dev/postgresql/backup')).filter((path) =>
    path.includes('/bundle/'),
  )
  for (const path of bundles) truncateSync(path, Math.floor(statSync(path).size / 2))
  await expect(place.restored(1, now, COUNT)).rejects.toThrow(/exit [1-9]/)
  expect(await place.restored(2, now, COUNT)).toMatch(/\|1\|2010$/)
})

test('backups go on in a place whose last full one is damaged', async () => {
  await place.must('now')
  const later = await place.sql('SELECT clock_timestamp()')
  await insert(3003, 3004)
  await archived()
  await place.must('release')
  expect(await place.restored(2, later, COUNT)).toMatch(/\|1\|3002$/)
  // Parts of large files are read again from 2.46 on alone: before, the next full one is the first that is whole.
  const { stdout } = await place.pgbackrest('version')
  if (/ 2\.(4[6-9]|[5-9]\d)/.test(stdout))
    expect(await place.restored(1, later, COUNT)).toMatch(/\|1\|3002$/)
})

test('nothing of the passphrase or the key is for everybody to read', async () => {
  for (const name of ['order.json', 'pgbackrest.conf', 'state.json']) {
    expect(statSync(join(place.dir, 'home', name)).mode & 0o007).toBe(0)
  }
  const calls = readFileSync(join(place.dir, 'calls'), 'utf8')
  expect(calls).toContain('enable --now padlock-backup.timer padlock-backup-check.timer')
  const log = readFileSync(join(place.dir, 'log'), 'utf8')
  expect(log).not.toContain(PASSPHRASE)
  expect(log).not.toContain(key.secretAccessKey)
})

test.each([
  [{ passphrase: 'short' }, 'passphrase must be 16 to 256 characters'],
  [{ keepDaily: 0 }, 'keepDaily must be a whole number from 1 to 366'],
  [{ endpoint: 'https://fra1' }, 'endpoint must be a host name'],
  [{ bucket: 'Shop' }, 'bucket must be the name of a bucket'],
  [{ more: 1 }, 'the keys more of the order must be left out'],
])('an order is refused: %j', async (change, words) => {
  const { code, stderr } = await place.backup('up', { ...order, ...change })
  expect(code).toBe(1)
  expect(stderr).toContain(words)
})

test('a database that the app does not use is told as the one beside, and never as the database', async () => {
  await place.must('up', { ...order, beside: true })
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const names = ['database beside volume', 'database beside bucket', 'files volume', 'files bucket']
  expect(await states()).toEqual({
    ...Object.fromEntries(names.map((what) => [what, 'good'])),
    'log of the database beside': 'good',
  })
  const listed: { what: string; where: string }[] = JSON.parse(
    (await place.backup('list --json')).stdout,
  )
  expect(listed.map(({ what, where }) => `${what} ${where}`)).toEqual(names)
  const late = await place.backup('check', undefined, 27 * 3600)
  expect(late.stderr).toContain('<4>backup of database beside bucket: the last one is of')
  expect(late.stderr).not.toMatch(/backup of database (volume|bucket)/)
  await place.must('up', order)
})

test('whoever wants no backups has none from then on, and keeps those that there are', async () => {
  const before = below(bucket()).length
  expect((await place.backup('remove')).code).toBe(0)
  expect(readdirSync(join(place.dir, 'home'))).toEqual([])
  expect(await place.sql('SHOW archive_mode')).toBe('off')
  expect(below(bucket()).length).toBeGreaterThanOrEqual(before)
  const { code, stderr } = await place.backup('now')
  expect(code).toBe(1)
  expect(stderr).toContain('no backups are ordered')
})
