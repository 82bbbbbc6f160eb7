/** Dumps of a managed database, restored beside the app's: what goes wrong on the way changes nothing. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Clustered, clustered, run } from '../../sandbox/backups/clustered.ts'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Outcome, Place } from '../../sandbox/backups/place.ts'
import { hostsProgram } from '../../support/hosts-program.ts'

jest.setTimeout(600_000)

const CLUSTERS = ['11111111-2222-4333-8444-555555555555', '99999999-2222-4333-8444-555555555555']
const fleet = newFleet()
let host: Clustered
let place: Place
const sql: Clustered['sql'] = (...words) => host.sql(...words)
const at = (...path: string[]) => join(place.dir, ...path)
const restore = (order: object = {}) => place.backup('restore', { into: host.into, ...order })
const film = () => readFileSync(at('volume/app/film'), 'utf8')
const app = () =>
  readFileSync(at('calls'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('app '))

/** An order with files, of a cluster. */
const up = (cluster = CLUSTERS[0]) =>
  place.must('up', {
    ...{ ...host.order, files: true },
    managed: { ...(host.order.managed as object), cluster },
  })
async function good(outcome: Promise<Outcome>): Promise<Outcome> {
  const done = await outcome
  expect([done.code, done.stderr]).toEqual([0, expect.any(String)])
  return done
}

beforeAll(async () => {
  host = await clustered(fleet)
  ;({ place } = host)
  await up()
  await sql('doadmin', 'CREATE EXTENSION pg_trgm; CREATE SCHEMA other')
  await sql('doadmin', 'CREATE EXTENSION citext SCHEMA other; GRANT ALL ON SCHEMA other TO app')
  await sql(
    'app',
    `CREATE TABLE names (said other.citext); CREATE INDEX ON numbers USING gin (said gin_trgm_ops);
     INSERT INTO names VALUES ('One'); CREATE SEQUENCE steps; SELECT setval('steps', 42);
     INSERT INTO numbers SELECT n, 'a row' FROM generate_series(1, 1000) n`,
  )
  writeFileSync(at('volume/app/film'), 'as it was')
  await good(place.backup('now'))
})
afterAll(() => host?.end())

/** What was written since the backup. */
async function spoil(): Promise<void> {
  await sql('app', 'DELETE FROM numbers WHERE n > 10; INSERT INTO numbers VALUES (9999)')
  writeFileSync(at('volume/app/film'), 'spoilt')
}
const isSpoilt = async () => {
  expect([await host.rows(), film()]).toEqual(['11|1|9999', 'spoilt'])
  expect(existsSync(at('volume/backup/restore.json'))).toBe(false)
  expect(existsSync(at('volume/backup/swapping'))).toBe(false)
}

test('files and rows as of a moment, with extensions, sequences and their owner', async () => {
  const moment = new Date().toISOString()
  await spoil()
  const { stdout } = await good(restore({ at: moment }))
  expect(JSON.parse(stdout)).toMatchObject({
    database: { where: 'volume' },
    files: { where: 'volume' },
    ...{ former: { name: 'app_former', kind: 'managed' }, problems: [] },
  })
  expect([await host.rows(), film()]).toEqual(['1000|1|1000', 'as it was'])
  expect(
    await sql('app', "SET search_path = public, other; SELECT said FROM names WHERE said = 'ONE'"),
  ).toBe('One')
  expect(await sql('app', "SELECT nextval('steps')")).toBe('43')
  const owner = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
  expect(await sql('app', owner)).toBe('app')
  expect(await sql('app', 'SELECT count(*), max(n) FROM numbers', 'app_former')).toBe('11|9999')
  expect(await place.backup('check')).toMatchObject({ code: 0, stderr: '' })
})

test('a database that was deleted comes back, also where that was cut off; nothing is beside it, and it is told', async () => {
  const moment = new Date().toISOString()
  await sql('doadmin', 'DROP DATABASE app WITH (FORCE)', 'defaultdb')
  writeFileSync(at('volume/app/film'), 'spoilt')
  writeFileSync(at('cut'), 'exchange')
  expect((await restore({ at: moment })).code).toBe(137)
  expect(existsSync(at('volume/backup/swapping'))).toBe(true)
  await good(place.backup('resume'))
  expect([await host.names(), film()]).toEqual(['app_restored', 'spoilt'])
  const { stdout, stderr } = await good(restore({ at: moment }))
  expect(stderr).toContain('there is no database app: nothing is replaced')
  const { former, problems } = JSON.parse(stdout)
  expect({ former, problems }).toEqual({
    former: null,
    problems: [
      expect.stringContaining('no last backup was made of managed database volume, managed'),
    ],
  })
  expect([await host.names(), await host.rows(), film()]).toEqual([
    ...['app', '1000|1|1000', 'as it was'],
  ])
  // The app's role has its rights in it.
  await sql('app', 'CREATE TABLE more (n int); DROP TABLE more')
  expect(await place.backup('check')).toMatchObject({ code: 0, stderr: '' })
})

test('the hosts’ pg_restore, which is newer than the server here, comes to the same, and says what else goes wrong', async () => {
  await hostsProgram('pg_restore', at('bin'))
  await good(restore({ files: false, backUpBefore: false }))
  expect([await host.rows(), film()]).toEqual(['1000|1|1000', 'as it was'])
  renameSync(at('bin/pg_restore'), at('bin/own'))
  const meddles = `case "$*" in *--list*) ;; *) psql -qc 'CREATE SEQUENCE steps' -d app_restored ;; esac`
  const text = `#!/bin/sh\n${meddles}\nexec ${at('bin/own')} "$@"\n`
  writeFileSync(at('bin/pg_restore'), text, { mode: 0o755 })
  const { code, stderr } = await restore({ files: false, backUpBefore: false })
  rmSync(at('bin/pg_restore'))
  expect([code, stderr]).toEqual([1, expect.stringContaining('relation "steps" already exists')])
  expect(await host.names()).toBe('app')
})

test.each([
  ['exchange', 'undone', false],
  ['exchanged', 'finished', true],
  ['settle', 'finished', true],
])('killed before %s: it is %s, rows and files alike', async (step, _, comes) => {
  const moment = new Date().toISOString()
  await spoil()
  writeFileSync(at('cut'), step)
  expect((await restore({ at: moment })).code).toBe(137)
  const { code, stderr } = await place.backup('now')
  expect([code, stderr]).toEqual([1, expect.stringContaining('a restore is under way, or was cut')])
  await good(place.backup('resume'))
  expect(app().at(-1)).toBe('app started')
  if (!comes) {
    await isSpoilt()
    await good(restore({ at: moment }))
  }
  expect([await host.rows(), film()]).toEqual(['1000|1|1000', 'as it was'])
  expect(await host.names()).toBe('app app_former')
  await good(place.backup('now'))
})

test('a cluster that does not answer any more decides it once it does, and the app waits', async () => {
  await spoil()
  const spoilt = 'echo no > shut'
  writeFileSync(at('before-exchange'), spoilt)
  const ended = restore()
  const until = Date.now() + 120_000
  while (!existsSync(at('shut')) && Date.now() < until)
    await new Promise((done) => setTimeout(done, 20))
  host.open(false)
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(stderr).toContain('nobody can tell whether the restored database is in its place')
  expect(existsSync(at('volume/backup/swapping'))).toBe(true)
  expect(app().at(-1)).toBe('app waits')
  expect((await place.backup('resume')).code).toBe(1)
  expect(existsSync(at('volume/backup/swapping'))).toBe(true)
  host.open(true)
  writeFileSync(at('before-exchange'), 'true')
  await good(place.backup('resume'))
  await isSpoilt()
  expect(app().at(-1)).toBe('app started')
})

test('a session of somebody else’s keeps it from its place: all is as it was, and the message says so', async () => {
  const other = run(['psql', '-XqAtc', 'SELECT pg_sleep(90)'], host.login('doadmin'))
  const there = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(90)'"
  while ((await sql('doadmin', there)) === '0') await new Promise((done) => setTimeout(done, 100))
  const { code, stderr } = await restore()
  expect([code, stderr]).toEqual([1, expect.stringContaining('what was there is back')])
  expect(stderr).toContain('in the database app go on, of doadmin (psql). Fix: end them, then')
  await isSpoilt()
  // What an earlier one had replaced went as this one began.
  expect(await host.names()).toBe('app')
  await sql(
    'doadmin',
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(90)'",
    'defaultdb',
  )
  await other
})

test.each<[string, () => object, string]>([
  [
    'no room in the cluster',
    () => ({ into: { ...host.into, storageMiB: 100 } }),
    'the managed database has not the room for it beside what is there',
  ],
  ['another password', () => ({ into: { ...host.into, password: 'x' } }), 'authentication failed'],
  ['no word of the cluster', () => ({ into: null }), 'says nothing of what it goes into'],
  ['a moment before all', () => ({ at: '2020-01-01T00:00:00Z' }), 'no backup of the managed'],
  ['a label of nothing', () => ({ label: 'abcdef01' }), 'there is no backup abcdef01'],
  ['a moment to come', () => ({ at: '2999-01-01T00:00:00Z' }), 'is in the future'],
])('%s: it says so, and nothing is changed', async (_, order, words) => {
  const { code, stderr } = await restore(order())
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
  expect(stderr).not.toContain('correct-horse')
  await isSpoilt()
})

test('a database of somebody else’s that has the name beside is left alone', async () => {
  await sql('doadmin', 'CREATE DATABASE app_former', 'defaultdb')
  const { code, stderr } = await restore()
  expect([code, stderr]).toEqual([
    ...[1, expect.stringContaining('there is a database app_former already, which no restore')],
  ])
  expect(await host.names()).toBe('app app_former')
  await sql('doadmin', 'DROP DATABASE app_former', 'defaultdb')
})

test('a dump that is cut short on the volume: the one of the bucket stands in, and it is told', async () => {
  await good(place.backup('now'))
  const packs = at('volume/backup/managed/data')
  for (const one of readdirSync(packs, { recursive: true, withFileTypes: true }))
    if (one.isFile()) truncateSync(join(one.parentPath, one.name), 20)
  await sql('app', 'INSERT INTO numbers VALUES (10000)')
  const { stdout } = await good(restore({ backUpBefore: false, files: false }))
  const { database } = JSON.parse(stdout)
  expect(database).toMatchObject({ where: 'bucket' })
  expect(database.passedOver.length).toBeGreaterThan(0)
  for (const one of database.passedOver)
    expect(one).toContain('from the volume: restic dump failed')
  expect(await host.rows()).toBe('11|1|9999')
})

test('of a new cluster’s empty database the dumps are not meant, unless a moment says so', async () => {
  await good(place.backup('release'))
  const moment = new Date().toISOString()
  await up(CLUSTERS[1])
  await sql('app', 'DROP TABLE numbers, names; CREATE TABLE numbers (n bigint PRIMARY KEY)')
  await sql('doadmin', 'COMMENT ON DATABASE app IS NULL', 'defaultdb')
  await place.backup('release')
  const { code, stderr } = await restore()
  expect([code, stderr]).toEqual([1, expect.stringContaining('more than one cluster')])
  expect(await host.rows()).toBe('0||')
  await good(restore({ at: moment }))
  expect(await host.rows()).toBe('11|1|9999')
  // Later dumps are of those rows again, whichever cluster they are in.
  await place.backup('release')
  await good(restore())
})

test('a dump goes into the database of another host, which makes no backups itself', async () => {
  const other = await fleet.place()
  // As padlock-database has it.
  const hba = 'local app,app_restored app scram-sha-256\nlocal all all trust\n'
  writeFileSync(join(other.dir, 'data/pg_hba.conf'), hba)
  await other.sql('SELECT pg_reload_conf()')
  await other.sql("CREATE ROLE app LOGIN PASSWORD 'of-the-host'")
  await other.sql('CREATE DATABASE app OWNER app')
  const { bucket, endpoint, prefix, region, secret, passphrase, key } = host.order
  const source = { bucket, endpoint, prefix, region, secret, passphrase, key }
  const into = { kind: 'local', user: 'app', password: 'of-the-host', storageMiB: 0 }
  const told = await good(other.backup('restore', { source, dump: true, into, files: false }))
  expect(JSON.parse(told.stdout)).toMatchObject({ database: { where: 'bucket' }, files: null })
  const connect = '\\connect app\n'
  expect(await other.sql(`${connect}SELECT count(*) FROM numbers`)).toBe('11')
  expect(
    await other.sql(
      `${connect}SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
    ),
  ).toBe('app')
  const names = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"
  expect(await other.sql(`${names} WHERE datname LIKE 'app%'`)).toBe('app app_former')
})
