/** An anonymised snapshot: PostgreSQL and restic as Debian has them, against a real S3 server. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { FULL, type Storage, startStorage } from '../spaces/account.ts'
import { makeHost, type SeedHost } from './host.ts'

jest.setTimeout(120_000)

const SQL = `-- What no developer needs to see.
UPDATE people SET email = 'person' || id || '@example.com';
DELETE FROM letters WHERE id > 2;
`
let storage: Storage
let host: SeedHost
let place: Record<string, string>

beforeAll(async () => {
  storage = await startStorage()
  const owner = storage.client('nyc3', await storage.key('owner', FULL))
  await owner.send(new CreateBucketCommand({ Bucket: 'shop-seed' }))
  const key = await storage.key('writer', { bucket: 'shop-seed', permission: 'readwrite' })
  host = await makeHost(storage.authority.rootPath)
  place = {
    ...{ endpoint: `localhost:${storage.spaces.port}`, region: 'us-east-1', bucket: 'shop-seed' },
    ...{ key: key.accessKeyId, secret: key.secretAccessKey },
    passphrase: 'correct-horse-battery-staple-of-32',
  }
  await host.rows(`CREATE TABLE people (id serial PRIMARY KEY, email text UNIQUE);
    INSERT INTO people (email) SELECT 'ada' || n || '@private.example' FROM generate_series(1, 50) n;
    CREATE TABLE letters (id serial PRIMARY KEY, text text);
    INSERT INTO letters (text) SELECT 'Dear Ada' FROM generate_series(1, 9)`)
})
afterAll(async () => {
  await host?.end()
  await storage?.end()
})

const anonymise = (sql = SQL, change = {}) =>
  host.seed('anonymise', { place: { ...place, ...change }, sql })
const databases = () => host.sql('SELECT datname FROM pg_database ORDER BY 1')
const CLEAN = 'app\npostgres\ntemplate0\ntemplate1'
const nothingIsLeft = async () => {
  expect(await databases()).toBe(CLEAN)
  expect(readdirSync(join(host.dir, 'volume')).sort()).toEqual(['app', 'lost+found'])
}

/** What a key that reads gets out of the bucket. */
async function snapshot(): Promise<string> {
  const key = await storage.key('reader', { bucket: 'shop-seed', permission: 'read' })
  const env = {
    RESTIC_REPOSITORY: `s3:https://${place.endpoint}/shop-seed/snapshots`,
    RESTIC_PASSWORD: place.passphrase ?? '',
    ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
  }
  const words = ['--cacert', join(host.dir, 'root.pem'), '--no-cache', '--no-lock', '--quiet']
  const path = join(host.dir, 'read.dump')
  const script = `restic "$@" dump latest app.dump >'${path}' && pg_restore --file=- '${path}'`
  const { code, stdout, stderr } = await host.shell(env, script, words)
  if (code !== 0) throw new Error(stderr)
  // A word of each run's own, against what a dump may have psql do.
  return stdout.replace(/^\\(un)?restrict .*$/gm, '')
}

test('what is stored is what the SQL has left, and production keeps every row as it was', async () => {
  const { code, stdout, stderr } = await anonymise()
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^copy: done .*\n.*\n.*\nstore: done/)])
  expect(JSON.parse(stdout)).toMatchObject({
    tables: [
      { table: 'public.letters', before: 9, after: 2 },
      { table: 'public.people', before: 50, after: 50 },
    ],
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const text = await snapshot()
  expect(text).toContain('person50@example.com')
  expect(text).not.toContain('private.example')
  expect(text).not.toMatch(/GRANT|REVOKE/)
  expect(await host.rows("SELECT count(*) FROM people WHERE email LIKE '%private.example'")).toBe(
    '50',
  )
  await nothingIsLeft()
})

test.each([
  ['a statement that fails', 'UPDATE people SET nothing = 1', 'column "nothing"'],
  ['statements that change nothing', '-- later\nSELECT email FROM people;', 'changed nothing'],
  ['no statement', ' \n', 'sql must be statements of SQL'],
  ['what its role may not', 'CREATE ROLE more', 'permission denied to create role'],
  ['a program as PostgreSQL’s user', 'RESET ROLE; CREATE ROLE more', 'permission denied'],
])('%s: nothing is stored, and nothing is left', async (_what, sql, words) => {
  const before = await snapshot()
  const { code, stdout, stderr } = await anonymise(sql)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('private.example')
  expect(await snapshot()).toBe(before)
  await nothingIsLeft()
})

test.each([
  [
    `UPDATE people SET email = 'ada1@private.example' WHERE id < 3`,
    'duplicate key value violates unique constraint "people_email_key"',
  ],
  ['UPDATE people SET id = email::int', 'invalid input syntax for type integer: …'],
  [
    'SELECT email FROM people; UPDATE people SET nothing = 1',
    'column "nothing" of relation "people"',
  ],
  [
    `DO $$BEGIN RAISE 'it is %', (SELECT min(email) FROM people); END$$`,
    'ERROR:  (raised by a function; its words are not shown)',
  ],
  [
    `DO $$BEGIN RAISE NOTICE '%', (SELECT min(email) FROM people); END$$; SELECT 1 / 0`,
    'division by zero',
  ],
])('an error does not show the row that it is about: %s', async (sql, words) => {
  const { code, stderr } = await anonymise(sql)
  expect(code).toBe(1)
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('private.example')
})

test('nor does one while the copy is read in', async () => {
  await host.rows(`CREATE FUNCTION fits(text) RETURNS bool LANGUAGE plpgsql AS
      $$BEGIN RETURN current_database() = 'app' OR $1::int > 0; END$$;
    ALTER TABLE people ADD CONSTRAINT fitting CHECK (fits(email))`)
  const { code, stderr } = await anonymise()
  await host.rows('ALTER TABLE people DROP CONSTRAINT fitting; DROP FUNCTION fits')
  expect(code).toBe(1)
  expect(stderr).toContain(
    'COPY failed for table "people": ERROR:  invalid input syntax for type integer: …',
  )
  expect(stderr).not.toContain('private.example')
})

test.each([1000, 80])(
  'a volume of %i MiB that copy, changes, log and dump would fill is left alone',
  async (whole) => {
    const size = Math.floor(Number(await host.sql(`SELECT pg_database_size('app')`)) / 2 ** 20)
    const needed = size * 4 + Math.min(size * 3, whole / 4) + whole / 10
    writeFileSync(join(host.dir, 'free'), `${whole} ${Math.floor(needed) - 1}`)
    const few = await anonymise()
    expect([few.code, few.stderr]).toEqual([
      1,
      expect.stringMatching(/nothing was copied. Fix: a higher number for volume/),
    ])
    await nothingIsLeft()
    writeFileSync(join(host.dir, 'free'), `${whole} ${Math.ceil(needed) + 8}`)
    expect((await anonymise()).code).toBe(0)
    rmSync(join(host.dir, 'free'))
  },
)

test('a run that is killed leaves nothing behind the next one', async () => {
  const child = host.begin('anonymise', { place, sql: `${SQL} SELECT pg_sleep(600);` })
  while (!(await databases()).includes('padlock_anonymised')) await sleep(50)
  const second = await anonymise()
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringContaining('another snapshot is under way on this host'),
  ])
  expect(await host.seed('clear', {})).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await databases()).toContain('padlock_anonymised')
  await sleep(500)
  child.kill('SIGKILL')
  await new Promise((done) => child.once('close', done))
  writeFileSync(join(host.dir, 'volume/anonymised.dump'), 'half')
  expect(await databases()).toContain('padlock_anonymised')
  expect((await anonymise()).code).toBe(0)
  await nothingIsLeft()
})

test('nor for longer than an hour', async () => {
  await host.sql('CREATE DATABASE padlock_anonymised')
  writeFileSync(join(host.dir, 'volume/anonymised.dump'), 'half')
  expect(await host.seed('clear', {})).toMatchObject({ code: 0, stdout: '' })
  await nothingIsLeft()
})

test('neither key nor passphrase is in the log, and a bucket that is not there is named', async () => {
  const { code, stderr } = await anonymise(SQL, { secret: 'another-secret-of-the-key' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/restic (cat|init) failed/)
  const log = readFileSync(join(host.dir, 'log'), 'utf8')
  for (const secret of [place.secret, place.passphrase, 'another-secret-of-the-key'])
    expect(log).not.toContain(secret)
  await nothingIsLeft()
  expect(existsSync(join(host.dir, 'volume/anonymised.dump'))).toBe(false)
})

test.each([
  [{ bucket: 'Shop' }, 'bucket must be the name of a bucket'],
  [{ endpoint: 'https://fra1' }, 'endpoint must be a host name'],
  [{ passphrase: 'short' }, 'passphrase must be 16 to 256 characters'],
])('an order is refused: %j', async (change, words) => {
  const { code, stderr } = await anonymise(SQL, change)
  expect([code, stderr.trim()]).toEqual([1, expect.stringContaining(words)])
})
