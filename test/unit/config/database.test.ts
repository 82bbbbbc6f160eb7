import { clusterName } from '../../../config/database/managed.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) => parse({ ...defaults, ...good, ...raw }, context())

test('without the key there is none, and the app may bring the address of its own', () => {
  for (const raw of [{}, { database: 'none', volume: 10 }]) {
    const url = 'postgresql://db.example.com/app'
    const { database, release } = read({ ...raw, appEnv: { DATABASE_URL: url } })
    expect([database, release.env.DATABASE_URL]).toEqual([undefined, url])
  }
})

test('one on the host, where there is a volume', () => {
  expect(read({ database: 'local', volume: 1 }).database).toEqual({ kind: 'local', version: '17' })
})

test('a managed one, and the ports that the droplet reaches it at', () => {
  const { database, network, lifecycle } = read({ database: 'managed' })
  expect(database).toEqual({
    ...{ kind: 'managed', size: 'db-s-1vcpu-1gb', nodes: 1, version: '17' },
    ...{ region: 'fra1', protect: true, keep: true },
  })
  const ports = (ways: { ports?: string }[]) => ways.map((way) => way.ports)
  expect(ports(network.outbound)).toContain('25060')
  expect(ports(network.outbound)).not.toContain('25061')
  expect(lifecycle.guard).toBe(true)
  const pooled = read({
    ...{ database: 'managed', databaseSize: 'db-s-2vcpu-4gb', databaseNodes: 2 },
    ...{ databasePool: 97, databaseVersion: '18' },
  })
  expect(pooled.database).toMatchObject({ nodes: 2, pool: 97, version: '18' })
  expect(ports(pooled.network.outbound)).toContain('25061')
  expect(ports(read({}).network.outbound)).not.toContain('25060')
})

test('one beside it is made as the app’s own would be, and reached at the same ports', () => {
  const { database, databaseBeside, network, lifecycle } = read({
    ...{ database: 'local', volume: 1, databaseBeside: 'managed', databasePool: 5 },
  })
  expect(database).toEqual({ kind: 'local', version: '17' })
  expect(databaseBeside).toMatchObject({ kind: 'managed', pool: 5, protect: true })
  const ports = network.outbound.map((way) => way.ports)
  expect(ports).toEqual(expect.arrayContaining(['25060', '25061']))
  expect(lifecycle.guard).toBe(true)
})

test('backups go on with one on the host that the rows went away from', () => {
  const raw = { database: 'managed', databaseBeside: 'local', volume: 1, backups: 'spaces' }
  expect(read(raw).backups).toMatchObject({ kind: 'spaces' })
})

test.each([
  [{}, true, true],
  [{ protect: 'false' }, false, true],
  [{ allowDelete: ['database'] }, false, false],
  [{ expires: '2031-01-01T00:00Z' }, false, false],
])('a managed one with %j is protected: %j, and stays: %j', (change, protect, keep) => {
  expect(read({ database: 'managed', ...change }).database).toMatchObject({ protect, keep })
})

test('a cluster is called as a volume is, in 63 characters', () => {
  expect(clusterName('padlock-dev', '1a2b3c4d')).toBe('padlock-dev-1a2b3c4d')
  const long = clusterName(`padlock-${'x'.repeat(70)}`, '1a2b3c4d')
  expect([long.length, long]).toEqual([
    63,
    expect.stringMatching(/^padlock-x+-[0-9a-f]{8}-1a2b3c4d$/),
  ])
})
