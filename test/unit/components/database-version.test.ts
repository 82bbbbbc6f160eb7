import { versionOnHost } from '../../../components/account/database-version.ts'
import type { Former } from '../../../components/state.ts'

const local = (version: string) => ({ kind: 'local' as const, version })
const managed = {
  ...{ kind: 'managed' as const, size: 'db-s-1vcpu-1gb', nodes: 1, version: '18' },
  ...{ region: 'fra1', protect: true, keep: true },
}
const STACK = 'urn:pulumi:dev::padlock::padlock:index:Deployment$'
const had = (version?: string): Former[] => [
  {
    urn: `${STACK}padlock:index:LocalDatabase::a`,
    type: 'padlock:index:LocalDatabase',
    outputs: { version },
  },
  {
    urn: `${STACK}padlock:index:LocalDatabase$command:remote:Command::a-database`,
    type: 'command:remote:Command',
    outputs: {},
  },
]

afterEach(() => {
  delete process.env.PADLOCK_DATABASE_UPGRADE
})

test.each<[string, Former[], object, string | undefined]>([
  ['none', had('17'), { database: managed }, undefined],
  ['a first one', [], { database: local('18') }, '18'],
  [
    'another, where the first one never came up',
    had().slice(0, 1),
    { database: local('18') },
    '18',
  ],
  ['the one that it has', had('18'), { database: local('18') }, '18'],
  ['one from before there was a choice', had(), { database: local('17') }, '17'],
  [
    'what it has, where the key is the managed one’s',
    had('17'),
    { database: local('18'), databaseBeside: managed },
    '17',
  ],
])('%s', (_, state, databases, version) => {
  expect(versionOnHost(state, databases)).toBe(version)
})

test('no update raises it, but the verb’s', () => {
  const raised = () => versionOnHost(had(), { database: local('18') })
  expect(raised).toThrow(
    /databaseVersion = 18 is not what the stack's database on the host has, and a major upgrade is none of an update's.*Allowed: 17, which it has.*pulumi config set databaseVersion 17; or raise it: .\/padlock database upgrade --to 18/s,
  )
  process.env.PADLOCK_DATABASE_UPGRADE = '18'
  expect(raised()).toBe('18')
})

test('and nothing lowers it', () => {
  expect(() => versionOnHost(had('18'), { database: local('17') })).toThrow(
    /databaseVersion = 17 is lower than what the last update installed on the host, PostgreSQL 18, and there is no way back\. Allowed: 18\.\s+Fix: pulumi config set databaseVersion 18; where the rows are of 17 still, \.\/padlock database upgrade --to 18 goes on\n/,
  )
})
