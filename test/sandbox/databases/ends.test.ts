/** Servers and pools that end, or do not start: no process and no folder stays. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import { endLeftovers, isRunning, type ProcessRecord } from '../../../sandbox/processes.ts'
import type { DatabasePlace, DatabaseServers } from '../../../sandbox/types.ts'

jest.setTimeout(180_000)

const run = promisify(execFile)
const PASSWORD = 'AVNS_correct-horse'
const USERS = [{ name: 'doadmin', password: PASSWORD }]
const POOL = {
  name: 'pool',
  database: 'defaultdb',
  user: 'doadmin',
  size: 2,
  mode: 'session',
} as const
const NONE = { pids: [], running: [], folders: [] }

const dir = mkdtempSync(join(tmpdir(), 'ends-'))
const seen = new Map<string, ProcessRecord>()
let databases: DatabaseServers
let place: DatabasePlace

const open = () =>
  startDatabases({
    ...{
      dir,
      hosts: { public: '127.0.0.1', private: '127.0.0.3' },
      admits: () => true,
      log: () => {},
    },
    names: { public: 'localhost', private: 'localhost' },
  })
afterAll(async () => {
  await databases?.close()
  rmSync(dir, { recursive: true })
})

/** The processes that are noted now; those of before are remembered. */
function noted(): ProcessRecord[] {
  const files = existsSync(join(dir, 'pids')) ? readdirSync(join(dir, 'pids')) : []
  const records = files.map((file) => JSON.parse(readFileSync(join(dir, 'pids', file), 'utf8')))
  for (const record of records) seen.set(`${record.name} ${record.pid}`, record)
  return records
}

/** What there is of all that was ever noted. */
function left() {
  const pids = noted().map(({ name }) => name)
  const all = [...seen.values()]
  const folders = all.flatMap(({ folder }) => folder ?? []).filter((folder) => existsSync(folder))
  return { pids, running: all.filter(isRunning).map(({ name }) => name), folders }
}

const conninfo = (port: number, database: string) =>
  `host=localhost port=${port} user=doadmin dbname=${database} sslmode=require connect_timeout=60`
const env = { ...process.env, PGPASSWORD: PASSWORD }
const ask = async (sql: string, port = place.port, database = 'defaultdb') =>
  (await run('psql', ['-XAtc', sql, conninfo(port, database)], { env })).stdout.trim()

test('after a sandbox that was killed at work nothing runs, no folder stays, and every row is there', async () => {
  const holder = spawn(process.execPath, [join(__dirname, 'holds-cluster.ts'), dir, PASSWORD], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  place = JSON.parse(await new Promise((said) => holder.stdout.once('data', said)))
  await ask('CREATE TABLE kept (a int); INSERT INTO kept VALUES (42)')
  expect(noted().map(({ name, signal, folder }) => [name, signal, folder !== undefined])).toEqual([
    ['database-one', 'SIGINT', true],
    ['pool-one', 'SIGQUIT', false],
  ])
  // Who is connected through the pool, and straight, holds up neither.
  spawn('psql', ['-Xc', 'SELECT pg_sleep(600)', conninfo(place.poolPort, 'pool')], { env })
  while (
    (await ask("SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'")) !== '1'
  )
    await sleep(100)
  const gone = new Promise((exited) => holder.once('exit', exited))
  holder.kill('SIGKILL')
  await gone
  expect(left().running.sort()).toEqual(['database-one', 'pool-one'])
  expect((await endLeftovers(dir, 30_000)).sort()).toEqual(['database-one', 'pool-one'])
  expect(left()).toEqual(NONE)
  // In order, and not by SIGKILL.
  expect(readFileSync(join(dir, 'logs/database-one.log'), 'utf8')).toContain(
    'database system is shut down',
  )
  databases = await open()
  await databases.start('one')
  expect(await ask('SELECT a FROM kept')).toBe('42')
})

test('where a port is taken neither server nor gate stays, and the next start has them', async () => {
  noted()
  await databases.close()
  databases = await open()
  const other = createServer()
  await new Promise<void>((done) => other.listen(place.poolPort, '127.0.0.1', done))
  await expect(databases.start('one')).rejects.toThrow('EADDRINUSE')
  expect(left()).toEqual(NONE)
  await expect(ask('SELECT 1')).rejects.toThrow('Connection refused')
  await new Promise((done) => other.close(done))
  await databases.start('one')
  expect(await ask('SELECT a FROM kept')).toBe('42')
})

test('a server that is killed is told of, and takes gates and pools along', async () => {
  await databases.setPools('one', [POOL], USERS)
  const server = noted().find(({ name }) => name === 'database-one')
  const told = new Promise<string[]>((end) => databases.onEnd((...words) => end(words)))
  process.kill(server?.pid ?? 0, 'SIGKILL')
  expect(await told).toEqual(['one', expect.stringMatching(/^the database server has ended: /)])
  expect(left()).toEqual(NONE)
  await databases.start('one')
  expect(await ask('SELECT a FROM kept')).toBe('42')
})

test('pools whose PgBouncer is killed are there again, without a change of theirs', async () => {
  await databases.setPools('one', [POOL], USERS)
  const killed = noted().find(({ name }) => name === 'pool-one')
  process.kill(killed?.pid ?? 0, 'SIGKILL')
  const deadline = Date.now() + 90_000
  const again = () => ask('SELECT 42', place.poolPort, 'pool').catch(() => '')
  while ((await again()) !== '42' && Date.now() < deadline) await sleep(100)
  expect(await again()).toBe('42')
  expect(noted().find(({ name }) => name === 'pool-one')?.pid).not.toBe(killed?.pid)
  // No pools, no PgBouncer.
  await databases.setPools('one', [], USERS)
  await sleep(300)
  expect(noted().map(({ name }) => name)).toEqual(['database-one'])
})

test('a statement that fails leaves no password in the log', async () => {
  await expect(databases.createUser('one', 'doadmin', 'AVNS_hidden')).rejects.toThrow(
    'already exists',
  )
  const log = readFileSync(join(dir, 'logs/database-one.log'), 'utf8')
  expect(log).toContain('role "doadmin" already exists')
  expect(log).not.toContain('AVNS_')
})

/** Processes with the folder in their command line, noted or not. */
const processes = async () =>
  (await run('ps', ['-eo', 'args'])).stdout.split('\n').filter((line) => line.includes(`${dir}/`))

test('pools that are made at once are one PgBouncer, and as the sandbox ends they leave nothing', async () => {
  const change = (size: number) => databases.setPools('one', [{ ...POOL, size }], USERS)
  await Promise.all([1, 2, 3].map(change))
  expect((await processes()).filter((line) => line.includes('pgbouncer'))).toHaveLength(1)
  noted()
  await Promise.all([change(1).then(noted, () => {}), databases.close()])
  expect([left(), await processes()]).toEqual([NONE, []])
  await expect(databases.setPools('one', [POOL], USERS)).rejects.toThrow('has no server')
  await expect(databases.start('one')).rejects.toThrow('the sandbox ends')
})
