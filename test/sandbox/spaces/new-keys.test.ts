/** A key of Spaces is not known at once where the buckets are; whoever has a new one waits for it. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { CreateBucketCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { untilKnown } from '../../../config/backups/new-key.ts'
import { makePlace, type Place } from '../backups/place.ts'
import { FULL, type Key, type Storage, startStorage } from './account.ts'

jest.setTimeout(400_000)
const UNKNOWN = { name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } }
let storage: Storage
let place: Place

beforeAll(async () => {
  storage = await startStorage()
  const owner = storage.client('nyc3', await storage.key('owner', FULL))
  await owner.send(new CreateBucketCommand({ Bucket: 'shop' }))
  place = await makePlace(storage.authority.rootPath)
})
afterAll(async () => {
  await place?.end()
  await storage?.end()
})
afterEach(() => storage.spaces.setNewKeySeconds(0))

const endpoint = () => `localhost:${storage.spaces.port}`

/** What `pulumi up` runs for a key of full access. */
async function waits(key: Key, seconds: number) {
  const child = spawn(process.execPath, ['components/backups/new-key.ts'], {
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: storage.authority.rootPath,
      PADLOCK_NEW_KEY_SECONDS: `${seconds}`,
    },
  })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const order = {
    ...{ endpoints: [endpoint()], region: 'us-east-1' },
    ...{ key: key.accessKeyId, secret: key.secretAccessKey },
  }
  child.stdin.end(JSON.stringify(order))
  const stderr = await text(child.stderr)
  return { code: await ended, stderr }
}

test('a new key is refused at first, and those from before are not', async () => {
  const before = storage.client('nyc3', await storage.key('before', FULL))
  // Counted from when it is made, so that a first request has some of it left.
  storage.spaces.setNewKeySeconds(15)
  const client = storage.client('nyc3', await storage.key('new', FULL))
  await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject(UNKNOWN)
  await before.send(new ListBucketsCommand({}))
  // The keys are told anew with each change of one of them.
  await storage.key('another', FULL)
  await before.send(new ListBucketsCommand({}))
  await untilKnown(() => client.send(new ListBucketsCommand({})))
})

test('what waits gives up on a key that stays unknown, and at once where something else is wrong', async () => {
  const wrong = storage.client('nyc3', { accessKeyId: 'DO00NOBODY', secretAccessKey: 'secret' })
  let asked = 0
  let now = Date.now()
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now)
  const ask = (Bucket: string, client = wrong) => {
    asked++
    now += 700
    return client.send(new ListObjectsV2Command({ Bucket }))
  }
  await expect(untilKnown(() => ask('shop'), 1.5)).rejects.toMatchObject(UNKNOWN)
  clock.mockRestore()
  expect(asked).toBe(3)
  asked = 0
  const owner = storage.client('nyc3', await storage.key('owner-of-none', FULL))
  await expect(untilKnown(() => ask('no-such', owner), 5)).rejects.toThrow('bucket does not exist')
  expect(asked).toBe(1)
})

test('pulumi up goes on with a key of full access once it is known', async () => {
  storage.spaces.setNewKeySeconds(1.5)
  const key = await storage.key('buckets', FULL)
  expect(await waits(key, 20)).toEqual({ code: 0, stderr: '' })
  const wrong = { ...key, accessKeyId: 'DO00NOBODY' }
  const { code, stderr } = await waits(wrong, 1)
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^localhost:\d+ does not know the key DO00NOBODY, .*InvalidAccessKeyId/),
  ])
  expect(stderr).not.toContain(key.secretAccessKey)
})

test('a host that is told of a new key waits for it, and not for ever', async () => {
  const order = (key: Key, database: boolean) => ({
    ...{ database, files: !database, endpoint: endpoint(), region: 'us-east-1', bucket: 'shop' },
    ...{ prefix: 'shop', key: key.accessKeyId, secret: key.secretAccessKey },
    ...{ passphrase: 'correct-horse-battery-staple-of-32', keepDaily: 7, keepWeekly: 4 },
  })
  const key = () => storage.key('host', { bucket: 'shop', permission: 'readwrite' })
  for (const database of [true, false]) {
    storage.spaces.setNewKeySeconds(2)
    await place.must('up', order(await key(), database))
  }
  storage.spaces.setNewKeySeconds(3600)
  const began = Date.now()
  const { code, stderr } = await place.backup('up', order(await key(), false))
  expect([code, stderr]).toEqual([1, expect.stringContaining('the key is refused at localhost:')])
  // The patience of the tests (host.py).
  expect(Date.now() - began).toBeGreaterThan(8000)
})
