/**
 * What an intruder with the host's key has done to the bucket is undone: real backups, in a bucket with
 * versions, from which everything is restored afterwards.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { rewind } from '../../../ops/backups/rewind.ts'
import { type Gateway, made, POLICY, startGateway } from '../spaces/gateway.ts'
import { makePlace, type Place } from './place.ts'

jest.setTimeout(300_000)
const PASSPHRASE = 'correct-horse-battery-staple-of-32'
const COUNT = 'SELECT count(*), min(n), max(n) FROM numbers'
const LIST = 'shop-dev/postgresql/backup/main/backup.info'
let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway('eu-central-1')
})
afterAll(() => gateway?.end())

describe.each([
  ['as he has left them', 'left', false],
  ['begun anew by an update, with a backup of their own', 'anew', true],
])('repositories %s', (_, bucket, isAnew) => {
  let place: Place
  let order: Record<string, unknown>
  let moment: Date
  beforeAll(async () => {
    await gateway.makeBucket(bucket)
    await gateway.enableVersions(bucket)
    await gateway.allow(bucket, POLICY)
    order = {
      ...{ ...gateway.place(bucket, 'host'), prefix: 'shop-dev', passphrase: PASSPHRASE },
      ...{ database: true, files: true, keepDaily: 7, keepWeekly: 4 },
    }
    place = await makePlace(gateway.rootPath)
    writeFileSync(join(place.dir, 'volume/app/upload'), 'a file of the app')
    await place.sql('CREATE TABLE numbers (n bigint PRIMARY KEY)')
    await insert(1, 1000)
    await place.must('up', order)
    await place.must('now')
    await insert(1001, 1100)
    await archived()
    await sleep(20)
    moment = new Date()
    await sleep(20)
  })
  afterAll(() => place?.end())

  const insert = (from: number, to: number) =>
    place.sql(`INSERT INTO numbers SELECT generate_series(${from}, ${to})`)
  /** All log until now is in both places. */
  async function archived(): Promise<void> {
    const segment = await place.sql('SELECT pg_walfile_name(pg_switch_wal())')
    const ask = `SELECT left(last_archived_wal, 24) >= '${segment}' FROM pg_stat_archiver`
    while ((await place.sql(ask)) !== 't') await sleep(100)
  }
  const restic = (...words: string[]) => {
    const { endpoint, key, secret, prefix } = order as Record<string, string>
    const env = {
      RESTIC_REPOSITORY: `s3:https://${endpoint}/${bucket}/${prefix}/files`,
      ...{ RESTIC_PASSWORD: PASSPHRASE, RESTIC_CACHE_DIR: join(place.dir, 'cache') },
      ...{ AWS_ACCESS_KEY_ID: `${key}`, AWS_SECRET_ACCESS_KEY: `${secret}` },
      AWS_DEFAULT_REGION: 'eu-central-1',
    }
    return place.restic(env, '--cacert', join(place.dir, 'root.pem'), ...words)
  }
  async function destroyAll(): Promise<void> {
    const host = gateway.client(gateway.place(bucket, 'host'))
    await host.send(new PutObjectCommand({ Bucket: bucket, Key: LIST, Body: 'evil' }))
    const listed = await host.send(new ListObjectsV2Command({ Bucket: bucket }))
    const Objects = (listed.Contents ?? []).map(({ Key }) => ({ Key }))
    await host.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    expect((await host.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0)
  }

  /**
   * versitygw lists a folder that has marks alone, as no S3 does, and pgBackRest begins nothing beside one.
   * @returns puts back the marks, of keys that nothing has by then
   */
  function withoutMarks(): () => void {
    const of = (kind: string) => join(gateway.dir, 'buckets', bucket, 'shop-dev/postgresql', kind)
    const away = (kind: string) => join(gateway.dir, 'away', kind)
    const kinds = ['archive/main', 'backup/main']
    for (const kind of kinds) {
      mkdirSync(away(kind), { recursive: true })
      for (const one of readdirSync(of(kind), { withFileTypes: true }))
        if (one.isDirectory()) renameSync(join(of(kind), one.name), join(away(kind), one.name))
    }
    return () => {
      for (const kind of kinds)
        expect(spawnSync('cp', ['-an', `${away(kind)}/.`, of(kind)])).toMatchObject({ status: 0 })
    }
  }

  test('he leaves nothing that can be restored', async () => {
    await destroyAll()
    await expect(place.restored(1, '', COUNT)).rejects.toThrow(/exit [1-9]/)
    expect((await restic('cat', 'config')).code).not.toBe(0)
    if (!isAnew) return
    const bringBack = withoutMarks()
    await place.must('up', order)
    await insert(2001, 2010)
    expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
    bringBack()
    expect(await place.restored(1, '', COUNT)).toBe('1110|1|2010')
  })

  test('as of the moment before, the database has every row and the files are whole', async () => {
    const settings = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
    const from = { ...gateway.place(bucket, 'host'), prefix: 'shop-dev' }
    const told = await rewind(from, moment, settings)
    expect(told).toMatchObject({ unchanged: 0, lost: [] })
    expect(told.removed > 0).toBe(isAnew)
    expect(await place.restored(1, '', COUNT)).toBe('1100|1|1100')
    expect(await restic('check', '--read-data')).toMatchObject({ code: 0 })
  })

  test('backups go on there', async () => {
    // Its label would be before one of the other repository, and a full one has a label of its own.
    const stderr = isAnew ? expect.stringContaining('so a full one is tried') : ''
    expect(await place.backup('now')).toMatchObject({ code: 0, stderr })
    await insert(3001, 3002)
    await archived()
    expect(await place.restored(1, '', COUNT)).toBe(isAnew ? '1112|1|3002' : '1102|1|3002')
    expect(await restic('check', '--read-data')).toMatchObject({ code: 0 })
    expect((await place.backup('check')).code).toBe(0)
  })

  test('what he has put there of a later time ends backups until it is removed', async () => {
    const settings = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
    const from = { ...gateway.place(bucket, 'host'), prefix: 'shop-dev' }
    await sleep(20)
    const before = new Date()
    await sleep(20)
    const host = gateway.client(gateway.place(bucket, 'host'))
    const forged = [
      'postgresql/backup/main/20991231-235959F/backup.manifest',
      `files/snapshots/${'0'.repeat(64)}`,
      `files/index/${'0'.repeat(64)}`,
    ].map((key) => `shop-dev/${key}`)
    const put = (Key: string) =>
      host.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'evil' }))
    await Promise.all(forged.map(put))
    expect((await place.backup('now')).code).not.toBe(0)
    expect(await rewind(from, before, settings)).toMatchObject({ removed: 0, lost: [] })
    expect((await place.backup('now')).code).not.toBe(0)
    const [segment, version] = (
      await place.sql("SELECT pg_walfile_name(pg_current_wal_lsn()), split_part(version(), '.', 1)")
    ).split('|')
    const of = `shop-dev/postgresql/archive/main/${version?.replace('PostgreSQL ', '')}-1`
    await put(`${of}/${segment?.slice(0, 16)}/${segment}-${'0'.repeat(40)}`)
    const told = await rewind(from, before, { ...settings, removeLater: true })
    expect(told).toMatchObject({ later: 0, lost: [] })
    expect(told.removed).toBeGreaterThan(forged.length)
    // A folder that has marks alone, which versitygw lists.
    rmSync(join(gateway.dir, 'buckets', bucket, dirname(forged[0] as string)), { recursive: true })
    expect(await place.backup('now')).toMatchObject({ code: 0 })
    await insert(4001, 4002)
    await archived()
    expect(await place.restored(1, '', COUNT)).toBe(isAnew ? '1114|1|4002' : '1104|1|4002')
    expect(await restic('check', '--read-data')).toMatchObject({ code: 0 })
    expect((await place.backup('check')).code).toBe(0)
  })
})
