/** Clusters asked by PostgreSQL's own client. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { mayReach } from '../../../sandbox/daemon/outbound.ts'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import type { DatabaseServers } from '../../../sandbox/types.ts'
import { type Account, startAccount } from '../digitalocean/account.ts'

jest.setTimeout(300_000)

const run = promisify(execFile)
const HOST = 'private-db.sandbox.localhost'
const dir = mkdtempSync(join(tmpdir(), 'databases-'))
const lines: string[] = []
let databases: DatabaseServers
let account: Account
// biome-ignore lint/suspicious/noExplicitAny: the answer of the API
let cluster: any
let caFile: string

const open = () =>
  startDatabases({
    dir,
    host: '127.0.0.1',
    names: { public: 'db.sandbox.localhost', private: HOST },
    admits: (id, address) => account.api.databaseAdmitsAddress(id, address),
    log: (line) => lines.push(line),
  })

beforeAll(async () => {
  databases = await open()
  account = await startAccount({ databases })
  cluster = await make('shop-db')
  const { body } = await account.call('GET', `/databases/${cluster.id}/ca`)
  caFile = join(dir, 'ca.crt')
  writeFileSync(caFile, Buffer.from(body.ca.certificate, 'base64'))
})

afterAll(async () => {
  await account.end()
  await databases.close()
  rmSync(dir, { recursive: true })
})

async function make(name: string) {
  const { body } = await account.call('POST', '/databases', {
    ...{ name, engine: 'pg', version: '17', size: 'db-s-1vcpu-1gb' },
    ...{ region: 'ams3', num_nodes: 1 },
  })
  await account.api.settled()
  const path = `/databases/${body.database.id}`
  const { database } = (await account.call('GET', path)).body
  expect([database.status, lines.filter((line) => /database cluster/.test(line))]).toEqual([
    'online',
    [],
  ])
  return database
}

interface Way {
  user?: string
  password?: string
  database?: string
  port?: number
  ca?: string
  mode?: string
}

/** What psql says to a statement, or why it could not ask. */
async function ask(sql: string, way: Way = {}): Promise<string> {
  const { private_connection: one } = cluster
  const { user = one.user, password = one.password, database = one.database } = way
  const { port = one.port, ca = caFile, mode = 'verify-full' } = way
  const options = `sslmode=${mode} sslrootcert=${ca} connect_timeout=10`
  // The name is asked of nobody, and the certificate is held against it all the same.
  const conninfo = `host=${HOST} hostaddr=127.0.0.1 port=${port} user=${user} dbname=${database} ${options}`
  const env = { ...process.env, PGPASSWORD: password }
  return run('psql', ['-X', '-Atc', sql, conninfo], { env }).then(
    ({ stdout }) => stdout.trim(),
    (error) => String(error.stderr),
  )
}

const rules = (...list: object[]) =>
  account.call('PUT', `/databases/${cluster.id}/firewall`, { rules: list })

test('answers over TLS that its own authority vouches for, and over nothing else', async () => {
  const secure = 'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
  expect(await ask(secure)).toMatch(/^t\|TLSv1\.[23]$/)
  expect(await ask('SELECT 1', { mode: 'disable' })).toContain('no encryption')
  const other = await make('other-db')
  const { body } = await account.call('GET', `/databases/${other.id}/ca`)
  const otherCa = join(dir, 'other.crt')
  writeFileSync(otherCa, Buffer.from(body.ca.certificate, 'base64'))
  expect(await ask('SELECT 1', { ca: otherCa })).toContain('certificate verify failed')
  expect(await ask('SELECT 1', { password: 'wrong' })).toContain('password authentication failed')
  expect(await ask('SELECT 1', { user: 'postgres', password: '' })).toContain('pg_hba.conf rejects')
  await account.call('DELETE', `/databases/${other.id}`)
})

test('keeps passwords as SCRAM, and lets nobody be more than the provider does', async () => {
  expect(
    await ask(
      'SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user',
    ),
  ).toBe('f|t|t')
  const { body } = await account.call('POST', `/databases/${cluster.id}/users`, { name: 'reader' })
  const reader = { user: 'reader', password: body.user.password }
  expect(await ask('SELECT current_user', reader)).toBe('reader')
  // PostgreSQL 15 and later: a schema is its owner's.
  expect(await ask('CREATE TABLE t (a int)', reader)).toContain(
    'permission denied for schema public',
  )
  expect((await account.call('DELETE', `/databases/${cluster.id}/users/reader`)).status).toBe(204)
  expect(await ask('SELECT 1', reader)).toContain('password authentication failed')
})

test('only what its firewall names gets in', async () => {
  await account.call('POST', '/tags', { name: 'shop' })
  const ours = await account.droplet({ tags: ['shop'], name: 'ours' })
  const other = await account.droplet({ name: 'other' })
  expect(await ask('SELECT 1')).toBe('1')
  expect((await rules({ type: 'tag', value: 'shop' })).status).toBe(204)
  // This computer is the internet.
  expect(await ask('SELECT 1')).toContain('server closed the connection unexpectedly')
  const { port } = cluster.private_connection
  const packet = { protocol: 'tcp', destination: '10.0.2.2', port } as const
  const reach = (id: number, change = {}) =>
    mayReach({ cloud: account.api, databases, spacesPort: 8481 }, id, { ...packet, ...change })
  expect(reach(other.id)).toBe(false)
  expect(reach(ours.id)).toBe(true)
  await new Promise((done) => setImmediate(done))
  expect(await ask('SELECT 1')).toBe('1')
  // One packet, one connection.
  expect(await ask('SELECT 1')).toContain('server closed the connection unexpectedly')

  // The droplet's own firewall sees the port that all clusters have, and the private address.
  await account.call('POST', '/firewalls', {
    name: 'out',
    tags: ['shop'],
    outbound_rules: [{ protocol: 'tcp', ports: '443', destinations: { addresses: ['0.0.0.0/0'] } }],
  })
  expect(reach(ours.id)).toBe(false)
  await account.call('POST', '/firewalls', {
    name: 'database',
    tags: ['shop'],
    outbound_rules: [
      { protocol: 'tcp', ports: '25060', destinations: { addresses: ['10.0.0.0/8'] } },
    ],
  })
  expect(reach(ours.id)).toBe(true)
  expect(reach(ours.id, { port: port + 5000 })).toBe(false)
  await rules()
})

test('a pool is PgBouncer, behind the same authority and the same firewall', async () => {
  const { id } = cluster
  await account.call('POST', `/databases/${id}/dbs`, { name: 'app' })
  const pool = { name: 'app-pool', mode: 'transaction', size: 2, db: 'app', user: 'doadmin' }
  const { status, body } = await account.call('POST', `/databases/${id}/pools`, pool)
  expect([status, body.message]).toEqual([201, undefined])
  const { port, database } = body.pool.private_connection
  const way = { port, database }
  expect(await ask('SELECT current_database()', way)).toBe('app')
  expect(await ask('SHOW VERSION', { ...way, database: 'pgbouncer' })).toMatch(
    /denied|not allowed|no such/i,
  )
  expect(await ask('SELECT 1', { ...way, mode: 'disable' })).toContain('SSL required')
  await rules({ type: 'ip_addr', value: '203.0.113.9' })
  expect(await ask('SELECT 1', way)).toContain('server closed the connection unexpectedly')
  await rules()
  await account.call('DELETE', `/databases/${id}/pools/app-pool`)
  expect(await ask('SELECT 1', way)).toContain('server closed the connection unexpectedly')
})

test('a sandbox that stops keeps the rows', async () => {
  await ask('CREATE TABLE kept (a int); INSERT INTO kept VALUES (42)')
  await account.api.close()
  await databases.close()
  expect(await ask('SELECT 1')).toContain('Connection refused')
  databases = await open()
  await account.restart({ databases })
  await account.api.settled()
  expect(await ask('SELECT a FROM kept')).toBe('42')
})

test('a cluster that goes leaves neither process nor file', async () => {
  expect((await account.call('DELETE', `/databases/${cluster.id}`)).status).toBe(204)
  expect(existsSync(join(dir, 'databases', cluster.id))).toBe(false)
  expect(readdirSync(join(dir, 'databases'))).toEqual([])
  expect(readdirSync(join(dir, 'pids'))).toEqual([])
  expect(await ask('SELECT 1')).toContain('Connection refused')
})
