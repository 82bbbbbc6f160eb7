/** A stack's managed database: made, reached for real, resized, kept and deleted. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
const run = promisify(execFile)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ database: 'managed' })
  await stack.up()
})
afterAll(() => sandbox.stop())

const NAME = 'padlock-dev-abc1234'
const clusters = async (): Promise<Json[]> =>
  (await sandbox.digitalocean('GET', '/databases')).databases
const cluster = async () => (await clusters())[0]
const rules = async () =>
  (await sandbox.digitalocean('GET', `/databases/${(await cluster()).id}/firewall`)).rules
const inventory = async () =>
  (await sandbox.things()).filter((thing) => thing.startsWith('database '))
const hostFile = async (path: string): Promise<Json> => {
  const [droplet] = await sandbox.droplets()
  return JSON.parse(sandbox.hostFile(droplet.id, path))
}
const urlOfApp = async () => new URL((await hostFile('release.json')).secrets.DATABASE_URL)

/** Addresses of this computer, as a machine's network leads there (sandbox/machine/network.ts). */
const HOSTS = { connection: '127.0.0.1', private_connection: '127.0.0.3' }

/** What whoever has the app's password gets: psql's answer, or why there is none. */
async function ask(sql: string, over: keyof typeof HOSTS): Promise<string> {
  const url = await urlOfApp()
  url.hostname = (await cluster())[over].host
  const ca = join(sandbox.dir, 'database-ca.crt')
  writeFileSync(ca, (await hostFile('managed.json')).ca)
  url.searchParams.set('sslrootcert', ca)
  // This computer asks no name server for it; the certificate is held against the name all the same.
  url.searchParams.set('hostaddr', HOSTS[over])
  return run('psql', ['-XAtc', sql, url.href]).then(
    ({ stdout }) => stdout.trim(),
    (error) => String(error.stderr),
  )
}

test('one cluster, in the droplet’s network and the project, that lets the droplet’s tag in alone', async () => {
  const [droplet] = await sandbox.droplets()
  const [one, ...others] = await clusters()
  expect(others).toEqual([])
  expect(one).toMatchObject({
    ...{ name: NAME, engine: 'pg', version: '17', size: 'db-s-1vcpu-1gb', num_nodes: 1 },
    ...{ private_network_uuid: droplet.vpc_uuid, status: 'online' },
    ...{ tags: ['padlock-dev', 'padlock-dev:owner:abc1234'], db_names: ['defaultdb', 'app'] },
  })
  expect((await rules()).map(({ type, value }: Json) => ({ type, value }))).toEqual([
    { type: 'tag', value: 'padlock-dev' },
  ])
  expect(await inventory()).toEqual(['database padlock-dev-*'])
  const { resources } = await sandbox.digitalocean('GET', `/projects/${one.project_id}/resources`)
  expect(resources.map(({ urn }: Json) => urn)).toContain(`do:dbaas:${one.id}`)
  const { firewalls } = await sandbox.digitalocean('GET', '/firewalls')
  const out = firewalls[0].outbound_rules.map(({ ports }: Json) => ports)
  expect(out).toContain('25060')
})

test('the host gets the authority’s certificate and the right to make tables, the release its address', async () => {
  const { host, port, user, database, app, ca } = await hostFile('managed.json')
  const { private_connection: own, id } = await cluster()
  expect({ host, port, user, database, app }).toEqual({
    ...{ host: own.host, port: own.port, user: 'doadmin', database: 'app', app: 'app' },
  })
  const answer = await sandbox.digitalocean('GET', `/databases/${id}/ca`)
  expect(ca).toBe(Buffer.from(answer.ca.certificate, 'base64').toString())
  expect((await hostFile('release.json')).managed).toBe(true)
  const url = await urlOfApp()
  expect([url.hostname, url.port, url.username, url.pathname, url.search]).toEqual([
    ...[own.host, `${own.port}`, 'app', '/app'],
    '?sslmode=verify-full&sslrootcert=/run/database/ca.crt',
  ])
  const [droplet] = await sandbox.droplets()
  expect(sandbox.hostFile(droplet.id, 'installed')).toContain('padlock-managed ')
})

test('no password is plain in the state', async () => {
  const { user } = await sandbox.digitalocean('GET', `/databases/${(await cluster()).id}/users/app`)
  const text = stack.stateFile()
  for (const secret of [user.password, (await cluster()).connection.password]) {
    expect(secret).toMatch(/^AVNS_/)
    expect(text).not.toContain(secret)
  }
})

test('nothing changes where nothing did', async () => {
  expect(await stack.preview()).toEqual([])
  await stack.up('--expect-no-changes')
})

test('a real PostgreSQL answers the app’s login over TLS, from outside only where the firewall names it', async () => {
  const closed = expect.stringContaining('server closed the connection unexpectedly')
  expect(await ask('SELECT 1', 'connection')).toEqual(closed)
  expect(await ask('SELECT 1', 'private_connection')).toEqual(closed)
  const path = `/databases/${(await cluster()).id}/firewall`
  const before = await rules()
  await sandbox.digitalocean('PUT', path, {
    rules: [...before, { type: 'ip_addr', value: '127.0.0.1' }],
  })
  const secure = 'SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
  expect(await ask(secure, 'connection')).toBe('app|t')
  // Where the app reaches it, nobody else does.
  expect((await urlOfApp()).hostname).toBe((await cluster()).private_connection.host)
  expect(await ask(secure, 'private_connection')).toEqual(closed)
  // What somebody opened is closed by the next update after a refresh.
  expect(brief(await refreshed())).toEqual(['update DatabaseFirewall padlock-dev'])
  await stack.up()
  expect((await rules()).map(({ value }: Json) => value)).toEqual(['padlock-dev'])
})

async function refreshed() {
  expect((await stack.run('refresh --yes --skip-preview')).code).toBe(0)
  return stack.preview()
}

test.each([
  [
    { databaseVersion: '18' },
    `databaseVersion = 18 is not what the stack's database ${NAME} has, and a major upgrade is none of an update's`,
  ],
  [{ databasePool: 23 }, 'is more than db-s-1vcpu-1gb has connections for'],
  [
    { databaseSize: 'db-s-3vcpu-5gb' },
    'databaseSize = "db-s-3vcpu-5gb" is not a size that DigitalOcean has for PostgreSQL',
  ],
])('%j is refused before anything is made', async (change, words) => {
  const undo = stack.set(change)
  await sandbox.writes()
  expect((await stack.mistakes()).join(' ').replace(/\s+/g, ' ')).toContain(words)
  expect(await sandbox.writes()).toEqual([])
  undo()
})

test('it is resized in place, and a pool takes the place of the server in the address', async () => {
  stack.set({ databaseSize: 'db-s-1vcpu-2gb', databasePool: 10 })
  expect(brief(await stack.preview())).toEqual(
    expect.arrayContaining([
      'update DatabaseCluster padlock-dev',
      'create DatabaseConnectionPool padlock-dev',
    ]),
  )
  const { id } = await cluster()
  await stack.up()
  const after = await cluster()
  expect([after.id, after.size]).toEqual([id, 'db-s-1vcpu-2gb'])
  const [pool] = (await sandbox.digitalocean('GET', `/databases/${id}/pools`)).pools
  expect(pool).toMatchObject({ name: 'app', mode: 'transaction', size: 10, db: 'app', user: 'app' })
  const url = await urlOfApp()
  expect([url.port, url.pathname]).toEqual([`${pool.private_connection.port}`, '/app'])
  expect(await stack.preview()).toEqual([])
})

test('a password that was reset at DigitalOcean reaches the host and the app by one update', async () => {
  const { id } = await cluster()
  const before = { id: (await hostFile('release.json')).id, password: (await urlOfApp()).password }
  const { user } = await sandbox.digitalocean('POST', `/databases/${id}/users/app/reset_auth`, {})
  await stack.up('--refresh')
  expect([user.password, (await urlOfApp()).password]).not.toContain(before.password)
  expect(decodeURIComponent((await urlOfApp()).password)).toBe(user.password)
  expect((await hostFile('release.json')).id).not.toBe(before.id)
  expect(await stack.preview()).toEqual([])
})

test('another droplet finds the same cluster, which nothing touches', async () => {
  const { id } = await cluster()
  const [before] = await sandbox.droplets()
  const state = await stack.state()
  const { urn } = state.find(({ type }: Json) => type === 'digitalocean:index/droplet:Droplet')
  await stack.up(`--replace ${urn}`)
  const [droplet] = await sandbox.droplets()
  expect(droplet.id).not.toBe(before.id)
  expect((await clusters()).map((one) => one.id)).toEqual([id])
  expect((await hostFile('managed.json')).host).toBe('private-db.sandbox.internal')
})

test('protected, neither a destroy nor a program without it takes it', async () => {
  stack.set({ environment: 'Production', protect: undefined })
  await stack.up()
  const destroy = await stack.run('destroy --yes --skip-preview')
  expect(destroy.code).not.toBe(0)
  expect(await inventory()).toEqual(['database padlock-dev-*'])
  const undo = stack.set({ database: undefined, databasePool: undefined })
  expect((await stack.mistakes()).join(' ')).toContain(
    `this stack has the database cluster ${NAME} and would delete it`,
  )
  undo()
  stack.set({ environment: undefined, protect: false, allowDelete: ['database'] })
  await stack.up()
})

test('a destroy leaves nothing, and never opens the cluster on its way', async () => {
  await sandbox.writes()
  const { code, output } = await stack.run('destroy --yes --skip-preview')
  expect([code, output]).toEqual([0, output])
  const writes = await sandbox.writes()
  expect(writes).toContain('DELETE /v2/databases/:id')
  expect(writes).not.toContain('PUT /v2/databases/:id/firewall')
  expect(await clusters()).toEqual([])
  expect(await inventory()).toEqual([])
})
