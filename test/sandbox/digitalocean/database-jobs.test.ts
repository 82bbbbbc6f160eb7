/** What the account says of a cluster whose server does not do as it should, and changes at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { noDatabases } from '../../../sandbox/databases/none.ts'
import type { DatabasePool, DatabaseServers } from '../../../sandbox/types.ts'
import { type Account, startAccount } from './account.ts'

let account: Account
let servers: DatabaseServers
let end: (id: string, reason: string) => void
let starts: string[]
let pools: { names: string[]; users: string[] }
beforeEach(async () => {
  starts = []
  servers = {
    ...noDatabases(),
    start: async (id) => void starts.push(id),
    onEnd: (listener) => {
      end = listener
    },
    async setPools(_id, list: DatabasePool[], users) {
      await sleep(list.length === 1 ? 100 : 10)
      pools = { names: list.map(({ name }) => name), users: users.map(({ name }) => name) }
    },
  }
  account = await startAccount({ databases: servers })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await account.end()
})

const make = async (name = 'shop-db'): Promise<string> => {
  const { body } = await account.call('POST', '/databases', {
    ...{ name, engine: 'pg', version: '17', size: 'db-s-1vcpu-1gb' },
    ...{ region: 'ams3', num_nodes: 1 },
  })
  await account.api.settled()
  return body.database.id
}
const get = async (id: string) => {
  const { status, body } = await account.call('GET', `/databases/${id}`)
  return status === 200 ? body.database.status : [status, body.message]
}
const GONE = [404, expect.any(String)]

test('a server that cannot be made is told once, and the cluster is gone', async () => {
  servers.create = () => Promise.reject(new Error('initdb: no space left on device'))
  let destroyed = ''
  servers.destroy = async (id) => {
    destroyed = id
  }
  await account.restart({ databases: servers })
  const id = await make()
  expect(destroyed).toBe(id)
  expect((await account.call('GET', '/databases')).body.databases).toEqual([])
  const why = 'Database cluster shop-db: could not be created: initdb: no space left on device'
  expect(await get(id)).toEqual([422, why])
  expect(await get(id)).toEqual(GONE)
  expect(account.api.inventory()).toEqual([])
})

test('a server that does not start again is told once, is not online, and its cluster can go', async () => {
  const id = await make()
  servers.start = () => Promise.reject(new Error('the address is in use'))
  await account.restart({ databases: servers })
  await account.api.settled()
  expect(await get(id)).toEqual([
    422,
    'Database cluster shop-db: does not start: the address is in use',
  ])
  expect(await get(id)).toBe('migrating')
  expect((await account.call('POST', `/databases/${id}/dbs`, { name: 'app' })).status).toBe(412)
  expect((await account.call('GET', `/databases/${id}/ca`)).status).toBe(200)
  // The next start of the sandbox tries again.
  servers.start = async () => {}
  await account.restart({ databases: servers })
  await account.api.settled()
  expect(await get(id)).toBe('online')
  expect((await account.call('DELETE', `/databases/${id}`)).status).toBe(204)
})

test('a server that ends is started anew; one that ends at once again is told', async () => {
  const id = await make()
  await account.restart({ databases: servers })
  await account.api.settled()
  expect(starts).toEqual([id])
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
  end(id, 'it was killed')
  expect(await get(id)).toBe('migrating')
  await account.api.settled()
  expect([await get(id), starts]).toEqual(['online', [id, id]])
  end(id, 'it was killed')
  await account.api.settled()
  expect(await get(id)).toEqual([422, 'Database cluster shop-db: it was killed'])
  expect([await get(id), starts]).toEqual(['migrating', [id, id]])
})

test('pools and users that come at once are all there, and PgBouncer knows them', async () => {
  const id = await make()
  const post = (kind: string, body: object) =>
    account.call('POST', `/databases/${id}/${kind}`, body).then(({ status }) => status)
  const pool = (name: string) =>
    post('pools', { name, mode: 'transaction', size: 5, db: 'defaultdb', user: 'doadmin' })
  expect(await Promise.all([pool('one'), pool('two'), pool('two'), pool('three')])).toEqual([
    ...[201, 201, 409, 201],
  ])
  const listed = (await account.call('GET', `/databases/${id}/pools`)).body.pools
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(['one', 'two', 'three'])
  expect(pools).toEqual({ names: ['one', 'two', 'three'], users: ['doadmin'] })
  await post('users', { name: 'reader' })
  expect(pools.users).toEqual(['doadmin', 'reader'])
  await account.call('DELETE', `/databases/${id}/users/reader`)
  expect(pools.users).toEqual(['doadmin'])
})

test.each(['postgres', 'pg_monitor', 'public', 'none'])('refuses a user %s', async (name) => {
  const id = await make()
  const { status, body } = await account.call('POST', `/databases/${id}/users`, { name })
  expect([status, body.message]).toEqual([422, `invalid name ${name}: PostgreSQL's own`])
})

test('a droplet of another network has no way to a cluster but over the internet', async () => {
  const id = await make()
  const { body } = await account.call('POST', '/vpcs', { name: 'other', region: 'ams3' })
  const near = await account.droplet({ name: 'near' })
  const far = await account.droplet({ name: 'far', vpc_uuid: body.vpc.id })
  const admitted = (over: 'public' | 'private') =>
    [near, far].map((one) => account.api.databaseAdmitsDroplet(id, one.id, over))
  expect(admitted('private')).toEqual([true, false])
  expect(admitted('public')).toEqual([true, true])
})
