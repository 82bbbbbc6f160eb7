/** A bucket of another S3: what is asked of it, and what its key may not do, by a real server. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { checkBucket } from '../../../components/account/bucket.ts'
import { askedByClient } from '../../../components/account/bucket-client.ts'
import type { Former } from '../../../components/state.ts'
import type { BucketPlace } from '../../../config/backups/place.ts'
import { rewind } from '../../../ops/backups/rewind.ts'
import { type Gateway, made, POLICY, READING, startGateway } from './gateway.ts'

jest.setTimeout(60_000)
const REGION = 'eu-central-1'
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway(REGION)
  for (const bucket of ['kept', 'plain', 'closed']) {
    await gateway.makeBucket(bucket)
    if (bucket !== 'closed') await gateway.allow(bucket, POLICY)
  }
  await gateway.enableVersions('kept')
  await gateway.enableVersions('closed')
})
afterAll(() => gateway?.end())

async function asked(
  bucket: string,
  change: object = {},
  more: object = {},
  state: Former[] = [],
): Promise<string[]> {
  const place = { ...gateway.place(bucket, 'host'), ...change }
  const numbers = { keepDaily: 7, keepWeekly: 4, protect: false, keep: true }
  const settings = { kind: 's3' as const, place, ...numbers, ...more }
  const warned: string[] = []
  const { requestHandler } = gateway
  const ask = (one: BucketPlace) => askedByClient(one, { requestHandler, maxAttempts: 1 })
  await checkBucket('shop-dev', settings, state, ask, async (text) => void warned.push(text))
  return warned
}

test('a bucket with versions and the documented policy passes, and is as it was', async () => {
  expect(await asked('kept')).toEqual([])
  const owner = gateway.client(gateway.place('kept', 'root'))
  const found = await owner.send(new ListObjectVersionsCommand({ Bucket: 'kept' }))
  expect([found.Versions, found.DeleteMarkers]).toEqual([undefined, undefined])
})

test.each([
  ['plain', {}, 'backupBucket = "plain" has no versions'],
  ['gone', {}, 'backupBucket = "gone" is not at localhost:'],
  ['closed', {}, 'backupAccessKey may not list the bucket closed (AccessDenied)'],
  ['kept', { key: 'nobody' }, 'backupAccessKey is not known at localhost:'],
  ['kept', { secret: 'another-secret-0123456789' }, 'backupSecretKey does not belong to'],
  ['kept', { region: 'eu-west-1' }, 'backupRegion: the bucket kept is not in eu-west-1'],
  ['kept', { endpoint: '127.0.0.1:1' }, 'backupEndpoint: 127.0.0.1:1 does not answer as an S3'],
])('%s with %j is refused', async (bucket, change, words) => {
  await expect(asked(bucket, change)).rejects.toThrow(words)
})

test('a key that may remove versions is told of, and one that may not ask whether there are any', async () => {
  await gateway.makeBucket('open')
  await gateway.enableVersions('open')
  await gateway.allow('open', POLICY.replace('"s3:DeleteObject"', '"s3:DeleteObject*"'))
  expect(await asked('open')).toEqual([expect.stringContaining('may remove versions')])
  await gateway.allow('open', POLICY.replace(', "s3:GetBucketVersioning"', ''))
  expect(await asked('open')).toEqual([
    expect.stringContaining('the bucket open has versions was not told (AccessDenied)'),
  ])
})

describe('a key for other hosts', () => {
  const withReader = (policy: string, key: 'root' | 'host' | 'other' = 'other') =>
    gateway
      .allow('kept', POLICY, policy)
      .then(() => asked('kept', {}, { reader: gateway.place('kept', key) }))
  /** What the documented policy may on objects, and more. */
  const more = (...actions: string[]) =>
    READING.replace('["s3:GetObject"]', JSON.stringify(['s3:GetObject', ...actions]))
  afterAll(() => gateway.allow('kept', POLICY))

  test('with the documented policy it passes, and the bucket is as it was', async () => {
    expect(await withReader(READING)).toEqual([])
    const owner = gateway.client(gateway.place('kept', 'root'))
    const found = await owner.send(new ListObjectVersionsCommand({ Bucket: 'kept' }))
    expect([found.Versions, found.DeleteMarkers]).toEqual([undefined, undefined])
  })

  test.each([
    [['s3:PutObject'], 'than read: write. Allowed: a key with the policy for reading'],
    [['s3:DeleteObject'], 'than read: remove objects. '],
    [['s3:DeleteObjectVersion'], 'than read: remove versions of objects. '],
    [
      ['s3:PutObject', 's3:DeleteObject'],
      'than read: write, remove objects. Allowed: a key with the policy for reading in docs/backups.md.\n    Fix: give the key that policy, or pulumi config rm-all backupReaderAccessKey backupReaderSecretKey',
    ],
  ])('one that may %j as well is refused', async (actions, words) => {
    const failed = withReader(more(...actions))
    await expect(failed).rejects.toThrow(
      `backupReaderAccessKey may do more in the bucket kept ${words}`,
    )
  })

  test('one that cannot read, or opens nothing, is refused', async () => {
    const blind = withReader(READING.replace('s3:GetObject"', 's3:GetObjectAcl"'))
    await expect(blind).rejects.toThrow(
      'backupReaderAccessKey may not read objects in the bucket kept',
    )
    const closed = withReader(READING.replace('s3:ListBucket"', 's3:ListBucketVersions"'))
    await expect(closed).rejects.toThrow(
      'backupReaderAccessKey may not list the bucket kept (AccessDenied)',
    )
    const reader = { ...gateway.place('kept', 'other'), secret: 'another-secret-0123456789' }
    await expect(asked('kept', {}, { reader })).rejects.toThrow(
      'backupReaderSecretKey does not belong to backupReaderAccessKey at localhost:',
    )
  })

  test('the host’s own is refused', async () => {
    await expect(withReader(READING, 'host')).rejects.toThrow('than read: write, remove objects. ')
  })
})

describe('a bucket that does not answer', () => {
  let stopped: Gateway
  const has = (place: string): Former[] => [
    {
      urn: 'urn:b',
      type: 'padlock:index:Backups',
      outputs: { database: true, files: true, place },
    },
  ]

  beforeAll(async () => {
    stopped = await startGateway(REGION)
    await stopped.makeBucket('kept')
    await stopped.enableVersions('kept')
    await stopped.allow('kept', POLICY, READING)
  })
  afterAll(() => stopped?.end())

  test('is told where the stack has it, and refused where it is the first time', async () => {
    const place = stopped.place('kept', 'host')
    const reader = stopped.place('kept', 'other')
    const { requestHandler } = stopped
    const ask = (one: BucketPlace) => askedByClient(one, { requestHandler, maxAttempts: 1 })
    const numbers = { keepDaily: 7, keepWeekly: 4, protect: false, keep: true }
    const check = async (state: Former[]) => {
      const warned: string[] = []
      const settings = { kind: 's3' as const, place, reader, ...numbers }
      await checkBucket('shop-dev', settings, state, ask, async (text) => void warned.push(text))
      return warned
    }
    const ours = has(`${place.endpoint}/kept`)
    expect(await check(ours)).toEqual([])
    await stopped.end()
    expect(await check(ours)).toEqual([
      expect.stringContaining(
        `the bucket kept at ${place.endpoint} does not answer (ECONNREFUSED)`,
      ),
    ])
    for (const state of [[], has(`${place.endpoint}/another`), has('s3.example/kept')])
      await expect(check(state)).rejects.toThrow('does not answer as an S3 does')
  })

  test('what answers is judged, also where the stack has it', async () => {
    const { endpoint } = gateway.place('kept', 'host')
    for (const [bucket, change, words] of [
      ['plain', {}, 'has no versions'],
      ['gone', {}, 'is not at localhost:'],
      ['kept', { secret: 'another-secret-0123456789' }, 'does not belong to'],
    ] as const) {
      const failed = asked(bucket, change, {}, has(`${endpoint}/${bucket}`))
      await expect(failed).rejects.toThrow(words)
    }
  })
})

test('an intruder who has the host’s key destroys no version, nor what keeps them', async () => {
  const host = gateway.client(gateway.place('kept', 'host'))
  const at = { Bucket: 'kept', Key: 'shop-dev/backup.info' }
  const { VersionId } = await host.send(new PutObjectCommand({ ...at, Body: 'good' }))
  await host.send(new PutObjectCommand({ ...at, Body: 'evil' }))
  await host.send(new DeleteObjectCommand(at))
  const denied = { name: 'AccessDenied' }
  const remove = new DeleteObjectCommand({ ...at, VersionId })
  await expect(host.send(remove)).rejects.toMatchObject(denied)
  const VersioningConfiguration = { Status: 'Suspended' as const }
  const off = new PutBucketVersioningCommand({ Bucket: 'kept', VersioningConfiguration })
  await expect(host.send(off)).rejects.toMatchObject(denied)
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::kept/*' },
    ],
  })
  const open = new PutBucketPolicyCommand({ Bucket: 'kept', Policy: everything })
  await expect(host.send(open)).rejects.toMatchObject(denied)
  const { Body } = await host.send(new GetObjectCommand({ ...at, VersionId }))
  expect(await Body?.transformToString()).toBe('good')
})

test('what he has removed and overwritten is as it was, by the very key that he had', async () => {
  const place = gateway.place('kept', 'host')
  const host = gateway.client(place)
  const put = (name: string, Body: string) =>
    host.send(new PutObjectCommand({ Bucket: 'kept', Key: `shop-dev/${name}`, Body }))
  const read = async (name: string) => {
    const at = { Bucket: 'kept', Key: `shop-dev/${name}` }
    return (await host.send(new GetObjectCommand(at))).Body?.transformToString()
  }
  const files = ['postgresql/backup/main/F/a b+c', 'postgresql/backup/main/backup.info', 'gone']
  for (const name of files) await put(name, `first ${name}`)
  for (const name of files.slice(0, 2)) await put(name, `good ${name}`)
  await host.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'shop-dev/gone' }))
  await put('postgresql/left-alone', 'good')
  await sleep(20)
  const at = new Date()
  await sleep(20)
  const Objects = files.slice(0, 1).map((name) => ({ Key: `shop-dev/${name}` }))
  await host.send(new DeleteObjectsCommand({ Bucket: 'kept', Delete: { Objects } }))
  await put('postgresql/backup/main/backup.info', 'evil')
  await put('postgresql/new', 'later')

  const more = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
  const back = (when: Date) => rewind({ ...place, prefix: 'shop-dev' }, when, more)
  expect(await back(at)).toEqual({ objects: 2, unchanged: 1, later: 1, removed: 0, lost: [] })
  for (const name of files.slice(0, 2)) expect(await read(name)).toBe(`good ${name}`)
  expect(await read('postgresql/new')).toBe('later')
  await expect(read('gone')).rejects.toMatchObject({ name: 'NoSuchKey' })
  // Somebody who may remove versions leaves the mark of a removal, and nothing behind it.
  const owner = gateway.client(gateway.place('kept', 'root'))
  const Key = 'shop-dev/postgresql/left-alone'
  await host.send(new DeleteObjectCommand({ Bucket: 'kept', Key }))
  const listed = await owner.send(new ListObjectVersionsCommand({ Bucket: 'kept', Prefix: Key }))
  for (const { VersionId } of listed.Versions ?? [])
    await owner.send(new DeleteObjectCommand({ Bucket: 'kept', Key, VersionId }))
  expect(await back(at)).toEqual({ objects: 2, unchanged: 0, later: 1, removed: 0, lost: [Key] })
  await expect(back(new Date(0))).rejects.toThrow(
    'has no version of shop-dev/ from before 1970-01-01',
  )
})

test('of what was removed version by version nothing tells, but for what a repository begins with', async () => {
  await gateway.makeBucket('emptied')
  await gateway.enableVersions('emptied')
  await gateway.allow('emptied', POLICY)
  const place = { ...gateway.place('emptied', 'host'), prefix: 'shop-dev' }
  const owner = gateway.client(gateway.place('emptied', 'root'))
  const put = async (name: string) => {
    const at = { Bucket: 'emptied', Key: `shop-dev/${name}` }
    const { VersionId } = await owner.send(new PutObjectCommand({ ...at, Body: name }))
    return { ...at, VersionId }
  }
  const lists = ['postgresql/backup/main/backup.info', 'postgresql/archive/main/archive.info']
  const names = [...lists, 'files/config', 'files/data/aa/bb']
  const then = await Promise.all(names.map(put))
  await put('files/data/aa/stays')
  await sleep(20)
  const at = new Date()
  await sleep(20)
  for (const one of then) await owner.send(new DeleteObjectCommand(one))
  for (const name of names.slice(0, 3)) await put(name)
  await put('files/data/aa/later')

  const { Versions, DeleteMarkers } = await owner.send(
    new ListObjectVersionsCommand({ Bucket: 'emptied' }),
  )
  expect([Versions?.length, DeleteMarkers]).toEqual([5, undefined])
  const more = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
  expect(await rewind(place, at, more)).toEqual({
    ...{ objects: 0, unchanged: 1, later: 1, removed: 0 },
    lost: names
      .slice(0, 3)
      .map((name) => `shop-dev/${name}`)
      .sort(),
  })
})

test('a repository that the host has begun anew in what he emptied goes; what has come to one that stayed does not', async () => {
  const place = { ...gateway.place('kept', 'host'), prefix: 'shop-anew' }
  const host = gateway.client(place)
  const at = (name: string) => ({ Bucket: 'kept', Key: `shop-anew/${name}` })
  const put = (name: string, Body = name) => host.send(new PutObjectCommand({ ...at(name), Body }))
  const remove = (name: string) => host.send(new DeleteObjectCommand(at(name)))
  const names = async () => {
    const { Contents = [] } = await host.send(
      new ListObjectsV2Command({ Bucket: 'kept', Prefix: 'shop-anew/' }),
    )
    return Contents.map(({ Key = '' }) => Key.slice('shop-anew/'.length)).sort()
  }
  const hash = (digit: string) => digit.repeat(64)
  const repository = (of: string, digit: string) =>
    ['keys', 'index', 'snapshots'].map((kind) => `${of}/${kind}/${hash(digit)}`)
  const then = ['files', 'state'].flatMap((of) => [`${of}/config`, ...repository(of, 'a')])
  for (const name of then) await put(name)
  await sleep(20)
  const moment = new Date()
  await sleep(20)
  for (const name of then.slice(0, 4)) await remove(name)
  await put('files/config', 'another')
  // Of the other one the config alone.
  await remove('state/config')
  const anew = repository('files', 'b')
  // Packs, which nothing names, and a snapshot of the repository that stayed.
  const stay = [`files/data/bb/${hash('b')}`, `state/snapshots/${hash('b')}`]
  for (const name of [...anew, ...stay]) await put(name)

  const more = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
  const told = { objects: 5, unchanged: 3, later: 2, removed: 3, lost: [] }
  expect(await rewind(place, moment, more)).toEqual(told)
  expect(await names()).toEqual([...then, ...stay].sort())
  // What is backed up from then on stays, and what was removed counts as gone.
  await put(`files/snapshots/${hash('c')}`)
  expect(await rewind(place, moment, more)).toMatchObject({ removed: 0 })
  expect(await names()).toContain(`files/snapshots/${hash('c')}`)
})

test.each([
  ['that was removed and begun anew lose their manifests', true],
  ['to which another database has come keep them', false],
])('of the database, backups since then in a repository %s', async (_, isAnew) => {
  const prefix = isAnew ? 'shop-begun' : 'shop-upgraded'
  const place = { ...gateway.place('kept', 'host'), prefix }
  const host = gateway.client(place)
  const at = (name: string) => ({ Bucket: 'kept', Key: `${prefix}/postgresql/${name}` })
  const put = (name: string, Body: string) => host.send(new PutObjectCommand({ ...at(name), Body }))
  const info = 'archive/main/archive.info'
  await put(info, 'then')
  await sleep(20)
  const moment = new Date()
  await sleep(20)
  if (isAnew) await host.send(new DeleteObjectCommand(at(info)))
  await put(info, 'since')
  const manifest = 'backup/main/20261201-010000F/backup.manifest'
  for (const name of [manifest, `${manifest}.copy`, 'backup/main/20261201-010000F/bundle/1'])
    await put(name, 'since')

  const more = { client: { requestHandler: gateway.requestHandler }, timeOf: made }
  const told = { objects: 1, unchanged: 0, lost: [] }
  expect(await rewind(place, moment, more)).toEqual(
    isAnew ? { ...told, later: 1, removed: 2 } : { ...told, later: 3, removed: 0 },
  )
  expect(await rewind(place, moment, more)).toMatchObject({ removed: 0 })
})
