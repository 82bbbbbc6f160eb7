import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ITEM } from '../../../components/kept/item.ts'
import { type Item, receipt } from '../../../components/kept/receipt.ts'
import { retained } from '../../../ops/environments/removals.ts'

const items: [Item, string[]][] = [
  [
    { kind: 'volume', name: 'padlock-live-1a2b', id: 'v-1' },
    [
      'the volume padlock-live-1a2b (v-1) stays, with its files',
      'doctl compute volume-action attach v-1 DROPLET',
      'costs until: doctl compute volume delete v-1',
    ],
  ],
  [
    { kind: 'database cluster', name: 'padlock-live-1a2b', id: 'c-1' },
    ['stays, with its rows', 'doctl databases firewalls append c-1', 'doctl databases delete c-1'],
  ],
  [
    { kind: 'bucket', name: 'b-1', endpoint: 'fra1.example' },
    [
      'the bucket b-1 at fra1.example stays',
      "--grants 'bucket=b-1;permission=read'",
      'costs until',
    ],
  ],
  [
    { kind: 'backups', place: 's3.example/acme' },
    [
      'the backups in s3.example/acme stay, and their passphrase goes with the state',
      'pulumi stack output backupAccess --show-secrets',
    ],
  ],
]

test.each(items)('the receipt says of %j that it stays, and how it is opened', (item, words) => {
  for (const one of words) expect(receipt(item)).toContain(one)
})

test('what does not stay is told by nothing', () => {
  const run = (told: string) =>
    spawnSync(process.execPath, [join(__dirname, '../../../components/kept/main.ts')], {
      env: { ...process.env, [ITEM]: told },
      encoding: 'utf8',
    })
  expect(run('')).toMatchObject({ status: 0, stdout: '' })
  const item: Item = { kind: 'backups', place: 's3.example/acme' }
  expect(run(JSON.stringify(item))).toMatchObject({ status: 0, stdout: `${receipt(item)}\n` })
})

test('a teardown counts as removed nothing that the engine lets go of, or that lies in it', () => {
  const one = (type: string, more: object) => ({
    urn: type,
    type: `digitalocean:x:${type}`,
    ...more,
  })
  const found = retained([
    one('Volume', { retainOnDelete: true }),
    one('DatabaseCluster', { retainOnDelete: true }),
    one('DatabaseUser', { deletedWith: 'DatabaseCluster' }),
    // A zone or a registry is nobody's data of this stack alone.
    one('Domain', { retainOnDelete: true }),
    one('SpacesBucket', {}),
    one('Droplet', { deletedWith: 'DatabaseCluster' }),
  ])
  expect([...found]).toEqual(['Volume', 'DatabaseCluster', 'DatabaseUser'])
})
