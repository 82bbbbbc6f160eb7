/** The host's database goes from one real major version of PostgreSQL to another. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type Host, makeHost, newer, old, ROWS } from './host.ts'

jest.setTimeout(240_000)

const server = (version: string) => `postgresql@${version}-main.service`
/** What belongs to roles, to databases, to extensions and to their owners. */
const MORE = `
COMMENT ON DATABASE app IS 'a remark'; COMMENT ON ROLE app IS 'of a role';
ALTER ROLE app IN DATABASE app SET lock_timeout = '6s'; GRANT CONNECT ON DATABASE app TO reader;
ALTER ROLE reader LOGIN; CREATE SCHEMA ext AUTHORIZATION reader; GRANT USAGE ON SCHEMA ext TO app;
REVOKE EXECUTE ON FUNCTION pg_sleep, similarity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_sleep, similarity TO reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
SET SESSION AUTHORIZATION app;
CREATE EXTENSION citext; CREATE EXTENSION cube;
CREATE TABLE taken (n int); INSERT INTO taken VALUES (1); REVOKE ALL ON taken FROM app;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
RESET SESSION AUTHORIZATION;
CREATE EXTENSION earthdistance; CREATE EXTENSION pg_stat_statements SCHEMA ext;
CREATE DATABASE reports OWNER reader;
\\c reports
SET SESSION AUTHORIZATION reader; CREATE TABLE notes (n int); INSERT INTO notes VALUES (1);
\\c postgres
CREATE TABLE mine (n int); INSERT INTO mine VALUES (1);
`
const KEPT = `
SELECT shobj_description(oid, 'pg_database'), shobj_description(datdba, 'pg_authid'), datacl
  FROM pg_database WHERE datname = 'app';
SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'app'::regrole;
SELECT extname, extowner::regrole, extnamespace::regnamespace FROM pg_extension ORDER BY extname;
SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'ext';
SELECT has_function_privilege(rolname, 'pg_sleep(float8)', 'EXECUTE'),
  has_function_privilege(rolname, 'similarity(text, text)', 'EXECUTE'), has_schema_privilege(rolname, 'ext', 'USAGE')
  FROM pg_roles WHERE rolname IN ('app', 'reader') ORDER BY rolname;
SELECT defaclrole::regrole FROM pg_default_acl WHERE defaclacl::text LIKE '%reader=r/%' ORDER BY defaclrole;
SELECT rolname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'reports';
`
let host: Host
beforeAll(() => {
  host = makeHost()
  expect(host.up(old.version)).toMatchObject({ status: 0, stdout: 'changed\n' })
  host.sql(ROWS)
  host.calls()
})
afterAll(() => host?.end())

test('rows, roles, rights and settings go to the new version; the old cluster is kept', () => {
  host.sql(MORE)
  const kept = host.sql(KEPT)
  expect(kept.split('\n')).toEqual([
    ...['a remark|of a role|{app=CTc/app,reader=c/app}', '{lock_timeout=6s}', 'citext|app|public'],
    ...['cube|app|public', 'earthdistance|postgres|public', 'pg_stat_statements|postgres|ext'],
    ...['pg_trgm|postgres|public', 'plpgsql|postgres|pg_catalog', 'reader'],
    ...['f|f|t', 't|t|t', 'postgres', 'app', 'reader'],
  ])
  const before = JSON.parse(host.database('verify').stdout)
  // A dump fills it anew, of now.
  host.asApp('CREATE MATERIALIZED VIEW stale AS SELECT now() AS at')
  writeFileSync(host.at('etc', old.version, 'main/conf.d/own.conf'), "work_mem = '5MB'\n")
  host.sql(`ALTER SYSTEM SET application_name = 'it''s mine'`)
  host.sql(`ALTER SYSTEM SET archive_command = 'false'`)
  writeFileSync(host.at('order.json'), '{}')
  // A restore has left it, and the old cluster takes its place.
  mkdirSync(host.at('volume/postgresql', old.version, 'main.former'))
  const { status, stdout, stderr } = host.database(`upgrade ${newer.version}`)
  expect([status, stderr]).toEqual([0, expect.stringContaining('without writes')])
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({
    ...{ from: old.version, to: newer.version, problems: [] },
    ...{ rows: before.rows, hash: before.hash, downSeconds: expect.any(Number) },
  })
  expect(told.tables['public.visits']).toBe(5000)
  expect(host.asApp('SHOW server_version')).toMatch(new RegExp(`^${newer.version}\\.`))
  expect(host.asApp('SELECT count(*), max(n) FROM visits')).toBe('5000|5000')
  expect(host.asApp('INSERT INTO visits (price) VALUES (1) RETURNING n')).toBe('5001')
  expect(host.sql('SELECT count(*) FROM stale')).toBe('1')
  expect(host.asApp('SHOW work_mem')).toBe('7MB')
  expect(host.sql('SHOW work_mem', 'postgres')).toBe('5MB')
  const altered = `SELECT setting FROM pg_file_settings WHERE sourcefile ~ 'auto.conf$'`
  expect(host.sql(altered, 'postgres')).toBe("it's mine")
  expect(stderr).toContain('settings of ALTER SYSTEM go to the new version: application_name\n')
  expect(host.sql(`SELECT has_table_privilege('reader', 'visits', 'SELECT')`)).toBe('t')
  expect(host.sql(`SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'visits'`)).toBe('t')
  expect(host.sql(KEPT)).toBe(kept)
  expect(host.asApp('SELECT sum(n) FROM taken')).toMatch(/permission denied/)
  expect(host.sql('SELECT * FROM notes', 'reports')).toBe('1')
  expect(host.sql('SELECT * FROM mine', 'postgres')).toBe('1')
  expect(host.sql('SHOW data_checksums')).toBe('on')
  expect(host.clusters()).toEqual([`${old.version}/main.former`, `${newer.version}/main`])
  const former = host.at('volume/postgresql', old.version, 'main.former/PG_VERSION')
  expect(readFileSync(former, 'utf8')).toBe(`${old.version}\n`)
  expect(host.configured()).toEqual([newer.version])
  expect(existsSync(host.at('volume/upgrade/upgrade.json'))).toBe(false)
  expect(existsSync(host.at('apart'))).toBe(false)
  expect(host.calls()).toEqual([
    'backup release',
    'app ended',
    `stop ${server(old.version)}`,
    'backup stop',
    `start ${server(newer.version)}`,
    'app started',
    'app started',
    'backup upgraded',
  ])
})

test('again there is nothing to do, there is no way back, and an update finds the new one', () => {
  expect(host.database(`upgrade ${newer.version}`)).toMatchObject({ status: 0, stderr: '' })
  expect(host.database(`upgrade ${old.version}`)).toMatchObject({
    ...{
      status: 1,
      stderr: `the database is PostgreSQL 18, and there is no way back to ${old.version}\n`,
    },
  })
  expect(host.up(newer.version)).toMatchObject({ status: 0, stdout: 'as it was\n', stderr: '' })
  expect(host.database('forget-former').status).toBe(0)
  expect(host.clusters()).toEqual([`${newer.version}/main`])
})

describe('what cannot be upgraded goes on as it was:', () => {
  let other: Host
  beforeAll(() => {
    other = makeHost()
    other.up(old.version)
    other.sql(ROWS)
    mkdirSync(former())
  })
  // What a restore has replaced is there until the new cluster has been proven.
  const former = () => other.at('volume/postgresql', old.version, 'main.former')
  afterAll(() => other?.end())
  beforeEach(() => other.calls())

  const refused = (said: RegExp | string, keeps = true) => {
    const { status, stderr } = other.database(`upgrade ${newer.version}`)
    expect([status, stderr]).toEqual([1, expect.stringMatching(said)])
    // Of no row in words that logs keep.
    expect(stderr).not.toContain('rose@')
    expect(other.asApp('SELECT count(*) FROM visits')).toBe('5000')
    expect(other.asApp('CREATE TABLE writes (); DROP TABLE writes; SELECT 1')).toBe('1')
    expect(other.clusters()).toEqual([
      `${old.version}/main`,
      ...(keeps ? [`${old.version}/main.former`] : []),
    ])
    expect(other.configured()).toEqual([old.version])
    expect(existsSync(other.at('volume/upgrade/upgrade.json'))).toBe(false)
  }

  test('an update of a package of the new version changes no rows', () => {
    expect(other.up(newer.version)).toMatchObject({
      ...{ status: 0, stdout: 'as it was\n' },
      stderr: `the database is PostgreSQL ${old.version}: ./padlock database upgrade --to 18 takes it to 18\n`,
    })
    expect(other.asApp('SHOW server_version')).toMatch(new RegExp(`^${old.version}\\.`))
  })

  test('an extension that the new version has not', () => {
    const shared = other.at('newer/embedded_postgres/pginstall/share')
    const [name = ''] = [`${shared}/extension`, `${shared}/postgresql/extension`]
      .map((folder) => `${folder}/pg_trgm.control`)
      .filter(existsSync)
    renameSync(name, `${name}.away`)
    const began = other.sql('SELECT pg_postmaster_start_time()')
    refused(/PostgreSQL 18 has no pg_trgm on this host.*nothing was changed/s)
    renameSync(`${name}.away`, name)
    // The app has had its server all the time.
    expect(other.sql('SELECT pg_postmaster_start_time()')).toBe(began)
    expect(other.calls().filter((line) => line.startsWith('app'))).toEqual([])
  })

  test('what belongs to another than the database’s owner, which reads it in', () => {
    other.sql('CREATE TABLE "its own" (n int); CREATE FUNCTION once() RETURNS int RETURN 1')
    other.sql('SELECT lo_create(77)')
    refused(
      /in the database app these belong to others than app.*: FUNCTION public once\(\) postgres, TABLE public its own postgres, LARGE OBJECT 77 postgres \(.*Fix: ALTER … OWNER TO app.*; nothing was changed/s,
    )
    other.sql('DROP TABLE "its own"; DROP FUNCTION once; SELECT lo_unlink(77)')
    expect(other.calls().filter((line) => line.startsWith('app'))).toEqual([])
  })

  test.each([
    ['NOLOGIN', 'LOGIN'],
    ['CONNECTION LIMIT 0', 'CONNECTION LIMIT -1'],
  ])('an owner with %s, which reads it in', (less, more) => {
    other.sql(`CREATE DATABASE reports OWNER reader; ALTER ROLE reader LOGIN`, 'postgres')
    other.sql(`ALTER ROLE reader ${less}`)
    refused(/the database reports belongs to reader, .* does not get in.*; nothing was changed/s)
    other.sql(`ALTER ROLE reader ${more}; DROP DATABASE reports`, 'postgres')
  })

  test('a database that lets nobody in', () => {
    other.sql('ALTER DATABASE app ALLOW_CONNECTIONS false', 'postgres')
    const { status, stderr } = other.database(`upgrade ${newer.version}`)
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('the database app lets nobody in'),
    ])
    other.sql('ALTER DATABASE app ALLOW_CONNECTIONS true', 'postgres')
  })

  test('a volume without the room for two', () => {
    writeFileSync(other.at('free'), '100')
    refused(
      /^the volume has not the room for a second database: 0\.\d GiB are needed, 0\.1 GiB are free\. Fix: a larger volume, .*, or sudo \/usr\/lib\/padlock\/database forget-former \(.*\/main\.former\); nothing was changed$/m,
    )
    rmSync(other.at('free'))
  })

  test('one that has it, and none for the full backup that follows', () => {
    const mib = 'SELECT sum(pg_database_size(oid)) / 1048576 FROM pg_database'
    const size = Number(other.sql(mib, 'postgres'))
    // With an eighth of the volume for the log, and a tenth for what runs.
    writeFileSync(other.at('free'), `${Math.round(1.5 * size + 1024 / 8 + 1024 / 10)}`)
    writeFileSync(other.at('order.json'), '{}')
    refused(/the room for a second database: .* of them for the full backup that follows it there/)
    rmSync(other.at('order.json'))
    rmSync(other.at('free'))
  })

  test('a restore that began just before its note', () => {
    writeFileSync(other.at('before-note'), 'touch restore.json')
    refused('a restore is under way')
    rmSync(other.at('before-note'))
    rmSync(other.at('restore.json'))
    expect(other.calls().filter((line) => line.startsWith('app'))).toEqual([])
  })

  test('no backup', () => {
    writeFileSync(other.at('order.json'), '{}')
    writeFileSync(other.at('no-backup'), '')
    refused(/backup release failed.*no bucket/s)
    rmSync(other.at('no-backup'))
  })

  test('a disk that is full while the rows come', () => {
    writeFileSync(other.at('before-run'), 'false')
    refused(/No space left on device/)
    rmSync(other.at('before-run'))
    expect(other.calls()).toEqual([
      'backup release',
      'app ended',
      `stop ${server(old.version)}`,
      `start ${server(old.version)}`,
      'backup start',
      'app started',
    ])
  })

  test('a row that the new one does not take, which is not told', () => {
    const fits = (what: boolean) =>
      `CREATE OR REPLACE FUNCTION fits(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT ${what}';`
    other.asApp(`${fits(true)} CREATE TABLE people (mail text CHECK (fits(mail)));
      INSERT INTO people VALUES ('rose@example.com'); ${fits(false)}`)
    refused(
      /pg_restore failed with exit 1:\n.*ERROR: {2}new row for relation "people" violates check/,
    )
    other.sql('DROP TABLE people; DROP FUNCTION fits')
    other.calls()
  })

  test('a copy that has not all rows', () => {
    const psql = `runuser --user postgres -- ${old.programs}/psql -qX -h $PWD/apart/18/run -U postgres app`
    writeFileSync(other.at('before-contents'), `${psql} -c 'DELETE FROM visits WHERE n = 7'`)
    refused(
      /the copy is not what the database has: app: public\.visits has 5000 rows, and 4999 in the/,
    )
    rmSync(other.at('before-contents'))
  })

  test('and one in which a row is another', () => {
    const psql = `runuser --user postgres -- ${old.programs}/psql -qX -h $PWD/apart/18/run -U postgres app`
    writeFileSync(
      other.at('before-contents'),
      `${psql} -c 'UPDATE visits SET price = 0 WHERE n = 7'`,
    )
    refused(/the copy is not what the database has: app: the rows differ/)
    rmSync(other.at('before-contents'))
  })

  test('a setting of ALTER SYSTEM that the new version does not know, while the app goes on', () => {
    // Until 15.
    const path = other.at('volume/postgresql', old.version, 'main/postgresql.auto.conf')
    const before = readFileSync(path)
    writeFileSync(path, `${before}vacuum_defer_cleanup_age = 0\n`)
    refused(/PostgreSQL 18 does not start; it says:.*vacuum_defer_cleanup_age/s)
    writeFileSync(path, before)
    expect(other.calls().filter((line) => line.startsWith('app'))).toEqual([])
  })

  test('a setting of somebody’s own that the new version does not know', () => {
    // Until 15.
    const own = other.at('etc', old.version, 'main/conf.d/own.conf')
    writeFileSync(own, 'vacuum_defer_cleanup_age = 0\n')
    // The new one has been compared by then.
    refused(
      /the upgraded database does not run, and the old one is back: .*vacuum_defer_cleanup_age/s,
      false,
    )
    expect(existsSync(own)).toBe(true)
  })
})
