/** What the host says of the rows in the app's database, with a real server. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresql } from '../../../support/postgresql.ts'

const host = join(__dirname, '../../../../host')
const { version, programs } = postgresql()
const PAGE = 8192
/** Whoever is not root has a cluster of his own. */
const RUNUSER = `#!/bin/sh
[ "$(id -u)" != 0 ] || exec /usr/sbin/runuser "$@"
shift 3
exec "$@"
`
let dir: string
const at = (...path: string[]) => join(dir, ...path)

const environment = () => ({
  ...{ ...process.env, PATH: `${at('bin')}:${process.env.PATH}`, LIMIT: '3' },
})
function start(words: string[], input = ''): SpawnSyncReturns<string> {
  const [program = '', ...rest] = words
  return spawnSync(program, rest, { encoding: 'utf8', env: environment(), input, cwd: '/' })
}
/** Beside this process; what it says in the end. */
function begin(...words: string[]) {
  const [program = '', ...rest] = words
  const child = spawn(program, rest, { env: environment(), cwd: '/' })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
    })
  return { input: child.stdin, ended: once(child, 'close').then(([status]) => ({ status, said })) }
}
function succeed(...words: string[]): string {
  const { status, stdout, stderr } = start(words)
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
  return stdout
}
const asPostgres = (...words: string[]) => succeed('runuser', '--user', 'postgres', '--', ...words)
const server = (...words: string[]) =>
  asPostgres(
    ...[join(programs, 'pg_ctl'), '--silent', '-w', '-D', at('data'), '-l', at('run/log')],
    ...['-o', `-c listen_addresses= -c unix_socket_directories=${at('run')} -c fsync=off`],
    ...words,
  )
const psql = (database = 'app') => [
  ...[join(programs, 'psql'), '-XqtA', '-v', 'ON_ERROR_STOP=1', '-h', at('run')],
  ...['-U', 'postgres', '-d', database],
]
const sql = (statements: string, database = 'app') =>
  asPostgres(...psql(database), '-c', statements).trim()

beforeAll(() => {
  // Sockets have paths of at most 107 bytes, and the server's user must get there.
  dir = mkdtempSync(join(tmpdir(), 'dv-'))
  chmodSync(dir, 0o755)
  for (const folder of ['bin', 'data', 'run']) mkdirSync(at(folder))
  chmodSync(at('run'), 0o1777)
  writeFileSync(at('bin/runuser'), RUNUSER, { mode: 0o755 })
  if (process.getuid?.() === 0) succeed('chown', 'postgres:', at('data'))
  const flags = ['-A', 'trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8']
  asPostgres(join(programs, 'initdb'), '-D', at('data'), '--data-checksums', ...flags)
  server('start')
})
afterAll(() => {
  server('-m', 'immediate', 'stop')
  rmSync(dir, { recursive: true })
})
beforeEach(() => {
  sql('DROP DATABASE IF EXISTS app WITH (FORCE)', 'postgres')
  sql('CREATE DATABASE app', 'postgres')
})

function words(verb: string): string[] {
  const folders = ['padlock-app', 'padlock-database'].map((name) =>
    join(host, name, 'files/usr/lib/padlock'),
  )
  return ['python3', join(__dirname, 'host.py'), dir, version, programs, ...folders, verb]
}
function run() {
  const { status, stdout, stderr } = start(words('verify'))
  return { status, stdout, stderr }
}
const verified = () => {
  const { status, stdout, stderr } = run()
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

const TABLES = `
CREATE SCHEMA shop;
CREATE TABLE visits (n bigint PRIMARY KEY, at timestamptz, price float8, "a ""word" text, data bytea);
INSERT INTO visits SELECT n, to_timestamp(n), n / 3.0, 'é' || n, decode('00ff', 'hex')
  FROM generate_series(1, 1000) AS n;
CREATE TABLE shop."Two %I" (one int, words text);
INSERT INTO shop."Two %I" VALUES (1, repeat('x', 100000)), (NULL, NULL), (1, 'twice'), (1, 'twice');
CREATE TABLE parts (n int) PARTITION BY RANGE (n);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (1), (2);
CREATE UNLOGGED TABLE passing AS SELECT 1;
CREATE VIEW seen AS SELECT * FROM visits;
CREATE MATERIALIZED VIEW empty_view AS SELECT 1 WITH NO DATA;
SELECT lo_from_bytea(0, 'an object');
`

test('each table’s rows are counted, and the hash is that of a copy with other settings and another order', () => {
  sql(TABLES)
  const found = verified()
  expect(found).toMatchObject({
    tables: [
      { name: 'pg_catalog.pg_largeobject', rows: 1 },
      { name: 'public.parts_1', rows: 2 },
      { name: 'public.visits', rows: 1000 },
      { name: 'shop.Two %I', rows: 4 },
    ],
    rows: 1007,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    version: expect.stringMatching(/^\d+\.\d+/),
    seconds: { check: expect.any(Number), read: expect.any(Number) },
  })
  expect(found.bytes).toBeGreaterThan(1_000_000)
  const dump = [join(programs, 'pg_dump'), '-h', at('run'), '-U', 'postgres', '-Fc', 'app']
  asPostgres(...dump, '-f', at('run/dump'))
  sql('DROP DATABASE app WITH (FORCE)', 'postgres')
  sql('CREATE DATABASE app', 'postgres')
  asPostgres(
    join(programs, 'pg_restore'),
    '-h',
    at('run'),
    '-U',
    'postgres',
    '-d',
    'app',
    at('run/dump'),
  )
  for (const statement of [
    'UPDATE visits SET n = n WHERE n < 500',
    'VACUUM FULL shop."Two %I"',
    'CLUSTER visits USING visits_pkey',
  ])
    sql(statement)
  sql(`ALTER DATABASE app SET TimeZone = 'Asia/Tokyo'; ALTER DATABASE app SET DateStyle = 'SQL'`)
  sql(
    'ALTER DATABASE app SET bytea_output = escape; ALTER DATABASE app SET extra_float_digits = -2',
  )
  expect(verified().hash).toBe(found.hash)
  // Nothing of the check stays.
  expect(sql(`SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'`)).toBe('0')
  expect(sql(`SELECT count(*) FROM pg_namespace WHERE nspname = 'padlock_amcheck'`)).toBe('0')
})

test('whatever differs is another hash', () => {
  sql(TABLES)
  const hashes = [verified().hash]
  for (const statement of [
    'UPDATE visits SET price = price + 1e-9 WHERE n = 7',
    'DELETE FROM visits WHERE n = 7',
    `INSERT INTO shop."Two %I" VALUES (1, 'twice')`,
    `UPDATE shop."Two %I" SET words = '' WHERE one IS NULL`,
    'CREATE TABLE more (n int)',
    'ALTER TABLE more ALTER n TYPE bigint',
  ]) {
    sql(statement)
    const { hash } = verified()
    expect([statement, hashes.includes(hash)]).toEqual([statement, false])
    hashes.push(hash)
  }
})

test('a name may have what other programs take for the end of a line', () => {
  sql('CREATE TABLE "two\u2028lines" AS SELECT 1; CREATE TABLE "next\u0085line" (n int)')
  const tables = ['public.next\u0085line', 'public.two\u2028lines']
  expect(verified().tables.map(({ name }: { name: string }) => name)).toEqual(tables)
})

test('functions of the app’s that are named like the server’s are not called', () => {
  sql('CREATE TABLE rows AS SELECT generate_series(1, 3) AS n')
  sql(
    `CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE plpgsql AS $$BEGIN RAISE 'called'; END$$;
     CREATE FUNCTION public.pg_is_in_recovery() RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE 'called'; END$$`,
  )
  sql('ALTER DATABASE app SET search_path = public, pg_catalog')
  expect(verified().rows).toBe(3)
})

test('a table that becomes a view while the others are read runs nothing as the superuser', async () => {
  sql(`CREATE TABLE first (n int); CREATE TABLE last (n int);
    CREATE FUNCTION climb() RETURNS int LANGUAGE plpgsql AS $$BEGIN RAISE 'called'; END$$`)
  const until = async (query: string) => {
    for (let n = 0; n < 300 && sql(query) !== '1'; n++) await sleep(100)
    expect(sql(query)).toBe('1')
  }
  const app = begin('runuser', '--user', 'postgres', '--', ...psql())
  app.input.write('BEGIN; LOCK TABLE first;\n')
  const held = "FROM pg_locks WHERE relation = 'first'::regclass AND"
  await until(`SELECT count(*) ${held} granted`)
  const reader = begin(...words('contents'))
  await until(`SELECT count(*) ${held} NOT granted`)
  app.input.end('DROP TABLE last; CREATE VIEW last AS SELECT climb() AS n; COMMIT;\n')
  expect(await app.ended).toEqual({ status: 0, said: '' })
  const { status, said } = await reader.ended
  expect([status, said]).toEqual([
    ...[1, expect.stringContaining('access to non-system view "last" is restricted')],
  ])
})

test('an extension of the app’s own is used and stays', () => {
  sql('CREATE EXTENSION amcheck')
  verified()
  expect(sql(`SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'`)).toBe('1')
})

/** Writes over a page of what a relation has on the disk while the server is down. */
function damage(relation: string, page: number, bytes: Buffer): void {
  const path = sql(`SELECT pg_relation_filepath('${relation}')`)
  server('-m', 'fast', 'stop')
  const file = openSync(at('data', path), 'r+')
  writeSync(file, bytes, 0, bytes.length, page * PAGE)
  closeSync(file)
  server('start')
}

test('an index that does not fit its table is damage, though every row can be read', () => {
  sql(TABLES)
  damage('visits_pkey', 1, Buffer.alloc(PAGE))
  const { status, stdout, stderr } = run()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^the database is damaged \(pg_amcheck, exit 2\):\n[\s\S]*visits_pkey/)
})

test('and so is a page that is not as it was written', () => {
  sql(TABLES)
  damage('visits', 0, Buffer.from('nonsense'.repeat(100)))
  const { status, stderr } = run()
  expect(status).toBe(1)
  expect(stderr).toMatch(/^the database is damaged .*:\n[\s\S]*invalid page/)
})

test('a server that still recovers is waited for, and not for ever', () => {
  sql(TABLES)
  server('-m', 'fast', 'stop')
  writeFileSync(at('data/standby.signal'), '')
  server('start')
  try {
    const { status, stderr } = run()
    expect([status, stderr]).toEqual([1, expect.stringContaining('takes no writes after 3 s')])
  } finally {
    asPostgres(join(programs, 'pg_ctl'), '--silent', '-D', at('data'), 'promote')
  }
})
