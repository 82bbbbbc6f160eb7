import { clientSettings, hasPathStyle } from '../../../config/backups/place.ts'
import { KEYS_OF } from '../../../config/backups/rules.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) => parse({ ...defaults, ...good, ...raw }, context())
const wanted = { backups: 'spaces', volume: 10, database: 'local', region: 'fra1' }

test('without the key there are none', () => {
  expect(read({}).backups).toBeUndefined()
})

test('the bucket is in the droplet’s region unless another is named, and kept', () => {
  const usual = {
    kind: 'spaces',
    region: 'fra1',
    keepDaily: 7,
    keepWeekly: 4,
    protect: true,
    keep: true,
  }
  expect(read(wanted).backups).toEqual(usual)
  expect(read({ ...wanted, backupRegion: 'nyc3' }).backups).toEqual({ ...usual, region: 'nyc3' })
  expect(read({ ...wanted, keepDaily: 14, keepWeekly: 8 }).backups).toEqual({
    ...{ ...usual, keepDaily: 14, keepWeekly: 8 },
  })
})

test('a copy is in the region that is named for it', () => {
  expect(read({ ...wanted, backupCopyRegion: 'ams3' }).backups).toMatchObject({
    copyRegion: 'ams3',
  })
})

test('consent lets it be deleted', () => {
  expect(read({ ...wanted, allowDelete: ['backups'] }).backups?.protect).toBe(false)
  expect(read({ ...wanted, protect: 'false' }).backups?.protect).toBe(false)
})

test('a host that restores has no backups of its own, and may have an expiry', () => {
  const settings = read({ restorable: true, volume: 10, expires: '2099-01-02T03:04Z' })
  expect([settings.restorable, settings.backups]).toEqual([true, undefined])
  expect(read(wanted).restorable).toBeUndefined()
})

test('a bucket of another S3 is somebody else’s, and the passphrase is kept as with the stack’s own', () => {
  const s3 = {
    ...{ ...wanted, backups: 's3', backupBucket: 'acme-backups', backupRegion: 'eu-central-1' },
    ...{ backupAccessKey: 'AKIA123', backupSecretKey: 'a-secret-of-16-or-more' },
  }
  const secretKeys = [
    ...['backupAccessKey', 'backupSecretKey', 'backupReaderAccessKey', 'backupReaderSecretKey'],
  ]
  const of = (more: object) =>
    parse({ ...defaults, ...good, ...s3, ...more }, context({ secretKeys })).backups
  const place = {
    ...{ endpoint: 's3.eu-central-1.amazonaws.com', region: 'eu-central-1' },
    ...{ bucket: 'acme-backups', key: 'AKIA123', secret: 'a-secret-of-16-or-more' },
  }
  expect(of({})).toEqual({
    kind: 's3',
    place,
    keepDaily: 7,
    keepWeekly: 4,
    protect: true,
    keep: true,
  })
  expect(of({ allowDelete: ['backups'] })).toMatchObject({ protect: false, keep: false })
  const reader = {
    ...{ backupReaderAccessKey: 'AKIAREAD', backupReaderSecretKey: 'another-secret-of-16-or-more' },
  }
  expect(of(reader)).toMatchObject({
    place,
    reader: { ...place, key: 'AKIAREAD', secret: 'another-secret-of-16-or-more' },
  })
  const elsewhere = { ...place, endpoint: 's3.corp.example:9000', region: 'us-east-1' }
  const backupEndpoint = 's3.corp.example:9000'
  const { network } = parse(
    { ...defaults, ...good, ...s3, backupEndpoint },
    context({ secretKeys }),
  )
  expect(network.outbound).toContainEqual({ protocol: 'tcp', ports: '9000' })
  expect(of({ backupEndpoint, backupRegion: '' })).toMatchObject({ place: elsewhere })
})

test.each([
  ['s3.eu-central-1.amazonaws.com', 'acme-backups', false],
  ['s3.cn-north-1.amazonaws.com.cn', 'acme-backups', false],
  ['s3.eu-central-1.amazonaws.com', 'acme.backups', true],
  ['fra1.digitaloceanspaces.com', 'acme-backups', true],
  ['s3.amazonaws.com.corp.example:9000', 'acme-backups', true],
])('at %s the bucket %s is in the path: %p', (endpoint, bucket, path) => {
  const place = { endpoint, bucket, region: 'eu-central-1', key: 'AKIA123', secret: 'secret' }
  expect(hasPathStyle(place)).toBe(path)
  expect(clientSettings(place)).toMatchObject({
    ...{ endpoint: `https://${endpoint}`, forcePathStyle: path },
  })
})

test('a managed database alone is something to back up', () => {
  const { backups } = read({ ...wanted, database: 'managed' })
  expect(backups).toMatchObject({ kind: 'spaces' })
})

test.each<[keyof typeof KEYS_OF, Record<string, string>]>([
  ['spaces', { backupCopyRegion: 'ams3' }],
  [
    's3',
    {
      ...{ backupBucket: 'acme', backupRegion: 'eu-central-1', backupEndpoint: 's3.example.com' },
      ...{ backupAccessKey: 'key', backupSecretKey: 's'.repeat(40) },
      ...{ backupReaderAccessKey: 'reader', backupReaderSecretKey: 's'.repeat(40) },
    },
  ],
])('without backups of %s each key that was theirs is refused, and no other', (kind, keys) => {
  const secretKeys = Object.keys(keys).filter((key) => /(Access|Secret)Key$/.test(key))
  const read = (raw: object) =>
    parse({ ...defaults, ...good, ...wanted, ...raw }, context({ secretKeys }))
  expect(read({ ...keys, backups: kind }).backups).toMatchObject({ kind })
  expect(Object.keys(keys).sort()).toEqual([...KEYS_OF[kind]].sort())
  for (const [key, value] of Object.entries(keys))
    expect(() => read({ backups: undefined, [key]: value })).toThrow(key)
  expect(read({ backups: undefined }).backups).toBeUndefined()
})
