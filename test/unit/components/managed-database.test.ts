import * as pulumi from '@pulumi/pulumi'
import { checkDatabase, warnOfNoBackups } from '../../../components/account/database.ts'
import { ManagedDatabase, type ManagedDatabaseArgs } from '../../../components/database/managed.ts'
import type { Former } from '../../../components/state.ts'
import { Anchor, mockProviders, plain, settle, value } from './mocks.ts'

const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const TYPE = 'digitalocean:index/database'

function made(change: Partial<ManagedDatabaseArgs> = {}) {
  const registered = mockProviders(
    false,
    {
      [`${TYPE}Cluster:DatabaseCluster`]: () => ({
        ...{ privateHost: 'private-db.example.com', port: 25_060, user: 'doadmin' },
        ...{ password: 'AVNS_admin', privateNetworkUuid: 'vpc-1', clusterUrn: 'do:dbaas:c1' },
      }),
      [`${TYPE}Firewall:DatabaseFirewall`]: () => ({}),
      [`${TYPE}User:DatabaseUser`]: () => ({ password: 'AVNS_app/+' }),
      [`${TYPE}Db:DatabaseDb`]: () => ({}),
      [`${TYPE}ConnectionPool:DatabaseConnectionPool`]: () => ({
        ...{ privateHost: 'private-db.example.com', port: 25_061 },
      }),
    },
    { 'digitalocean:index/getDatabaseCa:getDatabaseCa': { certificate: CA } },
  )
  const database = new ManagedDatabase('padlock-dev', {
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    ...{
      droplet: new Anchor(),
      dropletId: '4711',
      after: [new Anchor()],
      owner: '1a2b3c4d',
      used: true,
    },
    ...{ vpc: 'vpc-1', tags: ['padlock-dev', 'padlock-dev:owner:1a2b3c4d'] },
    ...{
      size: 'db-s-1vcpu-1gb',
      nodes: 1,
      version: '17',
      region: 'fra1',
      protect: true,
      keep: true,
    },
    ...change,
  })
  return { database, registered }
}

test('a cluster that the droplet’s tag alone gets into, with a user and a database for the app', async () => {
  const { database, registered } = made()
  const byType = await settle(registered)
  const inputs = (kind: string) =>
    byType[`${TYPE}${kind}:Database${kind}`]?.map((one) => one.inputs)
  expect(inputs('Cluster')).toEqual([
    {
      ...{ name: 'padlock-dev-1a2b3c4d', engine: 'pg', version: '17', region: 'fra1' },
      ...{ size: 'db-s-1vcpu-1gb', nodeCount: 1 },
      tags: ['padlock-dev', 'padlock-dev:owner:1a2b3c4d'],
    },
  ])
  expect(inputs('Firewall')).toEqual([
    { clusterId: 'padlock-dev-id', rules: [{ type: 'tag', value: 'padlock-dev' }] },
  ])
  for (const kind of ['User', 'Db']) {
    expect(inputs(kind)).toEqual([{ clusterId: 'padlock-dev-id', name: 'app' }])
  }
  expect(inputs('ConnectionPool')).toBeUndefined()
  expect(await pulumi.isSecret(database.url)).toBe(true)
  expect(await value(database.url)).toBe(
    'postgresql://app:AVNS_app%2F%2B@private-db.example.com:25060/app?sslmode=verify-full&sslrootcert=/run/database/ca.crt',
  )
  expect(await value(database.clusterUrn)).toBe('do:dbaas:c1')
})

test('the host is told over stdin, as a secret', async () => {
  const { registered } = made()
  const byType = await settle(registered)
  const sent = plain(byType['command:remote:Command']?.[0]?.inputs) as Record<string, unknown>
  expect(sent).toMatchObject({
    create: 'sudo /usr/lib/padlock/managed up # on droplet 4711',
    delete: 'sudo rm -rf /var/lib/padlock/managed',
  })
  expect(JSON.parse((sent.stdin as { secret: string }).secret)).toEqual({
    ...{ host: 'private-db.example.com', port: 25_060, user: 'doadmin', password: 'AVNS_admin' },
    ...{ database: 'app', app: 'app', ca: CA, used: true },
  })
})

test('a pool has the database’s place in the address, and the host still asks the server', async () => {
  const { database, registered } = made({ pool: 10 })
  const byType = await settle(registered)
  expect(byType[`${TYPE}ConnectionPool:DatabaseConnectionPool`]?.[0]?.inputs).toEqual({
    ...{ clusterId: 'padlock-dev-id', name: 'app', mode: 'transaction' },
    ...{ size: 10, dbName: 'app', user: 'app' },
  })
  expect(await value(database.url)).toContain('@private-db.example.com:25061/app?')
  const sent = plain(byType['command:remote:Command']?.[0]?.inputs) as Record<string, unknown>
  expect((sent.stdin as { secret: string }).secret).toContain('"port":25060')
})

const wanted = {
  ...{ kind: 'managed' as const, size: 'db-s-1vcpu-1gb', nodes: 1, version: '17' },
  ...{ region: 'fra1', protect: true, keep: true },
}

describe('the cluster that a stack has', () => {
  const state = (protects?: boolean): Former[] => [
    {
      ...{ urn: 'a', type: `${TYPE}Cluster:DatabaseCluster` },
      outputs: { id: 'c1', name: 'padlock-dev-1a2b3c4d', version: '17' },
    },
    { urn: 'b', type: 'padlock:index:ManagedDatabase', outputs: { protects } },
  ]
  test.each([
    ['stays', true, wanted],
    ['is resized', true, { ...wanted, size: 'db-s-2vcpu-4gb', nodes: 2 }],
    ['goes by consent', false, undefined],
  ])('%s', (_, protects, settings) => {
    expect(() => checkDatabase(state(protects), { database: settings })).not.toThrow()
  })

  test('is upgraded by no update', () => {
    expect(() => checkDatabase(state(), { database: { ...wanted, version: '18' } })).toThrow(
      /databaseVersion = 18 is not what the stack's database padlock-dev-1a2b3c4d has.*Allowed: 17, which it has.*database upgrade --to 18/s,
    )
  })

  test.each([undefined, { kind: 'local' as const, version: '17' }])(
    'is not lost for %j',
    (settings) => {
      expect(() => checkDatabase(state(true), { database: settings })).toThrow(
        /database is not managed, but this stack has the database cluster padlock-dev-1a2b3c4d and would delete it/,
      )
    },
  )

  test('that is dumped is dumped once more before it is given up', () => {
    const dumps = (managed: boolean) => [
      ...state(true),
      { urn: 'd', type: 'padlock:index:Backups', outputs: { managed } },
    ]
    expect(() => checkDatabase(dumps(true), {})).toThrow(
      'pulumi up, then ./padlock backup now (its dumps stay) and pulumi config rm database',
    )
    expect(() => checkDatabase(dumps(false), {})).toThrow('pulumi up, then pulumi config rm')
  })

  test('stays beside another one, which it may as well be told to do', () => {
    const databases = {
      database: { kind: 'local' as const, version: '17' },
      databaseBeside: wanted,
    }
    expect(() => checkDatabase(state(true), databases)).not.toThrow()
    expect(() => checkDatabase(state(true), { database: databases.database })).toThrow(
      /databaseBeside managed.*given up: pulumi config set databaseBeside managed &&/s,
    )
  })

  describe.each([
    ['local', { kind: 'local' as const, version: '17' }],
    ['managed', { kind: 'local' as const, version: '17' }],
    ['local', undefined],
    ['managed', undefined],
  ])('with the rows in the %s one, for %j', (live, database) => {
    const live1 = { urn: 'l', type: 'padlock:index:Live', outputs: { database: live } }
    const refused = () => {
      try {
        checkDatabase([...state(true), live1], { database })
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }

    test('no way leads to the others', () => {
      const ways = refused().split('\n').slice(1, -1)
      expect(ways.length).toBeGreaterThan(1)
      for (const way of ways) {
        const [, begin = '', beside] =
          /: (?:pulumi config set database (\w+))?(?: && )?(?:pulumi config set databaseBeside (\w+))?/.exec(
            way,
          ) ?? []
        const kind = (name: string) =>
          name === 'managed' ? wanted : { kind: 'local' as const, version: '17' }
        const settings = {
          database: begin ? kind(begin) : database,
          ...(beside && { databaseBeside: kind(beside) }),
        }
        expect(settings.database?.kind).toBe(live)
        expect(() => checkDatabase([...state(true), live1], settings)).not.toThrow()
      }
    })

    test('the ways are those that keep them', () => {
      const text = refused()
      const consent = "pulumi config set --path 'allowDelete[0]' database && pulumi up, then"
      if (live === 'local') {
        const first = database ? '' : 'pulumi config set database local && '
        const beside = `${first}pulumi config set databaseBeside managed`
        expect(text).toContain(`beside the host's: ${beside}\n`)
        expect(text).toContain(`${beside} && ${consent} pulumi config rm databaseBeside`)
        expect(text).not.toMatch(/database managed|--to local/)
        return
      }
      const end = database ? 'set database local' : 'rm database'
      expect(text).toContain(
        `given up: pulumi config set database managed && ${consent} pulumi config ${end} && pulumi up`,
      )
      expect(text.includes('back to the rows on the host as they are')).toBe(Boolean(database))
      expect(text).toContain('./padlock database move --to local')
      expect(text).not.toContain('databaseBeside')
    })
  })

  test.each([
    [{ kind: 'local' as const, version: '17' }, wanted, 'managed', '--to local'],
    [wanted, { kind: 'local' as const, version: '17' }, 'local', '--to managed'],
  ])(
    'a release that would use the one beside is a move of the rows, %#',
    (database, databaseBeside, live, verb) => {
      const live1 = { urn: 'l', type: 'padlock:index:Live', outputs: { database: live } }
      const update = (kinds: object) => () => checkDatabase([...state(true), live1], kinds)
      expect(update({ database, databaseBeside })).toThrow(
        new RegExp(
          `is not what the live release uses, and its rows are in the ${live} one.*${verb}`,
        ),
      )
      expect(update({ database: databaseBeside, databaseBeside: database })).not.toThrow()
      process.env.PADLOCK_DATABASE_MOVE = 'true'
      try {
        expect(update({ database, databaseBeside })).not.toThrow()
      } finally {
        delete process.env.PADLOCK_DATABASE_MOVE
      }
    },
  )

  test('is none of a stack without one', () => {
    expect(() => checkDatabase([], {})).not.toThrow()
    expect(() => checkDatabase([], { database: { ...wanted, version: '18' } })).not.toThrow()
  })
})

test.each<[string, Parameters<typeof warnOfNoBackups>, number]>([
  ['a managed database without backups', [{ database: wanted }, false], 1],
  ['one with backups', [{ database: wanted }, true], 0],
  ['one of a stack that is to go', [{ database: wanted }, false, new Date()], 0],
  [
    'one that the app does not use',
    [{ database: { kind: 'local', version: '17' }, databaseBeside: wanted }, false],
    0,
  ],
])('%s: %j is warned of %i times', async (_, args, times) => {
  const [databases, hasBackups, expires] = args
  const said: string[] = []
  await warnOfNoBackups(databases, hasBackups, expires, async (text) => void said.push(text))
  expect(said).toHaveLength(times)
  for (const line of said) expect(line).toContain('pulumi config set backups spaces')
})
