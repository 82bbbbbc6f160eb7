import { databaseOf, into } from '../../../../ops/backups/into.ts'
import { dumpOf } from '../../../../ops/backups/restore.ts'
import { described } from '../../../../ops/cli/restore.ts'

const secret = (value: unknown) => ({ plaintext: JSON.stringify(value) })
const resource = (type: string, outputs: object, urn = `urn:pulumi:dev::padlock::${type}::x`) => ({
  ...{ urn, type },
  outputs: outputs as Record<string, unknown>,
})
const cluster = resource('digitalocean:index/databaseCluster:DatabaseCluster', {
  ...{ user: 'doadmin', password: secret('AVNS_1'), storageSizeMib: '30720' },
})
const local = resource('padlock:index:LocalDatabase', {})
const word = resource(
  'random:index/randomPassword:RandomPassword',
  { result: secret('of-the-host') },
  'urn:pulumi:dev::padlock::padlock:index:LocalDatabase$random:index/randomPassword:RandomPassword::x',
)
const backups = (managed: boolean) =>
  resource('padlock:index:Backups', { database: true, files: true, managed })

test('the app’s database is the one that its backups are of, or the only one', () => {
  expect(databaseOf([])).toBeUndefined()
  expect(databaseOf([local])).toBe('local')
  expect(databaseOf([cluster])).toBe('managed')
  expect(databaseOf([cluster, local, backups(true)])).toBe('managed')
  expect(databaseOf([cluster, local, backups(false)])).toBe('local')
  expect(() => databaseOf([cluster, local])).toThrow('nothing tells which of them the app uses')
})

test('a dump goes into a cluster as its owner, and into the host’s as the app', () => {
  expect(into('managed', [cluster, local, word])).toEqual({
    ...{ kind: 'managed', user: 'doadmin', password: 'AVNS_1', storageMiB: 30_720 },
  })
  expect(into('local', [cluster, local, word])).toEqual({
    ...{ kind: 'local', user: 'app', password: 'of-the-host', storageMiB: 0 },
  })
  expect(into('local', [local])).toBeUndefined()
})

test('a snapshot that is named may be a dump from before a move, whatever there is now', () => {
  const from = {
    ...{ endpoint: '', region: '', bucket: '', key: '', secret: '' },
    prefix: '',
    passphrase: '',
  }
  const of = (more: object) => dumpOf({ from: 'own', to: 'dev', ...more })
  expect([of({}), of({ label: '20261129-010203F' })]).toEqual(['own', 'own'])
  expect([of({ from, dump: false }), of({ from, dump: true })]).toEqual([false, true])
  expect([of({ label: 'abcdef01' }), of({ from, dump: false, label: 'abcdef01' })]).toEqual([
    undefined,
    undefined,
  ])
})

test('where what was replaced is, is told', () => {
  const database = { label: '1618a4cb', until: '2026-11-29T03:00:00Z', seconds: 9.91 }
  const told = {
    database,
    former: { name: 'app_former', kind: 'managed' } as const,
    seconds: 14,
    downSeconds: 4.25,
    problems: [],
  }
  expect(described('dev', told)).toBe(
    [
      'database: as of 2026-11-29T03:00:00Z, from backup 1618a4cb (9.9 s)',
      'dev is restored, after 14.0 s, of which 4.3 s without service',
      'what was replaced is the database app_former beside it, until the next restore',
    ].join('\n'),
  )
})
