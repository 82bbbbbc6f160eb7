import { noDatabases } from '../../../sandbox/databases/none.ts'
import { type Account, startAccount } from './account.ts'

const CLUSTER = {
  name: 'shop-db',
  engine: 'pg',
  version: '17',
  size: 'db-s-1vcpu-1gb',
  region: 'ams3',
  num_nodes: 1,
  private_network_uuid: '',
  project_id: '',
  rules: null,
  tags: ['shop'],
}

let account: Account
/** When these tests were written: versions end. */
const NOW = Date.parse('2026-11-30T00:00:00Z')

beforeEach(async () => {
  account = await startAccount({ now: () => NOW })
})
afterEach(() => account.end())

const made = async (change = {}) => {
  const { status, body } = await account.call('POST', '/databases', { ...CLUSTER, ...change })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.database
}
const online = async (change = {}) => {
  const { id } = await made(change)
  await account.api.settled()
  return (await account.call('GET', `/databases/${id}`)).body.database
}

test('a cluster is creating, then online, in the network of the region', async () => {
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>()
  await account.restart({ databases: { ...noDatabases(), create: () => held } })
  const droplet = await account.droplet()
  const first = await made()
  expect(first).toMatchObject({
    status: 'creating',
    private_network_uuid: droplet.vpc_uuid,
    tags: ['shop'],
    db_names: ['defaultdb'],
    storage_size_mib: 10_240,
  })
  const early = await account.call('POST', `/databases/${first.id}/users`, { name: 'app' })
  expect([early.status, early.body.message]).toEqual([
    412,
    'the database cluster is not online yet',
  ])
  goOn()
  await account.api.settled()
  const { body } = await account.call('GET', `/databases/${first.id}`)
  expect(body.database.status).toBe('online')
  expect(body.database.private_connection).toMatchObject({
    host: 'private-db.sandbox.internal',
    user: 'doadmin',
    ssl: true,
  })
})

test.each([
  ['an upper-case name', { name: 'Shop' }, /invalid name: 3 to 63 lowercase/],
  ['a name of two letters', { name: 'db' }, /invalid name/],
  ['another engine', { engine: 'mysql' }, /invalid engine mysql/],
  ['a version that is not sold', { version: '12' }, /invalid version 12: one of 15, 16, 17, 18$/],
  ['a size that is not sold', { size: 's-1vcpu-1gb' }, /invalid size s-1vcpu-1gb: one of db-s/],
  ['a standby of the smallest', { num_nodes: 2 }, /invalid num_nodes 2: .* allows 1 to 1/],
  ['no node', { num_nodes: 0 }, /invalid num_nodes 0/],
  ['an unknown region', { region: 'ams9' }, /invalid region ams9/],
  ['an unknown network', { private_network_uuid: 'x' }, /there is no VPC x/],
  ['a tag with a space', { tags: ['a b'] }, /Tag name must be/],
  ['a rule for no tag', { rules: [{ type: 'tag', value: 'web' }] }, /there is no tag web/],
  ['half a step of storage', { storage_size_mib: 15_000 }, /in steps of 10240/],
])('refuses %s', async (_what, change, message) => {
  const { status, body } = await account.call('POST', '/databases', { ...CLUSTER, ...change })
  expect([status, body.message]).toEqual([422, expect.stringMatching(message)])
  expect(account.api.inventory()).toEqual([])
})

test('a version is offered until its end, and who has it stays', async () => {
  await account.restart({ now: () => Date.parse('2026-05-11T23:59:59Z') })
  const { id } = await online({ version: '14' })
  const dates = { version_end_of_availability: '2026-05-12T00:00:00Z' }
  expect((await account.call('GET', `/databases/${id}`)).body.database).toMatchObject(dates)
  const offered = async () => (await account.call('GET', '/databases/options')).body
  expect((await offered()).options.pg.versions).toEqual(['14', '15', '16', '17', '18'])

  await account.restart({ now: () => Date.parse('2026-05-12T00:00:00Z') })
  await account.api.settled()
  const { options, version_availability } = await offered()
  expect(options.pg.versions).toEqual(['15', '16', '17', '18'])
  expect(version_availability.pg[0]).toEqual({
    ...{ version: '14', default: false, end_of_life: '2026-11-12T00:00:00Z' },
    end_of_availability: '2026-05-12T00:00:00Z',
  })
  const again = { ...CLUSTER, name: 'again', version: '14' }
  expect((await account.call('POST', '/databases', again)).body.message).toBe(
    'invalid version 14: one of 15, 16, 17, 18',
  )
  const there = (await account.call('GET', `/databases/${id}`)).body.database
  expect(there).toMatchObject({ ...dates, version: '14', status: 'online' })
})

test('an account has ten clusters', async () => {
  for (let at = 1; at <= 10; at++) await made({ name: `db-${at}` })
  const { status, body } = await account.call('POST', '/databases', CLUSTER)
  expect([status, body.message]).toEqual([
    422,
    'creating this cluster will exceed your database limit of 10',
  ])
})

test('refuses a second cluster of the name, and a network of another region', async () => {
  await made()
  const again = await account.call('POST', '/databases', CLUSTER)
  expect([again.status, again.body.message]).toEqual([422, 'cluster name is not available'])
  const { body } = await account.call('POST', '/vpcs', { name: 'far', region: 'fra1' })
  const far = { ...CLUSTER, name: 'far-db', private_network_uuid: body.vpc.id }
  const refused = await account.call('POST', '/databases', far)
  expect(refused.body.message).toBe('invalid private_network_uuid: the VPC is in fra1')
})

test('is open to the internet until a rule is there, and again without one', async () => {
  const droplet = await account.droplet({ tags: ['shop'] })
  const other = await account.droplet({ name: 'other' })
  const { id } = await online()
  const inventory = () => account.api.inventory().find(({ kind }) => kind === 'database')?.name
  expect(inventory()).toBe('shop-db (open to the internet)')
  expect(account.api.databaseAdmitsAddress(id, '203.0.113.9')).toBe(true)

  const rules = [{ uuid: '', cluster_uuid: '', type: 'tag', value: 'shop' }]
  expect((await account.call('PUT', `/databases/${id}/firewall`, { rules })).status).toBe(204)
  expect(inventory()).toBe('shop-db')
  expect(account.api.databaseAdmitsAddress(id, '203.0.113.9')).toBe(false)
  const admitted = (one: { id: number }) =>
    (['public', 'private'] as const).map((over) =>
      account.api.databaseAdmitsDroplet(id, one.id, over),
    )
  expect(admitted(droplet)).toEqual([true, true])
  expect(admitted(other)).toEqual([false, false])
  const { body } = await account.call('GET', `/databases/${id}/firewall`)
  expect(body.rules).toEqual([expect.objectContaining({ cluster_uuid: id, value: 'shop' })])
  // A rule that stays keeps its id.
  const both = [...rules, { type: 'ip_addr', value: '203.0.113.0/24' }]
  await account.call('PUT', `/databases/${id}/firewall`, { rules: both })
  const after = (await account.call('GET', `/databases/${id}/firewall`)).body.rules
  expect(after[0].uuid).toBe(body.rules[0].uuid)
  expect(account.api.databaseAdmitsAddress(id, '203.0.113.9')).toBe(true)
  expect(account.api.databaseAdmitsAddress(id, '198.51.100.1')).toBe(false)

  // An address is one of one network.
  for (const [at, network] of other.networks.v4.entries()) {
    const rule = { type: 'ip_addr', value: network.ip_address }
    await account.call('PUT', `/databases/${id}/firewall`, { rules: [rule] })
    expect([at, admitted(other)]).toEqual([
      at,
      [network.type === 'public', network.type === 'private'],
    ])
  }

  await account.call('PUT', `/databases/${id}/firewall`, { rules: [] })
  expect(inventory()).toBe('shop-db (open to the internet)')
})

test.each([
  [{ type: 'tag', value: 'nobody' }, /there is no tag nobody/],
  [{ type: 'droplet', value: '1' }, /there is no droplet 1/],
  [{ type: 'ip_addr', value: '10.0.0.0/33' }, /an IPv4 address or a network/],
  [{ type: 'host', value: 'x' }, /invalid rule type/],
  [{ type: 'tag', value: '' }, /must have a value/],
])('refuses the rule %j', async (rule, message) => {
  const { id } = await online()
  const path = `/databases/${id}/firewall`
  const { status, body } = await account.call('PUT', path, { rules: [rule] })
  expect([status, body.message]).toEqual([422, expect.stringMatching(message)])
})

test('users and databases come and go; doadmin stays', async () => {
  const { id } = await online()
  const user = await account.call('POST', `/databases/${id}/users`, { name: 'app' })
  expect([user.status, user.body.user]).toEqual([
    201,
    { name: 'app', role: 'normal', password: expect.stringMatching(/^AVNS_/) },
  ])
  expect((await account.call('POST', `/databases/${id}/users`, { name: 'app' })).status).toBe(409)
  const reset = await account.call('POST', `/databases/${id}/users/app/reset_auth`, {})
  expect(reset.body.user.password).not.toBe(user.body.user.password)
  expect((await account.call('DELETE', `/databases/${id}/users/doadmin`)).status).toBe(422)
  expect((await account.call('POST', `/databases/${id}/dbs`, { name: 'app' })).status).toBe(201)
  for (const name of ['postgres', '_dodb']) {
    expect((await account.call('POST', `/databases/${id}/dbs`, { name })).status).toBe(409)
  }
  expect((await account.call('POST', `/databases/${id}/dbs`, { name: 'a b' })).status).toBe(422)
  expect((await account.call('GET', `/databases/${id}/dbs/app`)).body).toEqual({
    db: { name: 'app' },
  })
  expect((await account.call('DELETE', `/databases/${id}/dbs/app`)).status).toBe(204)
  expect((await account.call('DELETE', `/databases/${id}/users/app`)).status).toBe(204)
  expect((await account.call('GET', `/databases/${id}/users/app`)).status).toBe(404)
})

test('pools share the connections that the memory allows', async () => {
  const { id } = await online()
  const pool = { name: 'shop', mode: 'transaction', size: 22, db: 'defaultdb', user: 'doadmin' }
  const path = `/databases/${id}/pools`
  const { status, body } = await account.call('POST', path, pool)
  expect([status, body.pool.private_connection.database]).toEqual([201, 'shop'])
  const more = await account.call('POST', path, { ...pool, name: 'more', size: 1 })
  expect(more.body.message).toBe('the pools want 23 connections; db-s-1vcpu-1gb allows 22')
  expect((await account.call('POST', path, { ...pool, name: 'ab' })).status).toBe(422)
  expect((await account.call('POST', path, { ...pool, name: 'x-y', mode: 'fast' })).status).toBe(
    422,
  )
  expect((await account.call('POST', path, { ...pool, name: 'x-y', db: 'no' })).status).toBe(422)
  expect((await account.call('PUT', `${path}/shop`, { ...pool, size: 5 })).status).toBe(204)
  expect((await account.call('GET', `${path}/shop`)).body.pool.size).toBe(5)
  expect((await account.call('DELETE', `${path}/shop`)).status).toBe(204)
  expect((await account.call('GET', path)).body.pools).toEqual([])
})

test('a cluster of 64 GiB has 997 connections, and 21 pools', async () => {
  const { id } = await online({ size: 'gd-16vcpu-64gb' })
  const pool = { mode: 'transaction', size: 1, db: 'defaultdb' }
  const path = `/databases/${id}/pools`
  const large = await account.call('POST', path, { ...pool, name: 'large', size: 998 })
  expect(large.body.message).toBe('the pools want 998 connections; gd-16vcpu-64gb allows 997')
  for (let at = 1; at <= 21; at++) {
    expect((await account.call('POST', path, { ...pool, name: `pool-${at}` })).status).toBe(201)
  }
  const more = await account.call('POST', path, { ...pool, name: 'pool-22' })
  expect([more.status, more.body.message]).toEqual([422, 'at most 21 pools'])
})

test('grows and never gets less storage; a version only goes up', async () => {
  const { id } = await online({ size: 'db-s-1vcpu-2gb' })
  const put = (what: string, body: unknown) => account.call('PUT', `/databases/${id}/${what}`, body)
  const small = await put('resize', { size: 'db-s-1vcpu-1gb', num_nodes: 1 })
  expect([small.status, small.body.message]).toEqual([422, expect.stringMatching(/less storage/)])
  // So that it is seen at work.
  await account.restart({ settleMs: 1000 })
  await account.api.settled()
  expect((await put('resize', { size: 'db-s-2vcpu-4gb', num_nodes: 2 })).status).toBe(202)
  const resizing = (await account.call('GET', `/databases/${id}`)).body.database
  expect([resizing.status, resizing.size]).toEqual(['resizing', 'db-s-1vcpu-2gb'])
  const second = await put('resize', { size: 'db-s-4vcpu-8gb', num_nodes: 2 })
  expect([second.status, second.body.message]).toEqual([
    412,
    'the database cluster is not online yet',
  ])
  await account.api.settled()
  const resized = (await account.call('GET', `/databases/${id}`)).body.database
  expect([resized.status, resized.size, resized.num_nodes, resized.storage_size_mib]).toEqual([
    'online',
    'db-s-2vcpu-4gb',
    2,
    61_440,
  ])
  expect((await put('maintenance', { day: 'sunday', hour: '02:00' })).status).toBe(204)
  expect((await put('maintenance', { day: 'someday', hour: '02:00' })).status).toBe(422)
  expect((await put('maintenance', { day: 'sunday', hour: '25:00' })).status).toBe(422)
  expect((await put('upgrade', { version: '16' })).status).toBe(422)
  await account.restart({ settleMs: 0 })
  await account.api.settled()
  const late = await put('upgrade', { version: '14' })
  expect([late.status, late.body.message]).toEqual([
    422,
    'invalid version 14: one of 15, 16, 17, 18',
  ])
  expect((await put('upgrade', { version: '18' })).status).toBe(204)
  await account.api.settled()
  expect((await put('migrate', { region: 'fra1' })).status).toBe(202)
  await account.api.settled()
  expect((await account.call('GET', `/databases/${id}`)).body.database).toMatchObject({
    region: 'fra1',
    version: '18',
    maintenance_window: { day: 'sunday', hour: '02:00:00' },
  })
})

test('is in its project, keeps its network, and leaves nothing', async () => {
  const { body } = await account.call('POST', '/vpcs', { name: 'net', region: 'ams3' })
  const { id, project_id } = await online({ private_network_uuid: body.vpc.id })
  const listed = await account.call('GET', `/projects/${project_id}/resources`)
  expect(listed.body.resources).toEqual([expect.objectContaining({ urn: `do:dbaas:${id}` })])
  expect((await account.call('DELETE', `/vpcs/${body.vpc.id}`)).status).toBe(409)
  const tagged = await account.call('GET', '/tags/shop')
  expect(tagged.body.tag.resources.databases.count).toBe(1)
  const resources = [{ resource_id: id, resource_type: 'database' }]
  await account.call('DELETE', '/tags/shop/resources', { resources })
  expect((await account.call('GET', `/databases/${id}`)).body.database.tags).toBeNull()

  expect((await account.call('DELETE', `/databases/${id}`)).status).toBe(204)
  expect((await account.call('DELETE', `/databases/${id}`)).status).toBe(404)
  expect((await account.call('DELETE', `/vpcs/${body.vpc.id}`)).status).toBe(204)
  expect((await account.call('GET', '/databases')).body.databases).toEqual([])
  expect(account.api.inventory().map(({ kind }) => kind)).toEqual(['tag'])
})

test('a restart carries on what was being made', async () => {
  const { id } = await made()
  await account.restart()
  await account.api.settled()
  expect((await account.call('GET', `/databases/${id}`)).body.database.status).toBe('online')
})
