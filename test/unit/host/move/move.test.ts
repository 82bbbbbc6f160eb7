/** The host's program that moves rows, between two real servers. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kind, startServers } from './servers.ts'

jest.setTimeout(180_000)
type Servers = Awaited<ReturnType<typeof startServers>>
let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  servers.live('local')
  // Of the owner of the server, and in a schema of its own.
  await servers.administrate('local', 'CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext;')
  expect(await servers.ask('local', SCHEMA)).toBe('')
})
afterAll(() => servers.close())
afterEach(() => servers.trouble(''))

/** What pg_dump has a section of its own for, and what is easily forgotten. */
const SCHEMA = `
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('fine', 'other');
CREATE SCHEMA "odd ""name""";
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail citext UNIQUE, mood mood);
CREATE TABLE visits (id bigserial PRIMARY KEY, person int REFERENCES people, at timestamptz DEFAULT now());
CREATE TABLE "odd ""name"""."t|a ble" (a bytea, b jsonb);
CREATE TABLE empty (a int);
CREATE MATERIALIZED VIEW counted AS SELECT person, count(*) FROM visits GROUP BY person;
CREATE MATERIALIZED VIEW stale AS SELECT id FROM people;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''once''; END';
INSERT INTO people (mail, mood) SELECT i || '@example.com', 'fine' FROM generate_series(1, 100) i;
INSERT INTO visits (person) SELECT 1 + i % 100 FROM generate_series(1, 20000) i;
INSERT INTO "odd ""name"""."t|a ble" VALUES ('\\x00ff', '{"a": "ü\\n"}');
SELECT lo_from_bytea(0, '\\xcafe') \\g /dev/null
REFRESH MATERIALIZED VIEW counted;
CREATE TRIGGER stamped BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION stamp();
`
const HASH = `SELECT md5(string_agg(v::text, ',' ORDER BY id)) FROM visits v;
SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM people p;
SELECT nextval('visits_id_seq') > 20000, (SELECT count(*) FROM counted), (SELECT count(*) FROM pg_largeobject_metadata);
SELECT encode(a, 'hex'), b FROM "odd ""name"""."t|a ble"; SET timezone = UTC;`
const ROWS = 100 + 20_000 + 1 + 1

async function moved(to: Kind, change = {}) {
  const { move, order, release, live } = servers
  expect(await move('order', order(to, change))).toMatchObject({ status: 0 })
  const done = await release(to)
  expect(done).toMatchObject({ status: 0, stdout: '' })
  live(to)
  return JSON.parse((await move('done', order(to))).stdout)
}

test('what would be moved is checked, and nothing is changed', async () => {
  const { move, order, ask } = servers
  expect(JSON.parse((await move('check', order('managed'))).stdout)).toMatchObject({
    ...{ rows: ROWS, tables: 4 },
    bytes: expect.any(Number),
  })
  expect(JSON.parse((await move('state', '')).stdout)).toEqual({ live: 'local', move: null })
  expect(await ask('local', 'INSERT INTO empty VALUES (1); DELETE FROM empty;')).toBe('')
})

test.each<[string, object, string]>([
  ['too little room', { storageMiB: 260 }, 'the managed database has room for'],
  [
    'another source',
    { from: 'managed', to: 'local' },
    'the live release uses local database, not the managed one',
  ],
  ['nothing to move', { from: 'managed' }, 'to must be another one than from'],
  ['a wrong password', { password: 'AVNS_wrong-horse' }, 'password authentication failed'],
])('%s is told before anything', async (_, change, words) => {
  const { status, said } = await servers.move('check', servers.order('managed', change))
  expect([status, said]).toEqual([1, expect.stringContaining(words)])
  expect(said).not.toContain('wrong-horse')
})

test('rows of its own stay in the target, and are named', async () => {
  const { ask, move, order } = servers
  await ask('managed', 'CREATE TABLE mine (a int); INSERT INTO mine VALUES (7);')
  for (const replace of [false, true]) {
    const { status, said } = await move('check', order('managed', { replace }))
    expect([status, said]).toEqual([
      1,
      expect.stringMatching(/has 1 rows \(public\.mine\) of its own/),
    ])
  }
  expect(await ask('managed', 'SELECT a FROM mine; DROP TABLE mine;')).toBe('7')
})

test('an extension that the target does not take stops nothing', async () => {
  const { ask, administrate, move, order, release } = servers
  await administrate('local', 'CREATE EXTENSION pg_stat_statements;')
  await move('order', order('managed'))
  const { status, said } = await release('managed')
  expect([status, said]).toEqual([
    1,
    expect.stringMatching(/permission denied to create extension/),
  ])
  expect(said).not.toContain('read-only')
  await administrate('local', 'DROP EXTENSION pg_stat_statements;')
  expect(await ask('local', 'INSERT INTO empty VALUES (1); DELETE FROM empty;')).toBe('')
})

test('a release begins with the copy: every row, value and index is there, and the source reads alone', async () => {
  const { administrate, ask, dir, live, move, order, release, secrets } = servers
  const before = await ask('local', HASH)
  expect((await move('order', order('managed'))).status).toBe(0)
  // A release that goes on with the source has nothing to wait for.
  expect(await release('local')).toMatchObject({ status: 0, said: '' })
  const sleeper = ask('local', 'SELECT pg_sleep(600); INSERT INTO empty VALUES (1);')
  const sleeps = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%';`
  for (let n = 0; n < 300 && (await administrate('local', sleeps)) !== '1'; n++)
    await new Promise((later) => setTimeout(later, 100))
  const done = await release('managed')
  expect(done.said).toMatch(/read-only: done.*rows: done.*comparison: done/s)
  expect(done.status).toBe(0)
  expect(await sleeper).toContain('terminating connection due to administrator command')
  expect(await ask('local', 'INSERT INTO empty VALUES (1);')).toContain('read-only transaction')
  expect(await ask('local', 'SELECT count(*) FROM visits;')).toBe('20000')
  live('managed')
  const told = JSON.parse((await move('done', order('managed'))).stdout)
  expect(told).toMatchObject({ rows: ROWS, sequences: 2, seconds: expect.any(Number) })
  expect(told.tables).toMatchObject({ 'public.visits': 20_000, 'odd "name".t|a ble': 1 })
  expect(await ask('managed', HASH)).toBe(before)
  // The app's again, with what guards them.
  const owners =
    "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname !~ '^(pg_|information)';"
  expect(await ask('managed', owners)).toBe('app')
  expect(await ask('managed', 'DELETE FROM people;')).toContain('once')
  expect(await ask('managed', 'INSERT INTO visits (person) VALUES (999);')).toContain('foreign key')
  expect(await ask('managed', 'ALTER TABLE visits ADD COLUMN note text;')).toBe('')
  // Nothing of it stays on the host.
  expect(existsSync(join(dir, 'secrets.json'))).toBe(false)
  expect(readdirSync(dir).filter((name) => /move/.test(name))).toEqual([])
  for (const secret of secrets) expect(readFileSync(join(dir, 'log'), 'utf8')).not.toContain(secret)
})

test('back again: what was left there is named, and replaced by what is said to', async () => {
  const { ask, move, order } = servers
  await ask('managed', 'INSERT INTO visits (person) VALUES (1);')
  const { status, said } = await move('check', order('local'))
  expect([status, said]).toEqual([
    1,
    expect.stringMatching(/still has the 20102 rows .* moved to managed at 2.*--replace/s),
  ])
  expect(await moved('local', { replace: true })).toMatchObject({ rows: ROWS + 1 })
  expect(
    await ask('local', 'INSERT INTO visits (person) VALUES (2); SELECT count(*) FROM visits;'),
  ).toBe('20002')
  expect(await ask('managed', 'DELETE FROM visits;')).toContain('read-only transaction')
})

test.each([
  [
    'a copy that fails',
    "from padlock_release.failure import Failure\ndef fail(*_): raise Failure('the cable')\ncopy.copy = fail",
    'the cable',
  ],
  [
    'a target that has less',
    "whole = copy.copy\ndef less(source, target):\n    whole(source, target)\n    target.own('DELETE FROM public.visits WHERE id = 7;')\ncopy.copy = less",
    'rows of public.visits: 20002 and 20001',
  ],
  [
    'a row that the target does not take',
    "rows = copy._rows\ndef refused(source, target):\n    target.make('ALTER TABLE public.people ADD CHECK (id < 50);')\n    rows(source, target)\ncopy._rows = refused",
    'violates check constraint',
  ],
  [
    'an app that writes all the same',
    "whole = copy.copy\ndef late(source, target):\n    whole(source, target)\n    source.own('SET default_transaction_read_only = off; UPDATE public.people SET mood = NULL WHERE id = 1;')\ncopy.copy = late",
    'the app has written 1 rows into the local database meanwhile',
  ],
  [
    'a stop in the middle',
    'import os, signal\nwhole = copy.copy\ndef stop(*_): os.kill(os.getpid(), signal.SIGHUP)\ncopy.copy = stop',
    'stopped by a signal',
  ],
])('after %s the app writes into the source again', async (_, python, words) => {
  const { ask, move, order, release, trouble } = servers
  expect((await move('order', order('managed', { replace: true }))).status).toBe(0)
  trouble(python)
  const { status, said } = await release('managed')
  expect([status, said]).toEqual([1, expect.stringContaining(words)])
  // Of no row in words that logs keep.
  expect(said).not.toContain('@example.com')
  expect(await ask('local', 'INSERT INTO empty VALUES (1); DELETE FROM empty;')).toBe('')
  expect(JSON.parse((await move('state', '')).stdout).move).toBe(null)
  trouble('')
  // What the copy has left there is nobody's.
  expect((await move('check', order('managed'))).status).toBe(0)
})

test('a kill in the middle: no release begins on half of the rows, and both ways go on', async () => {
  const { ask, move, order, release, trouble } = servers
  const killed = async () => {
    await move('order', order('managed'))
    trouble('import os\ndef kill(*_): os._exit(9)\ncopy.copy = kill')
    expect((await release('managed')).status).toBe(9)
    trouble('')
    expect(await ask('local', 'INSERT INTO empty VALUES (1);')).toContain('read-only')
  }
  await killed()
  // The host was off: the passwords are gone.
  const gone = 'import os\nos.unlink(state.SECRETS) if os.path.exists(state.SECRETS) else None'
  trouble(gone)
  for (const [kind, words] of [
    ['managed', 'the managed database has not got the rows yet'],
    ['local', 'the local database is read-only, as a move was cut off'],
  ] as const) {
    const { status, said } = await release(kind)
    expect([status, said]).toEqual([1, expect.stringMatching(`${words}.*--to managed.*--to local`)])
  }
  trouble('')
  expect(JSON.parse((await move('undo', order('managed'))).stdout)).toEqual({ undone: true })
  expect(await ask('local', 'INSERT INTO empty VALUES (1); DELETE FROM empty;')).toBe('')
  await killed()
  expect(await moved('managed')).toMatchObject({ rows: ROWS + 2 })
  expect(JSON.parse((await move('undo', order('managed'))).stdout)).toEqual({ undone: true })
  expect(await ask('managed', 'INSERT INTO empty VALUES (1);')).toBe('')
})

/** Where the database on the host is made anew: cut off before the statement that has the words. */
const cut = (words: string) => `
import os
from padlock_rows.sides import Side
real = Side.admin
def admin(side, statements, database=None):
    if ${JSON.stringify(words)} in statements and side.kind == 'local':
        head = statements[:statements.index(${JSON.stringify(words)})]
        head and real(side, head, database)
        os._exit(9)
    return real(side, statements, database)
Side.admin = admin`

test.each([
  ['before there is one', 'CREATE DATABASE'],
  ['before it has its rights', 'REVOKE ALL ON DATABASE'],
  ['before it is the app’s', 'ALTER DATABASE "app" OWNER'],
])('a move to the host that is cut off %s goes on, and leaves no password', async (_, words) => {
  const { administrate, ask, dir, live, move, order, release, trouble } = servers
  live('managed')
  const given = order('local', { replace: true })
  expect(await move('order', given)).toMatchObject({ status: 0, said: '' })
  trouble(cut(words))
  expect((await release('local')).status).toBe(9)
  expect(readdirSync(dir).filter((name) => /^padlock-move/.test(name))).toHaveLength(1)
  trouble('')
  expect(await ask('local', 'SELECT 1;')).not.toBe('1')
  expect(await move('check', given)).toMatchObject({ status: 0, said: '' })
  expect(readdirSync(dir).filter((name) => /padlock-/.test(name))).toEqual([])
  expect(await release('local')).toMatchObject({ status: 0 })
  const owned =
    "SELECT datdba::regrole, datacl FROM pg_database WHERE datname = 'app'; SELECT count(*) FROM people;"
  expect(await ask('local', owned)).toBe('app|{app=CTc/app}\n100')
  expect(await administrate('local', 'SELECT count(*) FROM visits;')).not.toBe('0')
  expect(JSON.parse((await move('undo', given)).stdout)).toEqual({ undone: true })
})

test('nothing is taken back while a release is in the midst of the copy', async () => {
  const { dir, move, order } = servers
  const holder = spawn('flock', [join(dir, 'lock'), 'sh', '-c', 'echo held; exec cat'])
  const ended = once(holder, 'close')
  await once(holder.stdout, 'data')
  const { status, said } = await move('undo', order('managed'))
  holder.stdin.end()
  await ended
  expect([status, said]).toEqual([1, expect.stringContaining('is still under way')])
})

test('a move that a release has followed is not taken back', async () => {
  const { live, move, order, release } = servers
  await move('order', order('local', { replace: true }))
  expect((await release('local')).status).toBe(0)
  live('local')
  expect(JSON.parse((await move('undo', order('local'))).stdout)).toEqual({ undone: false })
  // Nor does a release go back to the rows of then, by hand.
  const { status, said } = await release('managed')
  expect([status, said]).toEqual([
    1,
    expect.stringContaining('has what was written since the move, which was not ended'),
  ])
  expect((await move('done', order('local'))).status).toBe(0)
  expect(await move('analyze', order('managed'))).toMatchObject({ status: 0, said: '' })
})

test('each release asks whether rows are to go first, wherever that is noted', () => {
  const script = '../../../../host/padlock-managed/files/usr/lib/padlock/before-release.d/move'
  const lines = readFileSync(join(__dirname, script), 'utf8').split('\n')
  expect(lines.filter((line) => !/^(#.*)?$/.test(line))).toEqual([
    'exec /usr/lib/padlock/move release',
  ])
})
