/** Spaces' keys and buckets, as AWS's own client meets them. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { FULL, type Key, type Storage, startStorage } from './account.ts'

jest.setTimeout(60_000)

let storage: Storage
let owner: S3Client
let readwrite: Key
let read: Key
const Bucket = 'shop-backups'

beforeAll(async () => {
  storage = await startStorage()
  owner = storage.client('fra1', await storage.key('owner', FULL))
  await owner.send(new CreateBucketCommand({ Bucket }))
  await owner.send(new CreateBucketCommand({ Bucket: 'shop-other' }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  readwrite = await storage.key('host', { bucket: Bucket, permission: 'readwrite' })
  read = await storage.key('reader', { bucket: Bucket, permission: 'read' })
})
afterAll(() => storage?.end())

const put = (client: S3Client, Key: string, Body: string, bucket = Bucket) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
async function get(client: S3Client, Key: string, VersionId?: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))
  return (await Body?.transformToString()) ?? ''
}
/** The code of the error that a call ends in. */
const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error) => error.Code ?? error.name,
  )

test('a key that may write does so, in path style and by the name of the bucket', async () => {
  for (const forcePathStyle of [true, false]) {
    const client = storage.client('fra1', readwrite, { forcePathStyle })
    await put(client, `style ${forcePathStyle}/ä+b`, 'one')
    expect(await get(client, `style ${forcePathStyle}/ä+b`)).toBe('one')
  }
})

test('a key that may read is refused to write, remove and change settings', async () => {
  await put(storage.client('fra1', readwrite), 'kept', 'one')
  const client = storage.client('fra1', read)
  expect(await get(client, 'kept')).toBe('one')
  const listed = await client.send(new ListObjectsV2Command({ Bucket }))
  expect(listed.Contents?.some(({ Key }) => Key === 'kept')).toBe(true)
  expect(await refusal(put(client, 'kept', 'two'))).toBe('AccessDenied')
  const remove = new DeleteObjectCommand({ Bucket, Key: 'kept' })
  expect(await refusal(client.send(remove))).toBe('AccessDenied')
  expect(await get(client, 'kept')).toBe('one')
})

test('a limited key meets no other bucket, makes none, and has no hand in versioning', async () => {
  const client = storage.client('fra1', readwrite)
  expect(await refusal(put(client, 'x', 'y', 'shop-other'))).toBe('AccessDenied')
  const list = new ListObjectsV2Command({ Bucket: 'shop-other' })
  expect(await refusal(client.send(list))).toBe('AccessDenied')
  const make = new CreateBucketCommand({ Bucket: 'shop-more' })
  expect(await refusal(client.send(make))).toBe('AccessDenied')
  const suspend = new PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: 'Suspended' },
  })
  expect(await refusal(client.send(suspend))).toBe('AccessDenied')
  const drop = new DeleteBucketCommand({ Bucket })
  expect(await refusal(client.send(drop))).toBe('AccessDenied')
  const versioning = await owner.send(new GetBucketVersioningCommand({ Bucket }))
  expect(versioning.Status).toBe('Enabled')
})

test('a wrong secret, an unknown key and a removed one are refused', async () => {
  const wrong = storage.client('fra1', { ...readwrite, secretAccessKey: 'x'.repeat(43) })
  expect(await refusal(put(wrong, 'x', 'y'))).toBe('SignatureDoesNotMatch')
  const gone = await storage.key('gone', { bucket: Bucket, permission: 'readwrite' })
  const client = storage.client('fra1', gone)
  await put(client, 'x', 'y')
  await storage.account.call('DELETE', `/spaces/keys/${gone.accessKeyId}`)
  expect(await refusal(put(client, 'x', 'y'))).toBe('InvalidAccessKeyId')
})

test('a grant that is taken back or changed counts at once', async () => {
  const changing = await storage.key('changing', { bucket: Bucket, permission: 'read' })
  const client = storage.client('fra1', changing)
  expect(await refusal(put(client, 'x', 'y'))).toBe('AccessDenied')
  const path = `/spaces/keys/${changing.accessKeyId}`
  const grants = [{ bucket: Bucket, permission: 'readwrite' }]
  await storage.account.call('PUT', path, { name: 'changing', grants })
  await put(client, 'x', 'y')
  await storage.account.call('PUT', path, { name: 'changing', grants: [] })
  expect(await refusal(put(client, 'x', 'y'))).toBe('AccessDenied')
})

test('what is overwritten or removed stays as a version; a key that may write can remove that too', async () => {
  const client = storage.client('fra1', readwrite)
  const first = await put(client, 'versioned', 'one')
  await put(client, 'versioned', 'two')
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'versioned' }))
  expect(await refusal(get(client, 'versioned'))).toBe('NoSuchKey')
  expect(await get(client, 'versioned', first.VersionId)).toBe('one')
  const versions = () => client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'versioned' }))
  expect((await versions()).Versions).toHaveLength(2)
  const VersionId = first.VersionId
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'versioned', VersionId }))
  expect((await versions()).Versions).toHaveLength(1)
})

test.each(['WHEN_REQUIRED', 'WHEN_SUPPORTED'] as const)(
  'of a body that breaks off nothing is stored, with checksums %s',
  async (requestChecksumCalculation) => {
    // The client tells at length of each stream that it cannot send again.
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const client = storage.client('fra1', readwrite, { requestChecksumCalculation, logger })
    const Key = `broken off ${requestChecksumCalculation}`
    const gone = new AbortController()
    async function* body() {
      for (let part = 0; part < 20; part++) {
        if (part === 10) gone.abort()
        yield Buffer.alloc(16 * 1024, 'x')
        await sleep(5)
      }
    }
    const Body = Readable.from(body())
    const order = new PutObjectCommand({ Bucket, Key, Body, ContentLength: 20 * 16 * 1024 })
    await expect(client.send(order, { abortSignal: gone.signal })).rejects.toThrow('aborted')
    while (!storage.lines.some((line) => line.includes(encodeURI(Key)))) await sleep(10)
    await sleep(300)
    const { Contents } = await owner.send(new ListObjectsV2Command({ Bucket, Prefix: Key }))
    expect(Contents).toBeUndefined()
  },
)

test('a bucket lies in one region, its name is taken in all', async () => {
  const elsewhere = storage.client('nyc3', await storage.key('elsewhere', FULL))
  const here = new HeadBucketCommand({ Bucket })
  expect(await refusal(elsewhere.send(here))).toBe('NotFound')
  const again = new CreateBucketCommand({ Bucket })
  expect(await refusal(elsewhere.send(again))).toBe('BucketAlreadyExists')
})

test('a lifecycle configuration is kept for whoever has full access', async () => {
  const ask = new GetBucketLifecycleConfigurationCommand({ Bucket })
  expect(await refusal(owner.send(ask))).toBe('NoSuchLifecycleConfiguration')
  const change = new PutBucketLifecycleConfigurationCommand({
    Bucket,
    LifecycleConfiguration: {
      Rules: [
        {
          ...{ ID: 'old', Status: 'Enabled', Filter: { Prefix: '' } },
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        },
      ],
    },
  })
  const limited = storage.client('fra1', readwrite)
  expect(await refusal(limited.send(change))).toBe('AccessDenied')
  await owner.send(change)
  const { Rules } = await owner.send(ask)
  expect(Rules?.[0]?.NoncurrentVersionExpiration?.NoncurrentDays).toBe(30)
  const forged = storage.client('fra1', {
    ...(await storage.key('second', FULL)),
    secretAccessKey: 'x',
  })
  expect(await refusal(forged.send(change))).toBe('SignatureDoesNotMatch')
})

test('a rule by tags or to another class of storage, and one of nothing, is refused', async () => {
  const change = (rule: object) =>
    owner.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ ID: 'x', Status: 'Enabled', Filter: { Prefix: '' }, ...rule }],
        },
      }),
    )
  const Expiration = { Days: 3 }
  const StorageClass = 'GLACIER'
  const before = await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  const tagged = { Expiration, Filter: { Tag: { Key: 'a', Value: 'b' } } }
  expect(await refusal(change(tagged))).toBe('NotImplemented')
  const moving = { Expiration, Transitions: [{ Days: 1, StorageClass }] }
  expect(await refusal(change(moving as object))).toBe('NotImplemented')
  const older = { NoncurrentVersionTransitions: [{ NoncurrentDays: 1, StorageClass }] }
  expect(await refusal(change(older))).toBe('NotImplemented')
  expect(await refusal(change({}))).toBe('MalformedXML')
  expect(await refusal(change({ Expiration, Status: 'On' }))).toBe('MalformedXML')
  const after = await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  expect(after.Rules).toEqual(before.Rules)
})

test('what Spaces does not have of S3 is not implemented', async () => {
  const calls = [
    new GetBucketTaggingCommand({ Bucket }),
    new GetBucketEncryptionCommand({ Bucket }),
    new GetObjectLockConfigurationCommand({ Bucket }),
    new GetBucketOwnershipControlsCommand({ Bucket }),
    new GetObjectTaggingCommand({ Bucket, Key: 'style true/ä+b' }),
    new GetObjectRetentionCommand({ Bucket, Key: 'style true/ä+b' }),
  ]
  // biome-ignore lint/suspicious/noExplicitAny: commands of all kinds
  const refusals = calls.map((call) => refusal(owner.send(call as any)))
  expect(await Promise.all(refusals)).toEqual(calls.map(() => 'NotImplemented'))
})

test('an account has a hundred buckets', async () => {
  const count = storage.spaces.buckets().length
  const folder = (at: number) => join(storage.dir, 'spaces', 'sgp1', 'buckets', `more-${at}`)
  const more = Array.from({ length: 100 - count }, (_, at) => folder(at))
  for (const one of more) mkdirSync(one, { recursive: true })
  const create = new CreateBucketCommand({ Bucket: 'one-too-many' })
  expect(await refusal(owner.send(create))).toBe('TooManyBuckets')
  for (const one of more) rmdirSync(one)
  expect(await refusal(owner.send(create))).toBe('none')
  await owner.send(new DeleteBucketCommand({ Bucket: 'one-too-many' }))
})

test('bucket policies and the administration of the gateway are out of reach', async () => {
  const policy = new PutBucketPolicyCommand({ Bucket, Policy: '{}' })
  expect(await refusal(owner.send(policy))).toBe('NotImplemented')
  // The gateway's own verbs are PATCH requests.
  const { request } = await import('node:https')
  const status = await new Promise((done, fail) => {
    const { port } = storage.spaces
    const asked = request({
      ...{ host: '127.0.0.1', port, method: 'PATCH', path: '/list-users' },
      ca: storage.authority.rootPem,
    })
    asked.once('response', (answer) => done(answer.statusCode)).once('error', fail)
    asked.end()
  })
  expect(status).toBe(405)
})

test('the account lists its buckets and keys, and the API never tells a secret again', async () => {
  const listed = storage.account.api.inventory()
  expect(listed).toContainEqual({ kind: 'spaces_bucket', id: `fra1/${Bucket}`, name: Bucket })
  expect(listed).toContainEqual({ kind: 'spaces_key', id: read.accessKeyId, name: 'reader' })
  const { body } = await storage.account.call('GET', `/spaces/keys/${read.accessKeyId}`)
  expect(Object.keys(body.key).sort()).toEqual(['access_key', 'created_at', 'grants', 'name'])
  const all = await storage.account.call('GET', '/spaces/keys?per_page=200')
  expect(JSON.stringify(all.body)).not.toContain(read.secretAccessKey)
})

test('keys and buckets are there after a restart', async () => {
  await put(storage.client('fra1', readwrite), 'restart', 'one')
  await storage.account.restart()
  expect(await get(storage.client('fra1', read), 'restart')).toBe('one')
  expect(await refusal(put(storage.client('fra1', read), 'restart', 'two'))).toBe('AccessDenied')
})

test.each([
  [{ grants: [] }, 422, 'name is required'],
  [{ name: 'x', grants: [{ bucket: 'nowhere', permission: 'read' }] }, 404, 'bucket nowhere'],
  [{ name: 'x', grants: [{ bucket: Bucket, permission: 'write' }] }, 422, 'permission must be'],
  [{ name: 'x', grants: [{ bucket: Bucket, permission: 'fullaccess' }] }, 422, 'must be empty'],
  [
    { name: 'x', grants: [FULL, { bucket: Bucket, permission: 'read' }] },
    400,
    'cannot mix fullaccess permission with scoped permissions',
  ],
  [{ name: 'x', grants: 'all' }, 422, 'grants must be an array'],
])('a key is refused: %j', async (body, status, words) => {
  const answer = await storage.account.call('POST', '/spaces/keys', body)
  expect(answer.status).toBe(status)
  expect(answer.body.message).toContain(words)
})

test('a limited key does not become one with full access', async () => {
  const path = `/spaces/keys/${read.accessKeyId}`
  const { status } = await storage.account.call('PUT', path, { name: 'reader', grants: [FULL] })
  expect(status).toBe(422)
})

test('keys that are made at once are all made, once each', async () => {
  const made = Array.from({ length: 12 }, (_, number) => `at-once-${number}`)
  const { call } = storage.account
  await owner.send(new CreateBucketCommand({ Bucket: 'at-once' }))
  const grants = [{ bucket: 'at-once', permission: 'read' }]
  const answers = await Promise.all(
    made.map((name) => call('POST', '/spaces/keys', { name, grants })),
  )
  expect(answers.map(({ status }) => status)).toEqual(made.map(() => 201))
  await Promise.all(
    answers.map(({ body }) => call('DELETE', `/spaces/keys/${body.key.access_key}`)),
  )
})
