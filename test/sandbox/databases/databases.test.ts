/** Clusters asked by PostgreSQL's own client. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { mayReach } from '../../../sandbox/daemon/outbound.ts'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import type { DatabaseServers } from '../../../sandbox/types.ts'
import { type Account, startAccount } from '../digitalocean/account.ts'

jest.setTimeout(300_000)

const run = promisify(execFile)
const NAMES = { public: 'db.sandbox.localhost', private: 'private-db.sandbox.internal' }
const BEFORE = 'private-db.sandbox.localhost'
const HOSTS = { public: '127.0.0.1', private: '127.0.0.3' }
const dir = mkdtempSync(join(tmpdir(), 'databases-'))
const lines: string[] = []
let databases: DatabaseServers
let account: Account
// biome-ignore lint/suspicious/noExplicitAny: the answer of the API
let cluster: any
let caFile: string

const open = (names = NAMES) =>
  startDatabases({
    dir,
    hosts: HOSTS,
    names,
    admits: (id, address) => account.api.databaseAdmitsAddress(id, address),
    log: (line) => lines.push(line),
  })

beforeAll(async () => {
  databases = await open()
  // Versions end.
  account = await startAccount({ databases, now: () => Date.parse('2026-11-30T00:00:00Z') })
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

async function make(name: string, version = '17') {
  const { body } = await account.call('POST', '/databases', {
    ...{ name, engine: 'pg', version, size: 'db-s-1vcpu-1gb' },
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
  over?: keyof typeof HOSTS
}

/** What psql says to a statement, or why it could not ask. */
async function ask(sql: string, way: Way = {}): Promise<string> {
  const { private_connection: one } = cluster
  const { user = one.user, password = one.password, database = one.database } = way
  const { port = one.port, ca = caFile, mode = 'verify-full', over = 'public' } = way
  const options = `sslmode=${mode} sslrootcert=${ca} connect_timeout=60`
  // The name is asked of nobody, and the certificate is held against it all the same.
  const conninfo = `host=${NAMES[over]} hostaddr=${HOSTS[over]} port=${port} user=${user} dbname=${database} ${options}`
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

test('has no database postgres, and its owner’s is for nobody else', async () => {
  const names = await ask('SELECT datname FROM pg_database ORDER BY 1')
  expect(names.split('\n')).toEqual(['_dodb', 'defaultdb', 'template0', 'template1'])
  expect(await ask('SELECT 1', { database: 'postgres' })).toContain('"postgres" does not exist')
  expect(await ask('SELECT 1', { database: '_dodb' })).toContain('permission denied for database')
})

test('keeps passwords as SCRAM, and lets nobody be more than the provider does', async () => {
  expect(await ask('SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user')).toBe(
    'f|t',
  )
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

test('rules no role of others, as since PostgreSQL 16, unless the cluster is older', async () => {
  const { body } = await account.call('POST', `/databases/${cluster.id}/users`, { name: 'other' })
  const change = 'ALTER ROLE other CONNECTION LIMIT 1'
  expect(await ask(change)).toContain('permission denied')
  const older = await make('older-db', '15')
  const { port, password } = older.private_connection
  const answer = await account.call('GET', `/databases/${older.id}/ca`)
  const ca = join(dir, 'older.crt')
  writeFileSync(ca, Buffer.from(answer.body.ca.certificate, 'base64'))
  const has = 'SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user'
  expect(await ask(has, { port, password, ca })).toBe('t')
  await account.call('DELETE', `/databases/${older.id}`)
  await account.call('DELETE', `/databases/${cluster.id}/users/${body.user.name}`)
})

const CLOSED = 'server closed the connection unexpectedly'

test('from outside its public address alone is reached, by what its firewall names', async () => {
  expect(await ask('SELECT 1')).toBe('1')
  expect(await ask('SELECT 1', { over: 'private' })).toContain(CLOSED)
  await rules({ type: 'ip_addr', value: '203.0.113.9' })
  // This computer is the internet.
  expect(await ask('SELECT 1')).toContain(CLOSED)
  await rules({ type: 'ip_addr', value: '127.0.0.1' })
  expect(await ask('SELECT 1')).toBe('1')
  expect(await ask('SELECT 1', { over: 'private' })).toContain(CLOSED)
  await rules()
})

test.each([
  ['private', '10.255.255.25', '10.0.0.0/8'],
  ['public', '10.0.2.2', '203.0.113.0/24'],
] as const)(
  'a droplet gets in over the %s network, by both firewalls',
  async (over, destination, range) => {
    const tag = `shop-${over}`
    await account.call('POST', '/tags', { name: tag })
    const ours = await account.droplet({ tags: [tag], name: `ours-${over}` })
    const other = await account.droplet({ name: `other-${over}` })
    expect((await rules({ type: 'tag', value: tag })).status).toBe(204)
    const { port } = cluster.private_connection
    const doors = { cloud: account.api, databases, spacesPort: 8481 }
    const reach = (id: number, change = {}) =>
      mayReach(doors, id, { protocol: 'tcp', destination, port, ...change })
    expect(reach(other.id)).toBe(false)
    expect(reach(ours.id)).toBe(true)
    await new Promise((done) => setImmediate(done))
    // One packet, one connection, at that address.
    const another = over === 'public' ? 'private' : 'public'
    expect(await ask('SELECT 1', { over: another })).toContain(CLOSED)
    expect(await ask('SELECT 1', { over })).toBe('1')
    expect(await ask('SELECT 1', { over })).toContain(CLOSED)

    // The droplet's own firewall sees the port that all clusters have, and an address of that network.
    const wall = (name: string, ports: string, address: string) =>
      account.call('POST', '/firewalls', {
        ...{ name: `${name}-${over}`, tags: [tag] },
        outbound_rules: [{ protocol: 'tcp', ports, destinations: { addresses: [address] } }],
      })
    await wall('https', '443', '0.0.0.0/0')
    await wall('elsewhere', '25060', '198.51.100.0/24')
    expect(reach(ours.id)).toBe(false)
    await wall('database', '25060', range)
    expect(reach(ours.id)).toBe(true)
    expect(reach(ours.id, { port: port + 5000 })).toBe(false)
    expect(await ask('SELECT 1', { over })).toBe('1')
    await rules()
  },
)

test('in a private network there is nothing else, and it leads no other droplet to the cluster', async () => {
  const { body } = await account.call('POST', '/vpcs', { name: 'other', region: 'ams3' })
  const [near, far] = [
    await account.droplet({ name: 'near' }),
    await account.droplet({ name: 'far', vpc_uuid: body.vpc.id }),
  ]
  const { port } = cluster.private_connection
  const doors = { cloud: account.api, databases, spacesPort: 8481 }
  const reach = ({ id }: { id: number }, change = {}) =>
    mayReach(doors, id, { protocol: 'tcp', destination: '10.255.255.25', port, ...change })
  expect([reach(near), reach(far)]).toEqual([true, false])
  expect(await ask('SELECT 1', { over: 'private' })).toBe('1')
  expect(reach(far, { destination: '10.0.2.2' })).toBe(true)
  expect(await ask('SELECT 1')).toBe('1')
  // No firewall covers it, and all is open to it on the internet.
  expect(reach(near, { port: 8481 })).toBe(false)
  expect(reach(near, { protocol: 'udp' })).toBe(false)
  expect(reach(near, { destination: '10.0.2.2', port: 8481 })).toBe(true)
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
  expect(await ask('SELECT 1', way)).toContain(CLOSED)
  await rules()
  await account.call('DELETE', `/databases/${id}/pools/app-pool`)
  expect(await ask('SELECT 1', way)).toContain(CLOSED)
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

test('one that was made with the database postgres starts without it', async () => {
  const note = join(dir, 'pids', `database-${cluster.id}.json`)
  const { folder } = JSON.parse(readFileSync(note, 'utf8'))
  const former =
    'ALTER DATABASE _dodb RENAME TO postgres; GRANT CONNECT ON DATABASE postgres TO PUBLIC'
  const { port } = cluster.connection
  await run('psql', [
    '-X',
    '-c',
    former,
    `host=${folder} port=${port} user=postgres dbname=template1`,
  ])
  expect(await ask('SELECT 1', { database: 'postgres' })).toBe('1')
  await account.api.close()
  await databases.close()
  databases = await open()
  await account.restart({ databases })
  await account.api.settled()
  expect(await ask('SELECT 1', { database: 'postgres' })).toContain('"postgres" does not exist')
  expect(await ask('SELECT 1', { database: '_dodb' })).toContain('permission denied for database')
})

test('one of a sandbox with other names has those of now, and a certificate for them', async () => {
  const { id } = cluster
  const again = async (names: typeof NAMES) => {
    await account.api.close()
    await databases.close()
    for (const file of [join(dir, 'databases', id, 'place.json'), account.stateFile]) {
      const text = readFileSync(file, 'utf8')
      writeFileSync(file, text.replaceAll(NAMES.private, BEFORE))
    }
    databases = await open(names)
    await account.restart({ databases })
    await account.api.settled()
    return (await account.call('GET', `/databases/${id}`)).body.database.private_connection
  }
  expect((await again({ ...NAMES, private: BEFORE })).host).toBe(BEFORE)
  expect(await ask('SELECT 1')).toBe('1')
  const now = await again(NAMES)
  expect(now.host).toBe(NAMES.private)
  expect(now.uri).toContain(`@${NAMES.private}:`)
  // The name is held against the certificate.
  await databases.expect(id, now.port, 'private')
  expect(await ask('SELECT 1', { over: 'private' })).toBe('1')
})

test('a cluster that goes leaves neither process nor file', async () => {
  expect((await account.call('DELETE', `/databases/${cluster.id}`)).status).toBe(204)
  expect(existsSync(join(dir, 'databases', cluster.id))).toBe(false)
  expect(readdirSync(join(dir, 'databases'))).toEqual([])
  expect(readdirSync(join(dir, 'pids'))).toEqual([])
  expect(await ask('SELECT 1')).toContain('Connection refused')
})
