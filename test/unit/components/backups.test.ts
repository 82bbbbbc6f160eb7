import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { Backups } from '../../../components/backups/backups.ts'
import { SpacesBackups } from '../../../components/backups/spaces.ts'
import { endOf } from '../../../components/ssh/end.ts'
import { Anchor, mockProviders, plain, settle, value } from './mocks.ts'

const KEY = 'digitalocean:index/spacesKey:SpacesKey'
const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket'
const made = {
  'pulumi:providers:digitalocean': () => ({}),
  [KEY]: (_inputs: unknown, name: string) => ({
    accessKey: `DO00${name}`,
    secretKey: `secret-of-${name}-0123456789`,
  }),
  [BUCKET]: () => ({ name: 'padlock-dev-backups-1a2b3c4' }),
}
const inputs = (resource?: { inputs: unknown }) =>
  plain(resource?.inputs) as Record<string, unknown>

test('the bucket has versions, and the keys that leave the state open it alone, one of them to read', async () => {
  const registered = mockProviders(false, made)
  const spaces = new SpacesBackups('padlock-dev', {
    ...{ region: 'fra1', protect: true, keep: true },
  })
  expect(await pulumi.isSecret(spaces.place)).toBe(true)
  expect(await value(spaces.place)).toEqual({
    endpoint: 'fra1.digitaloceanspaces.com',
    region: 'us-east-1',
    bucket: 'padlock-dev-backups-1a2b3c4',
    key: 'DO00padlock-dev-backups',
    secret: 'secret-of-padlock-dev-backups-0123456789',
  })
  expect(await pulumi.isSecret(spaces.reader)).toBe(true)
  expect(await value(spaces.reader)).toEqual({
    ...((await value(spaces.place)) as object),
    key: 'DO00padlock-dev-backups-reader',
    secret: 'secret-of-padlock-dev-backups-reader-0123456789',
  })
  const byType = await settle(registered)
  expect(inputs(byType[BUCKET]?.[0])).toMatchObject({
    ...{ region: 'fra1', acl: 'private', versioning: { enabled: true } },
    lifecycleRules: [{ noncurrentVersionExpiration: { days: 30 } }, { id: 'parts' }],
  })
  const grants = Object.fromEntries(
    (byType[KEY] ?? []).map((key) => [key.name, inputs(key).grants]),
  )
  expect(grants).toEqual({
    'padlock-dev-buckets': [{ bucket: '', permission: 'fullaccess' }],
    'padlock-dev-backups': [{ bucket: 'padlock-dev-backups-1a2b3c4', permission: 'readwrite' }],
    'padlock-dev-backups-reader': [{ bucket: 'padlock-dev-backups-1a2b3c4', permission: 'read' }],
  })
})

test('a second bucket is in another region, and the host’s key opens nothing of it', async () => {
  const registered = mockProviders(false, {
    ...made,
    [BUCKET]: (_inputs: unknown, name: string) => ({ name: `${name}-1a2b3c4` }),
  })
  const { place, copy } = new SpacesBackups('padlock-dev', {
    ...{ region: 'fra1', protect: true, keep: true, copyRegion: 'nyc3' },
  })
  if (!copy) throw new Error('no copy')
  expect(await pulumi.isSecret(copy.copier)).toBe(true)
  expect(await pulumi.isSecret(copy.place)).toBe(true)
  const { from, to } = (await value(copy.copier)) as Record<string, object>
  const first = { endpoint: 'fra1.digitaloceanspaces.com', bucket: 'padlock-dev-backups-1a2b3c4' }
  const second = {
    ...{ endpoint: 'nyc3.digitaloceanspaces.com', bucket: 'padlock-dev-backups-copy-1a2b3c4' },
    region: 'us-east-1',
  }
  const copier = { key: 'DO00padlock-dev-backups-copy' }
  expect(from).toMatchObject({ ...first, ...copier })
  expect(to).toMatchObject({ ...second, ...copier })
  expect(await value(copy.place)).toMatchObject({
    ...{ ...second, key: 'DO00padlock-dev-backups-copy-reader' },
  })
  expect(await value(place)).toMatchObject(first)
  const byType = await settle(registered)
  const [, other] = byType[BUCKET] ?? []
  expect(inputs(other)).toMatchObject({
    ...{ region: 'nyc3', acl: 'private', versioning: { enabled: true } },
    lifecycleRules: [{ noncurrentVersionExpiration: { days: 90 } }, { id: 'parts' }],
  })
  const grants = Object.fromEntries(
    (byType[KEY] ?? []).map((key) => [key.name, inputs(key).grants]),
  )
  expect(grants).toEqual({
    'padlock-dev-buckets': [{ bucket: '', permission: 'fullaccess' }],
    'padlock-dev-backups': [{ bucket: first.bucket, permission: 'readwrite' }],
    'padlock-dev-backups-reader': [{ bucket: first.bucket, permission: 'read' }],
    'padlock-dev-backups-copy': [
      { bucket: first.bucket, permission: 'read' },
      { bucket: second.bucket, permission: 'readwrite' },
    ],
    'padlock-dev-backups-copy-reader': [{ bucket: second.bucket, permission: 'read' }],
  })
})

test('the order goes to the host over stdin, a secret, and the host takes it', async () => {
  const registered = mockProviders(false, {
    'random:index/randomPassword:RandomPassword': () => ({
      result: 'correct-horse-battery-staple',
    }),
  })
  const place = {
    ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-backups' },
    ...{ key: 'DO00ABC', secret: 'secret-of-the-key-0123456789' },
  }
  const reader = { ...place, key: 'DO00READ', secret: 'secret-of-the-reader-0123456789' }
  const managed = {
    ...{ host: 'private-db.example', port: 25060, user: 'app', database: 'app' },
    ...{ password: 'AVNS_battery-staple', cluster: '11111111-2222-4333-8444-555555555555' },
  }
  const noted = jest.spyOn(pulumi.ComponentResource.prototype as never, 'registerOutputs')
  const backups = new Backups('padlock-dev', {
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    ...{ droplet: new Anchor(), dropletId: '4711', after: [new Anchor()], place, reader },
    volumeGib: 10,
    ...{ database: true, files: false, beside: true, managed, keepDaily: 7, keepWeekly: 4 },
    ...{ protect: true, keep: true },
  })
  // What the next update asks the state for.
  expect(noted).toHaveBeenLastCalledWith(
    expect.objectContaining({ keeps: true, keepDaily: 7, keepWeekly: 4 }),
  )
  noted.mockRestore()
  expect(await pulumi.isSecret(backups.passphrase)).toBe(true)
  expect(await pulumi.isSecret(backups.access)).toBe(true)
  const passphrase = 'correct-horse-battery-staple'
  expect(await value(backups.access)).toEqual({ ...place, prefix: 'padlock-dev', passphrase })
  if (!backups.reader) throw new Error('no reader')
  expect(await pulumi.isSecret(backups.reader)).toBe(true)
  expect(await value(backups.reader)).toEqual({ ...reader, prefix: 'padlock-dev', passphrase })
  const byType = await settle(registered)
  // What a reviewer sees of the order.
  expect(inputs(byType['padlock:index:Backups']?.[0])).toEqual({
    ...{ database: true, files: false, beside: true, keepDaily: 7, keepWeekly: 4 },
  })
  const { stdin, ...sent } = inputs(byType['command:remote:Command']?.[0])
  const { secret } = stdin as { secret: string }
  expect(sent).toMatchObject({
    create: 'sudo /usr/lib/padlock/backup up # with 10 GiB # on droplet 4711',
    delete: endOf('backup-end'),
    ...{ addPreviousOutputInEnv: false, logging: 'none' },
  })
  const read = `import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import order
found = order.read(sys.stdin)
print(found, found.names())`
  const folders = ['padlock-backup', 'padlock-app'].map((name) =>
    join(__dirname, '../../../host', name, 'files/usr/lib/padlock'),
  )
  const host = spawnSync('python3', ['-c', read, ...folders], {
    input: secret,
    encoding: 'utf8',
  })
  expect(secret).not.toContain('DO00READ')
  expect(host.stdout).toContain("prefix='padlock-dev', key='DO00ABC'")
  expect(host.stdout).toContain(
    "['database beside volume', 'database beside bucket', 'managed database volume', 'managed database bucket']",
  )
  expect(host.stdout).toContain("managed=Managed(host='private-db.example', port=25060")
  expect(host.stderr).toBe('')
})
