/** The copy of backups in a second region: real repositories, real S3 servers, a real kill. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { lookupName } from '../../../config/lookup.ts'
import { type Copied, type CopyPlaces, copyBackups } from '../../../ops/backups/copy.ts'
import { FULL, type Key, type Storage, startStorage } from '../spaces/account.ts'
import { makePlace, type Place } from './place.ts'

jest.setTimeout(400_000)
const PASSPHRASE = 'correct-horse-battery-staple-of-32'
const COUNT = 'SELECT count(*), max(n) FROM numbers'
let storage: Storage
let place: Place
let host: Key
let reader: Key
let places: CopyPlaces

beforeAll(async () => {
  storage = await startStorage()
  const owner = await storage.key('owner', FULL)
  for (const [region, Bucket] of Object.entries({ nyc3: 'shop-backups', fra1: 'shop-copy' }))
    await storage.client(region, owner).send(new CreateBucketCommand({ Bucket }))
  const first = { bucket: 'shop-backups', permission: 'read' as const }
  const second = { bucket: 'shop-copy', permission: 'readwrite' as const }
  host = await storage.key('host', { ...first, permission: 'readwrite' })
  reader = await storage.key('reader', { ...second, permission: 'read' })
  const copier = await storage.key('copier', first, second)
  const at = (region: string, bucket: string) => ({
    ...{ endpoint: new URL(storage.spaces.endpoint(region)).host, region: 'us-east-1', bucket },
    ...{ key: copier.accessKeyId, secret: copier.secretAccessKey },
  })
  places = { from: at('nyc3', 'shop-backups'), to: at('fra1', 'shop-copy') }
  place = await makePlace(storage.authority.rootPath)
  await place.sql('CREATE TABLE numbers (n bigint PRIMARY KEY)')
  await place.sql('INSERT INTO numbers SELECT generate_series(1, 1000)')
  for (let file = 0; file < 40; file++)
    writeFileSync(join(place.dir, `volume/app/${file}`), `upload ${file} `.repeat(50_000))
  const order = {
    ...{ database: true, files: true, endpoint: `localhost:${storage.spaces.port}` },
    ...{ region: 'us-east-1', bucket: 'shop-backups', prefix: 'shop-dev' },
    ...{ key: host.accessKeyId, secret: host.secretAccessKey, passphrase: PASSPHRASE },
    ...{ keepDaily: 7, keepWeekly: 4 },
  }
  for (const made of [await place.backup('up', order), await place.backup('now')])
    if (made.code !== 0) throw new Error(made.stderr)
  // No part of the log comes between two looks.
  await place.sql('ALTER SYSTEM SET archive_timeout = 0')
  await place.sql('SELECT pg_reload_conf()')
})
afterAll(async () => {
  await place?.end()
  await storage?.end()
})

const folder = (region: string, bucket: string) =>
  join(storage.dir, 'spaces', region, 'buckets', bucket)
/** Objects of a bucket. */
const below = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !one.parentPath.includes('/.'))
    .map((one) => join(one.parentPath, one.name).slice(path.length + 1))
    .sort()
const first = () => below(folder('nyc3', 'shop-backups')).filter((key) => !key.includes('/locks/'))
const second = () => below(folder('fra1', 'shop-copy'))
const copy = (): Promise<Copied> => {
  const httpsAgent = new Agent({ ca: storage.authority.rootPem, lookup: lookupName })
  return copyBackups(places, () => {}, { requestHandler: { httpsAgent } })
}

/** A process of its own, for one that is killed. */
function copying(): ChildProcess {
  const program = `
    const { copyBackups } = await import(${JSON.stringify(join(import.meta.dirname, '../../../ops/backups/copy.ts'))})
    await copyBackups(JSON.parse(process.env.PLACES))`
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: {
      ...process.env,
      PLACES: JSON.stringify(places),
      NODE_EXTRA_CA_CERTS: storage.authority.rootPath,
    },
    stdio: 'ignore',
  })
}

/** Both repositories by the copy alone: the database through S3, with the key that reads it. */
async function restored(): Promise<string> {
  const config = readFileSync(join(place.dir, 'home/pgbackrest.conf'), 'utf8')
  const [endpoint = ''] = places.to.endpoint.split(':')
  const changes = {
    'repo1-s3-bucket': 'shop-copy',
    'repo1-s3-endpoint': `${endpoint}\nrepo1-storage-host=localhost`,
    'repo1-s3-key': reader.accessKeyId,
    'repo1-s3-key-secret': reader.secretAccessKey,
  }
  let text = config.replace(/^repo2-.*\n/gm, '')
  for (const [key, value] of Object.entries(changes))
    text = text.replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`)
  writeFileSync(join(place.dir, 'run/copy.conf'), text, { mode: 0o644 })
  const env = {
    RESTIC_REPOSITORY: join(folder('fra1', 'shop-copy'), 'shop-dev/files'),
    RESTIC_PASSWORD: PASSPHRASE,
    RESTIC_CACHE_DIR: join(place.dir, 'cache-of-copy'),
  }
  const checked = await place.restic(env, '--no-lock', 'check', '--read-data')
  if (checked.code !== 0) throw new Error(checked.stderr)
  return place.restored(1, '', COUNT, 'run/copy.conf')
}

test('a copy that is killed has nothing that names what is not there, and the next one goes on', async () => {
  const child = copying()
  const ended = new Promise((done) => child.once('exit', (_code, signal) => done(signal)))
  while (second().length < 5) await sleep(5)
  child.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')
  const half = second()
  expect(half.length).toBeLessThan(first().length)
  expect(half.filter((key) => /backup\.(info|manifest)|snapshots|index/.test(key))).toEqual([])
  const { objects, already, replaced } = await copy()
  expect(replaced).toBe(0)
  // The server finishes what it had received of a client that was killed since.
  expect(already).toBeGreaterThanOrEqual(half.length)
  expect(already).toBeLessThan(first().length)
  expect(objects + already).toBe(first().length)
  expect(second()).toEqual(first())
  expect(await restored()).toBe('1000|1000')
})

test('a second run copies what is new alone, and one beside a backup is whole', async () => {
  expect(await copy()).toMatchObject({ objects: 0, replaced: 0, kept: 0 })
  await place.sql('INSERT INTO numbers SELECT generate_series(1001, 1100)')
  writeFileSync(join(place.dir, 'volume/app/later'), 'an upload')
  const backup = place.backup('now')
  await copy()
  expect((await backup).code).toBe(0)
  expect(await restored()).toMatch(/^1[01]00\|/)
  await copy()
  expect(await restored()).toBe('1100|1100')
})

test('an object that differs is copied again and told, and its earlier version stays', async () => {
  const [key = ''] = first().filter((one) => one.includes('/data/'))
  const { key: accessKeyId, secret: secretAccessKey } = places.to
  const client = storage.client('fra1', { accessKeyId, secretAccessKey })
  const at = { Bucket: 'shop-copy', Key: key }
  const good = await (await client.send(new GetObjectCommand(at))).Body?.transformToByteArray()
  await client.send(new PutObjectCommand({ ...at, Body: 'something else' }))
  expect(await copy()).toMatchObject({ objects: 1, replaced: 1 })
  const now = await (await client.send(new GetObjectCommand(at))).Body?.transformToByteArray()
  expect(now).toEqual(good)
})

test('whoever has the host’s key reaches nothing of the copy, which stays when all else is gone', async () => {
  const intruder = storage.client('fra1', host)
  const [key = ''] = second()
  const remove = new DeleteObjectCommand({ Bucket: 'shop-copy', Key: key })
  await expect(intruder.send(remove)).rejects.toMatchObject({ name: 'AccessDenied' })
  const own = storage.client('nyc3', host)
  const all = await own.send(new ListObjectVersionsCommand({ Bucket: 'shop-backups' }))
  for (const { Key, VersionId } of [...(all.Versions ?? []), ...(all.DeleteMarkers ?? [])])
    await own.send(new DeleteObjectCommand({ Bucket: 'shop-backups', Key, VersionId }))
  expect(first()).toEqual([])
  const before = second()
  expect(await copy()).toMatchObject({ objects: 0, kept: before.length })
  expect(second()).toEqual(before)
  expect(await restored()).toBe('1100|1100')
})

test('a bucket that does not open is named', async () => {
  const closed = { ...places, to: { ...places.to, key: host.accessKeyId, secret: 'x'.repeat(20) } }
  const httpsAgent = new Agent({ ca: storage.authority.rootPem, lookup: lookupName })
  const failed = copyBackups(closed, () => {}, { requestHandler: { httpsAgent } })
  await expect(failed).rejects.toThrow('the bucket shop-copy cannot be listed: ')
})
