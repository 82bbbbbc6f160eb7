/** Dumps of a managed database: real PostgreSQL over TLS, restic, and a real S3 server. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clustered, clustered, run } from './clustered.ts'
import { newFleet } from './fleet.ts'
import type { Outcome, Place } from './place.ts'

jest.setTimeout(600_000)

const root = join(import.meta.dirname, '../../..')
const fleet = newFleet()
let host: Clustered
let place: Place
let order: Record<string, unknown>
let authority: Buffer
const sql: Clustered['sql'] = (...words) => host.sql(...words)

beforeAll(async () => {
  host = await clustered(fleet)
  ;({ place, order } = host)
})
afterAll(() => host?.end())

const states = async () => {
  const { stdout } = await place.backup('show')
  const { backups } = JSON.parse(stdout) as { backups: { what: string; state: string }[] }
  return Object.fromEntries(backups.map(({ what, state }) => [what, state]))
}
const dumps = async (): Promise<string[][]> => {
  const { stdout } = await place.backup('list --json')
  const listed: { what: string; where: string; backups: { label: string }[] }[] = JSON.parse(stdout)
  expect(listed.map(({ what, where }) => `${what} ${where}`)).toEqual([
    ...['managed database volume', 'managed database bucket'],
  ])
  return listed.map(({ backups }) => backups.map(({ label }) => label))
}
const page = readFileSync(join(root, 'docs/worst-day.md'), 'utf8')
const [, block = ''] = /managed\.test\.ts runs this block -->\n```sh\n(.*?)```/s.exec(page) ?? []

/** The block of docs/worst-day.md, in a folder with what it asks for; doadmin's is the PostgreSQL. */
async function asDocumented(): Promise<Outcome> {
  const folder = join(place.dir, 'elsewhere')
  mkdirSync(folder, { recursive: true })
  const { bucket, endpoint, prefix, region, passphrase } = order
  // As the one of copy.json, which leaves no lock.
  const reader = await fleet.storage.key('reader', { bucket: 'shop-backups', permission: 'read' })
  const key = { key: reader.accessKeyId, secret: reader.secretAccessKey }
  const access = { endpoint, region, bucket, ...key, prefix, passphrase }
  writeFileSync(join(folder, 'access.json'), JSON.stringify(access))
  const ca = join(place.dir, 'root.pem')
  const env = { ...host.login('doadmin', 'defaultdb'), HOME: folder, SSL_CERT_FILE: ca }
  return run(['sh', '-eu', '-c', block], env, folder)
}

test('a dump is in both places, over TLS, and nothing of it or of its password is plain', async () => {
  expect(await states()).toEqual({
    ...{ 'managed database volume': 'none', 'managed database bucket': 'none' },
  })
  await sql(
    'app',
    "INSERT INTO numbers SELECT n, 'a row of the app' FROM generate_series(1, 5000) n",
  )
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await states()).toEqual({
    ...{ 'managed database volume': 'good', 'managed database bucket': 'good' },
  })
  expect((await dumps()).map(({ length }) => length)).toEqual([1, 1])
  expect(readdirSync(join(place.dir, 'tmp'))).toEqual([])
  expect(statSync(join(place.dir, 'home/order.json')).mode & 0o077).toBe(0)
  for (const name of ['calls', 'home/state.json'])
    expect(readFileSync(join(place.dir, name), 'utf8')).not.toContain('battery')
  const kept = join(place.dir, 'volume/backup/managed')
  for (const one of readdirSync(kept, { recursive: true, withFileTypes: true }))
    if (one.isFile())
      expect(readFileSync(join(one.parentPath, one.name)).includes('a row of the app')).toBe(false)
})

test('it is late after 26 hours', async () => {
  const late = await place.backup('check', undefined, 27 * 3600)
  expect(late.code).toBe(1)
  expect(late.stderr).toContain('<4>backup of managed database bucket: the last one is of')
})

test('a dump that fails after its last byte leaves no backup, and no release begins', async () => {
  const before = await dumps()
  const broken = join(place.dir, 'bin/pg_dump')
  writeFileSync(broken, '#!/bin/sh\n/usr/bin/pg_dump "$@"\nexit 1\n', { mode: 0o755 })
  const { code, stderr } = await place.backup('release')
  rmSync(broken)
  expect([code, stderr]).toEqual([
    ...[1, expect.stringContaining('pg_dump of the managed database failed')],
  ])
  expect(stderr).toContain('no backup of the managed database could be made before this release')
  expect(await dumps()).toEqual(before)
  expect(await states()).toMatchObject({ 'managed database bucket': 'failed' })
})

test('the volume needs room for what the database has beyond the last dump, and not for all of it again', async () => {
  const long = "string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 1000) m"
  await sql('app', 'CREATE TABLE filler (long text)')
  await sql('app', `INSERT INTO filler SELECT (SELECT ${long}) FROM generate_series(1, 800) n`)
  await place.must('now')
  const free = join(place.dir, 'free')
  writeFileSync(free, '1')
  const { code, stderr } = await place.backup('now')
  const found = /the volume has not the room for it: (\d+) MiB are needed, (\d+) MiB/.exec(stderr)
  const [needed, left] = [Number(found?.[1]), Number(found?.[2])]
  const whole = Number(await sql('app', 'SELECT pg_database_size(current_database()) >> 20'))
  expect([code, whole > 25, needed - left]).toEqual([1, true, expect.any(Number)])
  expect(needed - left).toBeGreaterThan(0)
  expect(needed - left).toBeLessThan(whole * 0.6)
  writeFileSync(free, String((needed + 2) * 1024 * 1024))
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  rmSync(free)
})

test('a dump that fills the volume all the same is ended, and what it has written goes', async () => {
  const data = join(place.dir, 'volume/backup/managed/data')
  const packs = () =>
    readdirSync(data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length
  const before = [await dumps(), packs()]
  const free = join(place.dir, 'free')
  const written = join(place.dir, 'written')
  const endless = join(place.dir, 'bin/pg_dump')
  writeFileSync(
    endless,
    `#!/bin/sh
[ ! -e ${free} ] || exit 1
head -c 50000000 /dev/urandom
sleep 3
find ${data} -type f | wc -l >${written}
echo 1 >${free}
exec sleep 120
`,
    { mode: 0o755 },
  )
  const { code, stderr } = await place.backup('now')
  for (const path of [endless, free]) rmSync(path)
  expect([code, stderr]).toEqual([1, expect.stringContaining('so the dump was ended')])
  expect(Number(readFileSync(written, 'utf8'))).toBeGreaterThan(before[1] as number)
  expect([await dumps(), packs()]).toEqual(before)
  await sql('app', 'DROP TABLE filler')
})

test.each<[string, () => Promise<unknown>, string, () => Promise<unknown>]>([
  [
    'what the app’s role may not read',
    () => sql('doadmin', 'CREATE TABLE theirs (n int)'),
    'permission denied for table theirs',
    () => sql('doadmin', 'DROP TABLE theirs'),
  ],
  [
    'a cluster that lets nobody in',
    async () => host.open(false),
    'server closed the connection unexpectedly',
    async () => host.open(true),
  ],
  [
    'another cluster’s certificate',
    async () => {
      authority = readFileSync(join(place.dir, 'managed-ca.crt'))
      writeFileSync(join(place.dir, 'managed-ca.crt'), readFileSync(join(place.dir, 'root.pem')))
    },
    'certificate verify failed',
    async () => writeFileSync(join(place.dir, 'managed-ca.crt'), authority),
  ],
])('%s fails the dump, in words, and leaves none', async (_, begin, words, end) => {
  const before = await dumps()
  await begin()
  const { code, stderr } = await place.backup('now')
  await end()
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
  expect(stderr).not.toContain('battery')
  expect(await dumps()).toEqual(before)
})

const calls = () => readFileSync(join(place.dir, 'calls'), 'utf8')

test('what a migration spoilt comes back, while the app is connected', async () => {
  expect(await place.backup('release')).toMatchObject({ code: 0, stderr: '' })
  const whole = await host.rows()
  expect(whole).toBe('5000|1|5000')
  const [[label]] = (await dumps()).map((labels) => labels.slice(-1)) as [[string]]
  await sql('app', 'DELETE FROM numbers WHERE n > 10; INSERT INTO numbers VALUES (9999)')
  const session = sql('app', 'SELECT pg_sleep(600)').catch((error: Error) => error.message)
  const asleep = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
  for (let tries = 0; (await sql('app', asleep)) === '0'; tries++) {
    if (tries === 600)
      throw new Error(`no session: ${await Promise.race([session, 'still there'])}`)
    await sleep(100)
  }
  const { code, stdout, stderr } = await place.backup('restore', { label, into: host.into })
  expect([code, stderr]).toEqual([0, expect.stringContaining('database: 5000 rows')])
  expect(JSON.parse(stdout)).toMatchObject({
    database: { label, passedOver: [] },
    files: null,
    former: { name: 'app_former', kind: 'managed' },
    problems: [],
  })
  expect(await session).toContain('terminating connection')
  expect(await host.rows()).toBe(whole)
  await sql('app', 'INSERT INTO numbers VALUES (5001); CREATE TABLE more (n int); DROP TABLE more')
  expect(await host.names()).toBe('app app_former')
  expect(calls()).toContain('app ended')
  expect(calls() + stderr).not.toContain('correct-horse')
  expect(readdirSync(join(place.dir, 'tmp'))).toEqual(['padlock-database.lock'])
})

test('its rows are to be had on any computer, by the page’s commands', async () => {
  const done = await asDocumented()
  expect([done.code, done.stderr]).toEqual([0, expect.any(String)])
  expect(statSync(join(place.dir, 'elsewhere/database.dump')).mode & 0o077).toBe(0)
  expect(await sql('doadmin', 'SELECT count(*), min(n), max(n) FROM numbers', 'rows')).toBe(
    '5000|1|5000',
  )
})

test.each([
  [{ host: '-h x' }, 'host must be a host name'],
  [{ port: '25060' }, 'port must be a whole number from 1 to 65535'],
  [{ user: 'a"b' }, 'user must be lower-case letters, digits and _'],
  [{ password: 'a b' }, 'password must be printable ASCII without spaces'],
  [{ cluster: 'one' }, 'cluster must be a UUID'],
  [{ more: 1 }, 'the keys more of managed must be left out'],
])('an order is refused: %j', async (change, words) => {
  const managed = { ...(order.managed as object), ...change }
  const { code, stderr } = await place.backup('up', { ...order, managed })
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
})
