import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) =>
  parse({ ...defaults, ...good, ...raw }, context({ secretKeys: ['seedReader'] }))
const environment = { database: 'local', volume: 1, expires: '2099-01-02T03:04Z' }

test('without the keys nothing is filled, in an environment or elsewhere', () => {
  for (const raw of [{}, environment, { seed: 'none', database: 'local', volume: 1 }])
    expect(read(raw).release.seedCommand).toBeUndefined()
})

test('an environment’s own database, and what fills it within the time of a release command', () => {
  expect(read({ ...environment, seed: 'empty' }).release.seedCommand).toBeUndefined()
  const { release } = read({ ...environment, seed: 'empty', seedCommand: 'loaddata a.json' })
  expect(release.seedCommand).toEqual({ command: 'loaddata a.json', seconds: 300 })
})

test('snapshots of a lasting stack, in the region of its backups', () => {
  const lasting = { database: 'local', volume: 1, anonymiseSql: 'anonymise.sql' }
  expect(read({ database: 'local', volume: 1 }).snapshots).toBeUndefined()
  expect(read(lasting).snapshots).toEqual({ region: 'fra1' })
  const elsewhere = { ...lasting, region: 'nyc1', backupRegion: 'nyc3' }
  expect(read(elsewhere).snapshots).toEqual({ region: 'nyc3' })
  const s3 = {
    ...{ ...lasting, backups: 's3', backupBucket: 'acme-backups', backupRegion: 'eu-central-1' },
    ...{ backupAccessKey: 'AKIA123', backupSecretKey: 'a-secret-of-16-or-more' },
  }
  const secretKeys = ['backupAccessKey', 'backupSecretKey']
  const of = (raw: object) => parse({ ...defaults, ...good, ...raw }, context({ secretKeys }))
  expect(of(s3).snapshots).toEqual({ region: 'fra1' })
  expect(() => of({ ...s3, region: 'nyc1' })).toThrow(
    'anonymiseSql is set, and the region of the droplet has no Spaces, where its snapshots go',
  )
})

test('a snapshot is the output of another stack, as it is; no other seed reads it', () => {
  const access = {
    ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-seed' },
    ...{ key: 'DO00ABC', secret: '0123456789abcdef', passphrase: '0123456789abcdef' },
  }
  const seedReader = JSON.stringify(access)
  expect(read({ ...environment, seed: 'snapshot', seedReader }).seed).toEqual(access)
  for (const seed of ['none', 'empty'])
    expect(read({ ...environment, seed, seedReader }).seed).toBeUndefined()
})
