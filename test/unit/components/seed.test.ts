import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { SeedBucket } from '../../../components/seed/bucket.ts'
import { Snapshot } from '../../../components/seed/snapshot.ts'
import { Anchor, mockProviders, plain, settle, value } from './mocks.ts'

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

test('an environment’s host gets place and password over stdin, once on its volume', async () => {
  const registered = mockProviders(false, {})
  const place = {
    ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-seed' },
    ...{ key: 'DO00ABC', secret: '0123456789abcdef', passphrase: '0123456789abcdef' },
  }
  const password = 'correct-horse-battery'
  new Snapshot('padlock-pr-1', {
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    ...{ droplet: new Anchor(), dropletId: '4711', volumeId: '0815', after: [new Anchor()] },
    ...{ place, password },
  })
  const byType = await settle(registered)
  const { stdin, ...sent } = inputs(byType['command:remote:Command']?.[0])
  expect(sent).toMatchObject({
    create: 'sudo /usr/lib/padlock/seed load',
    ...{ triggers: ['4711', '0815'], addPreviousOutputInEnv: false, logging: 'none' },
  })
  expect(sent).not.toHaveProperty('delete')
  const { secret } = stdin as { secret: string }
  const read = `import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_seed import order
print(order.load(sys.stdin).password)`
  const folders = ['padlock-seed', 'padlock-app'].map((name) =>
    join(__dirname, '../../../host', name, 'files/usr/lib/padlock'),
  )
  const words = ['-c', read, ...folders]
  const host = spawnSync('python3', words, { input: secret, encoding: 'utf8' })
  expect([host.stdout, host.stderr]).toEqual([`${password}\n`, ''])
})
