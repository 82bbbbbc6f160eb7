/** What the buckets tell of the last drill and the last copy, with the keys that a stack has. */
import { Agent } from 'node:https'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { lookupName } from '../../../config/lookup.ts'
import { copyBackups } from '../../../ops/backups/copy.ts'
import { lastCopy, noteCopy } from '../../../ops/backups/last-copy.ts'
import { lastDrill, noteDrill } from '../../../ops/backups/last-drill.ts'
import { FULL, type Key, type Storage, startStorage } from './account.ts'

jest.setTimeout(60_000)
let storage: Storage
let host: Key
let reader: Key
let copier: Key
let more: { requestHandler: { httpsAgent: Agent } }

beforeAll(async () => {
  storage = await startStorage()
  const owner = await storage.key('owner', FULL)
  for (const [region, Bucket] of Object.entries({ nyc3: 'shop-backups', fra1: 'shop-copy' }))
    await storage.client(region, owner).send(new CreateBucketCommand({ Bucket }))
  host = await storage.key('host', { bucket: 'shop-backups', permission: 'readwrite' })
  reader = await storage.key('reader', { bucket: 'shop-backups', permission: 'read' })
  copier = await storage.key(
    'copier',
    { bucket: 'shop-backups', permission: 'read' },
    { bucket: 'shop-copy', permission: 'readwrite' },
  )
  const httpsAgent = new Agent({ ca: storage.authority.rootPem, lookup: lookupName })
  more = { requestHandler: { httpsAgent } }
})
afterAll(() => storage?.end())

const at = (region: string, bucket: string, { accessKeyId, secretAccessKey }: Key) => ({
  ...{ endpoint: new URL(storage.spaces.endpoint(region)).host, region: 'us-east-1', bucket },
  ...{ key: accessKeyId, secret: secretAccessKey },
})
const own = (key: Key) => ({
  ...{ ...at('nyc3', 'shop-backups', key), prefix: 'shop-dev', passphrase: 'correct-horse' },
})
const last = () => lastDrill(own(reader), reader.secretAccessKey, more)
const drill = (endedAt: string, from = 'nyc3.example/shop-backups') => ({ from, endedAt })
const note = (secret: string, endedAt: string) => noteDrill(own(host), secret, drill(endedAt), more)

test('a drill is told by the bucket, and one that never was is none', async () => {
  expect(await last()).toBeUndefined()
  await note(reader.secretAccessKey, '2026-11-28T09:00:00.000Z')
  const found = { at: new Date('2026-11-28T09:00:00Z'), from: 'nyc3.example/shop-backups' }
  expect(await last()).toEqual(found)
})

test.each<[string, () => Promise<unknown>]>([
  ['signed with what the host has', () => note(host.secretAccessKey, '2026-11-29T09:00:00.000Z')],
  ['that is no note', () => written('{"said": "{}"}')],
  ['of nothing but a signature', () => written(`{"said": "", "hmac": "${'0'.repeat(64)}"}`)],
  [
    'of another stack',
    () => {
      const other = { ...own(host), prefix: 'shop-dev/receipts/x' }
      return noteDrill(other, reader.secretAccessKey, drill('2026-11-29T09:00:00.000Z'), more).then(
        moved,
      )
    },
  ],
])('whoever has the host’s key makes no drill: one %s', async (_, forge) => {
  await forge()
  expect(await last()).toBe('unsigned')
})

const written = (Body: string) => {
  const Key = 'shop-dev/receipts/drill.json'
  const client = storage.client('nyc3', host)
  return client.send(new PutObjectCommand({ Bucket: 'shop-backups', Key, Body }))
}

/** A true note of another prefix, in the place of this one's. */
async function moved() {
  const { readNote } = await import('../../../ops/backups/note.ts')
  const other = 'shop-dev/receipts/x/receipts/drill.json'
  await written((await readNote(own(host), other, more))?.text ?? '')
}

test('a bucket that does not open is an error and not a drill that never was', async () => {
  const closed = { ...own(copier), bucket: 'shop-copy', key: reader.accessKeyId }
  const failed = lastDrill({ ...closed, secret: reader.secretAccessKey }, 'x', more)
  await expect(failed).rejects.toThrow('the bucket shop-copy cannot be read: ')
})

test('a copy is told by the second bucket, and neither note is copied or makes a copy look changed', async () => {
  const [from, to] = [at('nyc3', 'shop-backups', copier), at('fra1', 'shop-copy', copier)]
  expect(await lastCopy(to, more)).toBeUndefined()
  const first = storage.client('nyc3', host)
  const Key = 'shop-dev/files/config'
  await first.send(new PutObjectCommand({ Bucket: 'shop-backups', Key, Body: 'encrypted' }))
  for (const time of ['2026-11-28T09:00:00.000Z', '2026-11-29T09:00:00.000Z']) {
    await note(reader.secretAccessKey, time)
    const copied = await copyBackups({ from, to }, () => {}, more)
    expect(copied).toMatchObject({ replaced: 0, kept: 0 })
    await noteCopy(to, copied, more)
  }
  const told = await lastCopy(to, more)
  expect(Math.abs(Date.now() - (told?.getTime() ?? 0))).toBeLessThan(60_000)
  // The host's key opens nothing there.
  const forged = noteCopy({ ...to, ...at('fra1', 'shop-copy', host) }, {} as never, more)
  await expect(forged).rejects.toThrow('receipts/copy.json is not in the bucket shop-copy: ')
})
