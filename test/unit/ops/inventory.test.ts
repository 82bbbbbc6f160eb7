import { clusterName } from '../../../config/database/managed.ts'
import { volumeName } from '../../../config/volume/index.ts'
import { clusters } from '../../../ops/environments/databases.ts'
import { type Accounts, inventory } from '../../../ops/environments/inventory.ts'

const marks = { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' }
const OTHER = 'ffffffff'

/** Accounts that answer each list with these rows. */
function accounts(rows: Record<string, unknown[]>, applications: unknown[] = []): Accounts {
  const list = async (path: string) =>
    rows[path] ?? (path === '/spaces/keys' ? [] : (rows[path.replace(/^.*\//, '')] ?? []))
  return {
    digitalocean: { list, calls: 0 },
    auth0: { applications: async () => applications },
  } as unknown as Accounts
}

const droplet = (id: number, stack: string, tags: string[], address: string) => ({
  ...{ id, name: `padlock-${stack}-1a2b3c4`, size: { price_hourly: 0.00595 } },
  tags: [`padlock-${stack}`, ...tags.map((tag) => `padlock-${stack}:${tag}`)],
  networks: { v4: [{ ip_address: address }], v6: [{ ip_address: `2001:DB8::${id}` }] },
})

test('what carries no mark itself is ours by what it refers to, or by the owner in its name', async () => {
  const ids = { ours: '1a2b3c4d', theirs: OTHER }
  const rows = {
    droplets: [
      droplet(1, 'pr-1', [`owner:${ids.ours}`, 'expires:20310101T0000Z'], '198.51.100.1'),
      droplet(2, 'pr-2', [`owner:${ids.theirs}`], '198.51.100.2'),
      droplet(3, 'pr-3', [], '198.51.100.3'),
      droplet(4, 'pr-4', [`owner:${ids.ours}`, 'expires:20310101T0000Z'], '198.51.100.4'),
    ],
    firewalls: [1, 2, 3].map((id) => ({
      ...{ id: `f${id}`, name: `padlock-pr-${id}-1a2b3c4` },
      tags: [
        `padlock-pr-${id}`,
        ...(id === 3 ? [] : [`padlock-pr-${id}:owner:${id === 1 ? ids.ours : ids.theirs}`]),
      ],
    })),
    reserved_ips: [1, 2, 3].map((id) => ({
      ...{ ip: `203.0.113.${id}`, droplet: { id, name: `padlock-pr-${id}-1a2b3c4` } },
    })),
    keys: [
      { id: 11, name: 'padlock-pr-1-admin-1a2b3c4d' },
      { id: 12, name: `padlock-pr-2-admin-${ids.theirs}` },
      { id: 13, name: 'padlock-pr-3-admin-1a2b3c4' },
    ],
    projects: [
      { id: 'p1', name: 'padlock-pr-1', description: 'https://x (stack pr-1, owner 1a2b3c4d)' },
      {
        id: 'p2',
        name: 'padlock-pr-2',
        description: `https://x (stack pr-2, owner ${ids.theirs})`,
      },
      { id: 'p3', name: 'padlock-pr-3', description: 'https://x (stack pr-3)' },
    ],
    tags: [
      'padlock-pr-1:owner:1a2b3c4d',
      'padlock-pr-1',
      'padlock-pr-2',
      `padlock-pr-2:owner:${ids.theirs}`,
      'padlock-pr-3',
    ].map((name) => ({ name })),
    records: [
      { id: 21, name: 'pr-1.preview', type: 'A', data: '203.0.113.1' },
      { id: 22, name: 'pr-1.preview', type: 'AAAA', data: '2001:db8::1' },
      { id: 23, name: 'pr-1.preview', type: 'CAA', data: 'letsencrypt.org' },
      { id: 24, name: 'pr-1.preview', type: 'A', data: '192.0.2.9' },
      { id: 25, name: 'pr-2.preview', type: 'CAA', data: 'letsencrypt.org' },
      { id: 26, name: 'pr-2.preview', type: 'A', data: '203.0.113.2' },
      { id: 27, name: 'pr-3.preview', type: 'A', data: '203.0.113.3' },
      { id: 28, name: 'pr-4.preview', type: 'A', data: '198.51.100.4' },
      { id: 29, name: 'pr-4.preview', type: 'CAA', data: 'letsencrypt.org' },
    ],
  }
  const application = (stack: string, more: object) => ({
    ...{ id: `c-${stack}`, name: `padlock-${stack}` },
    metadata: { project: 'padlock', stack, ...more },
  })
  const owned = await inventory(
    accounts(rows, [
      application('pr-1', { owner: ids.ours, expires: '2031-01-01T00:00Z' }),
      application('pr-2', { owner: ids.theirs }),
      application('pr-3', {}),
    ]),
    marks,
  )
  const found = (mark: string) =>
    owned.filter((one) => one.mark === mark).map(({ kind, id }) => `${kind} ${id}`)
  // In this order it is removed: a record goes before what it leads to and is marked by.
  expect(found('ours')).toEqual([
    'dns record 29',
    'dns record 21',
    'dns record 22',
    'dns record 28',
    'droplet 1',
    'droplet 4',
    'reserved ip 203.0.113.1',
    'firewall f1',
    'ssh key 11',
    'auth0 client c-pr-1',
    'project p1',
    'tag padlock-pr-1',
    'tag padlock-pr-1:owner:1a2b3c4d',
  ])
  expect(found('other')).toEqual([
    'dns record 25',
    'dns record 26',
    'droplet 2',
    'reserved ip 203.0.113.2',
    'firewall f2',
    'auth0 client c-pr-2',
    'project p2',
    'tag padlock-pr-2',
    `tag padlock-pr-2:owner:${OTHER}`,
  ])
  expect(found('none')).toEqual([
    // One of the two addresses at its name is a stranger's.
    'dns record 23',
    // Leads elsewhere.
    'dns record 24',
    'dns record 27',
    'droplet 3',
    'reserved ip 203.0.113.3',
    'firewall f3',
    'ssh key 12',
    'ssh key 13',
    'auth0 client c-pr-3',
    'project p3',
    'tag padlock-pr-3',
  ])
  const dated = owned.filter(({ expires }) => expires)
  expect(dated.map(({ kind }) => kind)).toEqual(['droplet', 'droplet', 'auth0 client'])
})

test('a tag that two owners claim is nobody’s to remove', async () => {
  const tags = ['padlock-pr-1', 'padlock-pr-1:owner:1a2b3c4d', `padlock-pr-1:owner:${OTHER}`]
  const owned = await inventory(accounts({ tags: tags.map((name) => ({ name })) }), marks)
  expect(owned.map(({ name, mark }) => `${name} ${mark}`)).toEqual([
    'padlock-pr-1 other',
    'padlock-pr-1:owner:1a2b3c4d ours',
    `padlock-pr-1:owner:${OTHER} other`,
  ])
})

test('a record without an address is judged by every address at its name, in any order', async () => {
  const droplets = [
    droplet(1, 'pr-1', ['owner:1a2b3c4d'], '198.51.100.1'),
    droplet(2, 'pr-2', [`owner:${OTHER}`], '198.51.100.2'),
  ]
  const at = (addresses: string[]) =>
    addresses.map((data, id) => ({ id, name: 'pr-1.preview', type: 'A', data }))
  const caa = { id: 9, name: 'pr-1.preview', type: 'CAA', data: 'letsencrypt.org' }
  const markOfCaa = async (...addresses: string[]) => {
    const owned = await inventory(accounts({ droplets, records: [caa, ...at(addresses)] }), marks)
    return owned.find(({ kind, id }) => kind === 'dns record' && id === '9')?.mark
  }
  const [ours, theirs, elsewhere] = ['198.51.100.1', '198.51.100.2', '192.0.2.9']
  expect(await markOfCaa(ours)).toBe('ours')
  expect(await markOfCaa(ours, elsewhere)).toBe('none')
  expect(await markOfCaa(elsewhere, ours)).toBe('none')
  expect(await markOfCaa(theirs, ours)).toBe('other')
  expect(await markOfCaa(ours, theirs)).toBe('other')
})

test('another project in the account is a stranger, though both were given one owner id', async () => {
  const shop = {
    ...droplet(1, 'pr-1', [], '198.51.100.1'),
    ...{ name: 'shop-pr-1-1a2b3c4', tags: ['shop-pr-1', 'shop-pr-1:owner:1a2b3c4d'] },
  }
  const owned = await inventory(
    accounts({
      droplets: [shop],
      reserved_ips: [
        { ip: '203.0.113.1', project_id: 'p1', droplet: null },
        { ip: '203.0.113.2', project_id: 'default', droplet: null },
      ],
      projects: [
        { id: 'p1', name: 'shop-pr-1', description: 'https://x (stack pr-1, owner 1a2b3c4d)' },
        { id: 'default', name: 'first', description: '' },
      ],
      records: [{ id: 21, name: 'pr-1.preview', type: 'A', data: '198.51.100.1' }],
    }),
    marks,
  )
  expect(owned.map(({ kind, id, mark, stack }) => [kind, id, mark, stack])).toEqual([
    ['dns record', '21', 'other', 'pr-1'],
    ['reserved ip', '203.0.113.2', 'none', ''],
  ])
})

test('volumes and their snapshots go by their names and tags, one taken by hand by its volume', async () => {
  const tags = (stack: string, ...more: string[]) => [
    `padlock-${stack}`,
    ...more.map((tag) => `padlock-${stack}:${tag}`),
  ]
  const owner = 'owner:1a2b3c4d'
  const times = ['expires:20310101T0000Z', 'expires:20310201T0000Z']
  const rows = {
    droplets: [droplet(1, 'pr-1', [owner], '198.51.100.1')],
    volumes: [
      ...[
        ['v1', 'padlock-pr-1-1a2b3c4d', tags('pr-1', owner, ...times)],
        ['v2', 'padlock-pr-2-ffffffff', tags('pr-2', `owner:${OTHER}`)],
        ['v3', 'padlock-pr-3-1a2b3c4d', tags('pr-1', owner)],
        ['v4', 'shop-pr-1-1a2b3c4d', ['shop-pr-1:owner:1a2b3c4d']],
        ['v5', 'padlock-production-1a2b3c4d', null],
      ].map(([id, name, tags]) => ({ id, name, tags, size_gigabytes: 10 })),
    ],
    'snapshots?resource_type=volume': [
      { id: 's1', name: 'padlock-pr-1-5f6e7d8', tags: tags('pr-1', owner), resource_id: 'gone' },
      { id: 's2', name: 'before the upgrade', tags: [], resource_id: 'v1' },
      { id: 's3', name: 'somebody’s', tags: [], resource_id: 'v4' },
    ],
  }
  const owned = await inventory(accounts(rows), marks)
  expect(owned.map(({ kind, id, stack, mark }) => [kind, id, stack, mark])).toEqual([
    // Before the volume that is attached to it.
    ['droplet', '1', 'pr-1', 'ours'],
    ['volume', 'v1', 'pr-1', 'ours'],
    ['volume', 'v2', 'pr-2', 'other'],
    ['volume', 'v3', 'pr-3', 'none'],
    ['volume', 'v5', 'production', 'none'],
    ['volume snapshot', 's1', 'pr-1', 'ours'],
    ['volume snapshot', 's2', 'pr-1', 'none'],
  ])
  const [, volume] = owned
  expect(volume?.expires?.toISOString()).toBe('2031-02-01T00:00:00.000Z')
  expect(volume?.pricePerHour).toBeCloseTo(0.00149, 5)
})

test('a database cluster goes by its name and tags, and costs by its nodes', async () => {
  const rows = {
    databases: [
      {
        ...{ id: 'd1', name: 'padlock-pr-1-1a2b3c4d', size: 'db-s-1vcpu-2gb', num_nodes: 2 },
        tags: [
          'padlock-pr-1',
          'padlock-pr-1:owner:1a2b3c4d',
          'padlock-pr-1:expires:20310101T0000Z',
        ],
      },
      {
        ...{ id: 'd2', name: 'padlock-production-1a2b3c4d', size: 'db-new', num_nodes: 1 },
        tags: null,
      },
      { ...{ id: 'd3', name: 'somebodys', size: 'db-s-1vcpu-1gb', num_nodes: 1 }, tags: [] },
    ],
  }
  const owned = await inventory(accounts(rows), marks)
  expect(owned).toMatchObject([
    { kind: 'database', id: 'd1', stack: 'pr-1', mark: 'ours' },
    { kind: 'database', id: 'd2', stack: 'production', mark: 'none' },
  ])
  const [one, other] = owned
  expect(one?.expires?.toISOString()).toBe('2031-01-01T00:00:00.000Z')
  expect(one?.pricePerHour).toBeCloseTo((30.45 * 2) / 672, 5)
  expect(other?.pricePerHour).toBeUndefined()
})

test('a cluster of a size that the list lacks costs what the settings say', () => {
  const found = { id: 'd', name: 'padlock-pr-1-1a2b3c4d', size: 'db-new', num_nodes: 2, tags: [] }
  const [cluster] = clusters([found], 'padlock', () => 'ours', { 'db-new': 672 })
  expect(cluster?.pricePerHour).toBe(2)
})

/** What is told of volumes, snapshots and clusters: stack and mark. */
async function told(
  project: string,
  volumes: object[],
  snapshots: object[] = [],
  databases: object[] = [],
) {
  const sized = volumes.map((one) => ({ size_gigabytes: 10, ...one }))
  const rows = { volumes: sized, 'snapshots?resource_type=volume': snapshots, databases }
  const owned = await inventory(accounts(rows), { ...marks, project })
  return owned.map(({ id, stack, mark }) => [id, stack, mark])
}

test.each([
  ['Shop', 'pr-1'],
  ['4shop', 'pr-1'],
  ['padlock', 'PR-12'],
  ['padlock', 'a-branch-whose-name-is-as-long-as-one-may-be-12345678'],
])(
  'volume and cluster of project %s and stack %s are known, however their names are written',
  async (project, stack) => {
    const name = `${project}-${stack}`
    const [ours, theirs] = ['1a2b3c4d', OTHER].map((owner) => ({
      ...{ id: owner, name: volumeName(name, owner), tags: [name, `${name}:owner:${owner}`] },
    }))
    const snapshot = { id: 's', name: 'before the upgrade', tags: null, resource_id: ours?.id }
    const cluster = { ...ours, id: 'd', name: clusterName(name, '1a2b3c4d') }
    expect(await told(project, [ours, theirs] as object[], [snapshot], [cluster])).toEqual([
      ['1a2b3c4d', stack, 'ours'],
      [OTHER, stack, 'other'],
      ['s', stack, 'none'],
      ['d', stack, 'ours'],
    ])
  },
)

test.each(['Shop', '4shop'])(
  'without tags a volume of %s is told by its name alone',
  async (project) => {
    const name = volumeName(`${project}-pr-1`, '1a2b3c4d')
    expect(await told(project, [{ id: 'v', name, tags: null }])).toEqual([['v', 'pr-1', 'none']])
  },
)

test('a snapshot that is named after its volume is that volume’s stack’s', async () => {
  const tags = ['padlock-pr-1', 'padlock-pr-1:owner:1a2b3c4d']
  const volume = { id: 'v', name: 'padlock-pr-1-1a2b3c4d', tags }
  const name = 'padlock-pr-1-1a2b3c4d-1764400000000'
  const snapshot = { id: 's', name, tags: [], resource_id: 'v' }
  const gone = { id: 't', name, tags, resource_id: 'gone' }
  expect(await told('padlock', [volume], [snapshot, gone])).toEqual([
    ['v', 'pr-1', 'ours'],
    ['s', 'pr-1', 'none'],
    ['t', 'pr-1', 'ours'],
  ])
})

test('a volume or cluster of the program’s own goes by the one stack that its tags name', async () => {
  const tags = ['padlock-pr-12', 'padlock-pr-12:owner:1a2b3c4d']
  const dated = [...tags, 'padlock-pr-12:expires:20310101T0000Z']
  const rows = {
    volumes: [
      { id: 'v1', name: 'padlock-pr-12-uploads-1a2b3c4', tags: dated },
      { id: 'v2', name: 'uploads', tags: dated },
      { id: 'v3', name: 'padlock-pr-12-uploads', tags },
      // Kept where the account is the project's alone, too: nothing says that it goes with the stack.
      { id: 'v4', name: 'padlock-pr-12-uploads-5f6e7d8', tags },
      // Tags of two stacks, a stack's tag without an owner's, a name of another stack's.
      {
        id: 'v5',
        name: 'padlock-production-files-1a2b3c4',
        tags: ['padlock-production', ...dated],
      },
      { id: 'v6', name: 'padlock-pr-12-files-1a2b3c4', tags: ['padlock-pr-12'] },
      { id: 'v7', name: 'padlock-production-1a2b3c4d', tags: dated },
    ].map((one) => ({ size_gigabytes: 10, ...one })),
    'snapshots?resource_type=volume': ['v1', 'v4'].map((volume) => ({
      ...{ id: `of ${volume}`, name: 'by hand', tags: [], resource_id: volume },
    })),
    databases: [{ id: 'd1', name: 'padlock-pr-12-rows-1a2b3c4', tags, size: 'x', num_nodes: 1 }],
  }
  const owned = await inventory(accounts(rows), marks)
  expect(owned.map(({ id, stack, mark, unsure }) => [id, stack, mark, unsure])).toEqual([
    ['v1', 'pr-12', 'ours', undefined],
    ['v2', 'pr-12', 'ours', undefined],
    ['v3', 'pr-12', 'ours', undefined],
    ['v4', 'pr-12', 'ours', true],
    ['v5', 'production-files', 'none', undefined],
    ['v6', 'pr-12-files', 'none', undefined],
    ['v7', 'production', 'none', undefined],
    ['of v1', 'pr-12', 'none', undefined],
    ['of v4', 'pr-12', 'none', true],
    ['d1', 'pr-12', 'ours', true],
  ])
})

test('keys to buckets go by their names and their stack’s tags, and name the buckets', async () => {
  const tags = ['padlock-pr-1:owner:1a2b3c4d', `padlock-pr-2:owner:${OTHER}`]
  const key = (id: string, name: string, bucket: string) => ({
    ...{ access_key: id, name, grants: [{ bucket, permission: bucket ? 'read' : 'fullaccess' }] },
  })
  const keys = [
    key('K1', 'padlock-pr-1-buckets', ''),
    key('K2', 'padlock-pr-1-backups-copy-reader', 'padlock-pr-1-copy-5f6e7d8'),
    key('K3', 'padlock-pr-2-backups', 'padlock-pr-2-backups-5f6e7d8'),
    key('K4', 'padlock-my-backups-app-backups', 'b'),
    key('K5', 'shop-pr-1-backups', 'shop'),
    key('K6', 'padlock-ci', 'artifacts'),
    key('K7', 'padlock-pr-1-seed-buckets', ''),
  ]
  const rows = { '/spaces/keys': keys, tags: tags.map((name) => ({ name })) }
  const owned = await inventory(accounts(rows), marks)
  const found = owned.filter(({ kind }) => kind === 'spaces key')
  expect(found.map(({ id, stack, mark, name }) => [id, stack, mark, name])).toEqual([
    ['K1', 'pr-1', 'ours', 'padlock-pr-1-buckets'],
    [
      'K2',
      'pr-1',
      'ours',
      'padlock-pr-1-backups-copy-reader, which opens padlock-pr-1-copy-5f6e7d8',
    ],
    ['K3', 'pr-2', 'other', 'padlock-pr-2-backups, which opens padlock-pr-2-backups-5f6e7d8'],
    ['K4', 'my-backups-app', 'none', 'padlock-my-backups-app-backups, which opens b'],
    // It may be of a stack of that name, so no environment takes it along.
    ['K7', 'pr-1', 'none', 'padlock-pr-1-seed-buckets'],
  ])
})

test('a key whose name fits an environment and a stack that stays is nobody’s to remove', async () => {
  const keysBeside = async (...stacks: string[]) => {
    const names = ['seed-buckets', 'seed-reader', 'seed-backups-copy-reader', 'backups-reader']
    const keys = names.map((name) => ({ access_key: name, name: `padlock-production-${name}` }))
    const tags = stacks.flatMap((stack) => [
      { name: `padlock-${stack}` },
      { name: `padlock-${stack}:owner:1a2b3c4d` },
    ])
    const owned = await inventory(accounts({ '/spaces/keys': keys, tags }), marks)
    const found = owned.filter(({ kind }) => kind === 'spaces key')
    return found.map(({ id, stack, mark, unsure }) => [id, stack, mark, unsure])
  }
  expect(await keysBeside('production', 'production-seed')).toEqual([
    ['seed-buckets', 'production-seed', 'none', true],
    ['seed-reader', 'production', 'ours', undefined],
    ['seed-backups-copy-reader', 'production-seed', 'none', true],
    ['backups-reader', 'production', 'ours', undefined],
  ])
  expect(await keysBeside('production')).toEqual([
    ['seed-buckets', 'production', 'none', true],
    ['seed-reader', 'production', 'ours', undefined],
    ['seed-backups-copy-reader', 'production', 'none', true],
    ['backups-reader', 'production', 'ours', undefined],
  ])
  expect(await keysBeside('production-seed')).toEqual([
    ['seed-buckets', 'production-seed', 'ours', undefined],
    ['seed-reader', 'production', 'none', undefined],
    ['seed-backups-copy-reader', 'production-seed', 'ours', undefined],
    ['backups-reader', 'production', 'none', undefined],
  ])
})
