import * as pulumi from '@pulumi/pulumi'
import { SeedBucket } from '../../../components/seed/bucket.ts'
import { mockProviders, plain, settle, value } from './mocks.ts'

const KEY = 'digitalocean:index/spacesKey:SpacesKey'
const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket'
const made = {
  'pulumi:providers:digitalocean': () => ({}),
  'random:index/randomPassword:RandomPassword': () => ({ result: 'correct-horse-battery' }),
  [KEY]: (_inputs: unknown, name: string) => ({
    accessKey: `DO00${name}`,
    secretKey: `secret-of-${name}-0123456789`,
  }),
  [BUCKET]: () => ({ name: 'padlock-dev-seed-1a2b3c4' }),
}
const inputs = (resource?: { inputs: unknown }) =>
  plain(resource?.inputs) as Record<string, unknown>

test('a bucket apart from the backups, one key that writes, and one that reads it alone', async () => {
  const registered = mockProviders(false, made)
  const { writer, reader } = new SeedBucket('padlock-dev', { region: 'fra1' })
  expect([await pulumi.isSecret(writer), await pulumi.isSecret(reader)]).toEqual([true, true])
  expect(await value(reader)).toEqual({
    ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1' },
    ...{ bucket: 'padlock-dev-seed-1a2b3c4', key: 'DO00padlock-dev-seed-reader' },
    ...{ secret: 'secret-of-padlock-dev-seed-reader-0123456789' },
    ...{ passphrase: 'correct-horse-battery' },
  })
  expect(await value(writer)).toMatchObject({ key: 'DO00padlock-dev-seed-writer' })
  const byType = await settle(registered)
  expect(inputs(byType[BUCKET]?.[0])).toMatchObject({ region: 'fra1', acl: 'private' })
  expect(byType[BUCKET]).toHaveLength(1)
  const grants = Object.fromEntries(
    (byType[KEY] ?? []).map((key) => [key.name, inputs(key).grants]),
  )
  expect(grants).toEqual({
    'padlock-dev-seed-buckets': [{ bucket: '', permission: 'fullaccess' }],
    'padlock-dev-seed-writer': [{ bucket: 'padlock-dev-seed-1a2b3c4', permission: 'readwrite' }],
    'padlock-dev-seed-reader': [{ bucket: 'padlock-dev-seed-1a2b3c4', permission: 'read' }],
  })
})
