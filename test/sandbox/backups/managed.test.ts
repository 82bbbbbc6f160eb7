/** Dumps of a managed database: real PostgreSQL over TLS, restic, and a real S3 server. */
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import type { DatabasePlace, DatabaseServers } from '../../../sandbox/types.ts'
import { newFleet } from './fleet.ts'
import type { Outcome, Place } from './place.ts'

jest.setTimeout(600_000)

const ADMIN = 'AVNS_correct-horse'
const APP = 'AVNS_battery:staple\\'
const root = join(import.meta.dirname, '../../..')
const fleet = newFleet()
const clusters = mkdtempSync(join(tmpdir(), 'clusters-'))
let databases: DatabaseServers
let cluster: DatabasePlace
let place: Place
let order: Record<string, unknown>
let open = true

beforeAll(async () => {
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  place = await fleet.place()
  databases = await startDatabases({
    dir: clusters,
    hosts: { public: '127.0.0.1', private: '127.0.0.3' },
    names: { public: 'localhost', private: 'localhost' },
    admits: () => open,
    log: () => {},
  })
  cluster = await databases.place('one')
  await databases.create('one', ADMIN)
  await databases.createUser('one', 'app', APP)
  await databases.createDatabase('one', 'app')
  writeFileSync(join(place.dir, 'managed-ca.crt'), await databases.ca('one'))
  await sql('doadmin', 'GRANT ALL ON DATABASE app TO app; GRANT ALL ON SCHEMA public TO app')
  await sql('app', 'CREATE TABLE numbers (n bigint PRIMARY KEY, said text)')
  const managed = { host: 'localhost', port: cluster.port, user: 'app', password: APP }
  order = {
    ...{ ...made.order, database: false, files: false },
    managed: { ...managed, database: 'app' },
  }
  await place.must('up', order)
})
afterAll(async () => {
  await databases.close()
  rmSync(clusters, { recursive: true })
})

/** Beside this process, in which the way to the servers is. */
function run(words: string[], env: NodeJS.ProcessEnv, cwd = '/'): Promise<Outcome> {
  const [program = '', ...args] = words
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((done) =>
    child.on('close', (code) => done({ code: code ?? -1, stdout, stderr })),
  )
}

const server = () => ({ PGHOST: 'localhost', PGPORT: `${cluster.port}` })
async function sql(user: 'app' | 'doadmin', statements: string): Promise<string> {
  const ca = join(place.dir, 'managed-ca.crt')
  const tls = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca }
  const who = { PGUSER: user, PGPASSWORD: user === 'app' ? APP : ADMIN, PGDATABASE: 'app' }
  const env = { ...process.env, ...server(), ...tls, ...who }
  const { code, stdout, stderr } = await run(['psql', '-XqAtc', statements], env)
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

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
const rows = () => sql('app', 'SELECT count(*), min(n), max(n) FROM numbers')
const page = readFileSync(join(root, 'docs/worst-day.md'), 'utf8')
const [first = '', second = ''] = [
  ...page.matchAll(/managed\.test\.ts runs this block(?: too)? -->\n```sh\n(.*?)```/gs),
].map(([, block]) => block)

/** A block of docs/worst-day.md, in a folder with what it asks for. */
function asDocumented(block: string): Promise<Outcome> {
  const folder = join(place.dir, 'elsewhere')
  mkdirSync(folder, { recursive: true })
  const { bucket, endpoint, prefix, region, secret, passphrase } = order
  const access = { endpoint, region, bucket, key: order.key, secret, prefix, passphrase }
  writeFileSync(join(folder, 'access.json'), JSON.stringify(access))
  writeFileSync(join(folder, 'ca.crt'), readFileSync(join(place.dir, 'managed-ca.crt')))
  const escaped = APP.replaceAll('\\', '\\\\').replaceAll(':', '\\:')
  const lines = `*:*:*:doadmin:${ADMIN}\n*:*:*:app:${escaped}\n`
  writeFileSync(join(folder, 'pgpass'), lines, { mode: 0o600 })
  const ca = join(place.dir, 'root.pem')
  const env = { PATH: process.env.PATH, HOME: folder, SSL_CERT_FILE: ca, ...server() }
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

test.each<[string, () => Promise<unknown>, string, () => Promise<unknown>]>([
  [
    'what the app’s role may not read',
    () => sql('doadmin', 'CREATE TABLE theirs (n int)'),
    'permission denied for table theirs',
    () => sql('doadmin', 'DROP TABLE theirs'),
  ],
  [
    'a cluster that lets nobody in',
    async () => {
      open = false
    },
    'server closed the connection unexpectedly',
    async () => {
      open = true
    },
  ],
  [
    'another cluster’s certificate',
    async () =>
      writeFileSync(join(place.dir, 'managed-ca.crt'), readFileSync(join(place.dir, 'root.pem'))),
    'certificate verify failed',
    async () => writeFileSync(join(place.dir, 'managed-ca.crt'), await databases.ca('one')),
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

test('what a migration spoilt comes back by the page’s commands alone, while the app is connected', async () => {
  expect(await place.backup('release')).toMatchObject({ code: 0, stderr: '' })
  const whole = await rows()
  expect(whole).toBe('5000|1|5000')
  await sql('app', 'DELETE FROM numbers WHERE n > 10; INSERT INTO numbers VALUES (9999)')
  const restored = await asDocumented(first)
  expect([restored.code, restored.stderr]).toEqual([0, expect.any(String)])
  expect(await rows()).toBe('11|1|9999')
  const session = sql('app', 'SELECT pg_sleep(600)').catch((error: Error) => error.message)
  const asleep = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
  for (let tries = 0; (await sql('app', asleep)) === '0'; tries++) {
    if (tries === 600)
      throw new Error(`no session: ${await Promise.race([session, 'still there'])}`)
    await sleep(100)
  }
  const swapped = await asDocumented(second)
  expect([swapped.code, swapped.stderr]).toEqual([0, ''])
  expect(await session).toContain('terminating connection')
  expect(await rows()).toBe(whole)
  await sql('app', 'INSERT INTO numbers VALUES (5001); CREATE TABLE more (n int)')
  expect(
    await sql('doadmin', "SELECT datname FROM pg_database WHERE datname IN ('former', 'restored')"),
  ).toBe('former')
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
})

test('restore says that it does not restore a dump, and where it is written how', async () => {
  const [[label]] = (await dumps()) as [[string]]
  const { code, stderr } = await place.backup('restore', { label })
  expect([code, stderr]).toEqual([
    ...[
      1,
      expect.stringContaining('is a dump of the managed database, which this does not restore'),
    ],
  ])
})

test.each([
  [{ host: '-h x' }, 'host must be a host name'],
  [{ port: '25060' }, 'port must be a whole number from 1 to 65535'],
  [{ user: 'a"b' }, 'user must be lower-case letters, digits and _'],
  [{ password: 'a b' }, 'password must be printable ASCII without spaces'],
  [{ more: 1 }, 'the keys more of managed must be left out'],
])('an order is refused: %j', async (change, words) => {
  const managed = { ...(order.managed as object), ...change }
  const { code, stderr } = await place.backup('up', { ...order, managed })
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
})
