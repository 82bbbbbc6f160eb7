import { type Account, startAccount } from './account.ts'

let account: Account
beforeAll(async () => {
  account = await startAccount()
})
afterAll(() => account.end())

const as = (token: string) => ({ authorization: `Bearer ${token}` })
const CLUSTER = {
  ...{ name: 'shop-db', engine: 'pg', version: '17', size: 'db-s-1vcpu-1gb', region: 'ams3' },
  ...{ num_nodes: 1, private_network_uuid: '', project_id: '', rules: null, tags: ['shop'] },
}

test('a token that may not see credentials is told of clusters without them', async () => {
  const { body } = await account.call('POST', '/databases', CLUSTER)
  await account.api.settled()
  const path = `/databases/${body.database.id}`
  await account.call('POST', `${path}/users`, { name: 'app' })
  const seen = async (token: string) =>
    (await account.call('GET', path, undefined, as(token))).body.database
  for (const token of ['right', 'right-read-with-credentials']) {
    const { connection, users } = await seen(token)
    expect(connection).toMatchObject({ user: 'doadmin', password: expect.stringMatching(/./) })
    expect(connection.uri).toContain(`//doadmin:${connection.password}@`)
    expect(users[1]).toMatchObject({ name: 'app', password: expect.stringMatching(/./) })
  }
  for (const token of ['right-read', 'right-without-credentials']) {
    const { connection, private_connection, users } = await seen(token)
    for (const one of [connection, private_connection]) {
      expect(Object.keys(one)).toEqual(['protocol', 'uri', 'database', 'host', 'port', 'ssl'])
      expect(one.uri).toMatch(/^postgresql:\/\/[^@/]+\/defaultdb/)
    }
    expect(users).toEqual([
      { name: 'doadmin', role: 'primary' },
      { name: 'app', role: 'normal' },
    ])
  }
})

test('a token that may read changes nothing, and one that is unknown is none', async () => {
  const made = await account.call('POST', '/tags', { name: 'a' }, as('right-read'))
  expect([made.status, made.body.message]).toEqual([
    403,
    'You are not authorized to perform this operation',
  ])
  expect((await account.call('GET', '/tags', undefined, as('right-read'))).status).toBe(200)
  expect(
    (await account.call('POST', '/tags', { name: 'a' }, as('right-without-credentials'))).status,
  ).toBe(201)
  expect((await account.call('GET', '/tags', undefined, as('right-else'))).status).toBe(401)
})
