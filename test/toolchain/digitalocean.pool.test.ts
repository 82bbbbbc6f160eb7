/** Connection pools, of which there is no recording: written after the provider's source. */
import { type Account, startAccount } from '../sandbox/digitalocean/account.ts'
import type { Json } from './messages.ts'
import { type StandIn, startStandIn } from './replay.ts'

const URN =
  'urn:pulumi:dev::p::digitalocean:index/databaseConnectionPool:DatabaseConnectionPool::pool'

let account: Account
let standIn: StandIn
let inputs: Json

beforeAll(async () => {
  account = await startAccount()
  standIn = await startStandIn('digitalocean', {
    env: { DIGITALOCEAN_TOKEN: 'right', DIGITALOCEAN_API_URL: account.api.url },
  })
  await standIn.call('Configure', { args: {} })
  const { body } = await account.call('POST', '/databases', {
    ...{ name: 'shop-db', engine: 'pg', version: '17', size: 'db-s-1vcpu-1gb' },
    ...{ region: 'ams3', num_nodes: 1 },
  })
  await account.api.settled()
  inputs = {
    ...{ clusterId: body.database.id, name: 'shop', mode: 'transaction' },
    ...{ size: 10, dbName: 'defaultdb', user: 'doadmin', __defaults: [] },
  }
})

afterAll(async () => {
  await standIn.stop()
  await account.end()
})

const secret = (value: unknown) => expect.objectContaining({ value })

test('comes with its connection, is read and imported as it is, and goes', async () => {
  const made = await standIn.call('Create', { urn: URN, properties: inputs })
  const id = `${inputs.clusterId}/shop`
  const { __defaults, ...given } = inputs
  expect(made).toEqual({
    response: {
      id,
      properties: expect.objectContaining({
        ...given,
        id,
        port: 25_061,
        privateHost: 'private-db.sandbox.internal',
        password: secret(expect.stringMatching(/^AVNS_/)),
        privateUri: secret(
          expect.stringMatching(/^postgresql:\/\/doadmin:AVNS_.+@private-db\..+:25061\/shop\?/),
        ),
      }),
    },
  })
  const { properties } = made.response as { properties: Json }
  const read = await standIn.call('Read', { urn: URN, id, properties, inputs })
  expect(read.response?.properties).toEqual(properties)
  const none = { properties: {}, inputs: {} }
  const imported = await standIn.call('Read', {
    ...{ urn: URN, id: `${inputs.clusterId},shop` },
    ...none,
  })
  expect([imported.response?.id, imported.response?.inputs]).toEqual([id, inputs])

  for (const change of [{ size: 5 }, { mode: 'session' }, { dbName: 'app' }, { user: 'app' }]) {
    const news = { ...inputs, ...change }
    const { response } = await standIn.call('Diff', { urn: URN, id, olds: properties, news })
    expect(response).toMatchObject({ replaces: Object.keys(change), deleteBeforeReplace: true })
  }
  expect(await standIn.call('Delete', { urn: URN, id, properties })).toEqual({ response: {} })
  expect((await standIn.call('Read', { urn: URN, id, properties, inputs })).response).toEqual({})
})

test.each([
  [{ mode: 'fast' }, /expected mode to be one of \["session" "transaction" "statement"\]/],
  [{ name: 'ab' }, /expected length of name to be in the range \(3 - 63\), got ab/],
  [{ size: 0 }, /size must not be empty, got 0/],
])('refuses %j', async (change, reason) => {
  const { response } = await standIn.call('Check', { urn: URN, news: { ...inputs, ...change } })
  expect(response?.failures).toEqual([{ reason: expect.stringMatching(reason) }])
})
