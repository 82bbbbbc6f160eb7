/** Tokens and applications of the simulated Management API, by the official SDK. */
import { denied, error, invalid, type Observations, run } from './judge.ts'

let api: Observations

beforeAll(async () => {
  api = await run('clients.ts')
}, 120_000)

test('gives tokens for a secret in the form or in the header, to its own audience alone', () => {
  const { form, basic, wrongSecret, wrongAudience, noAudience } = api.token
  for (const { status, body } of [form, basic]) {
    expect(status).toBe(200)
    expect(body).toMatchObject({
      access_token: 'string',
      token_type: 'Bearer',
      expires_in: 86400,
    })
    expect(body.scope.split(' ')).toEqual(expect.arrayContaining(['create:clients']))
  }
  expect(wrongSecret).toEqual(denied(401, 'Unauthorized'))
  expect(wrongAudience).toEqual(
    denied(403, 'Service not enabled within domain: https://elsewhere/api/v2/'),
  )
  expect(noAudience.status).toBe(403)
})

test('completes a new application with the defaults of the API', () => {
  expect(api.createClient.same).toBe(true)
  expect(api.createClient.made).toMatchObject({
    name: 'web',
    app_type: 'regular_web',
    client_id: expect.stringMatching(/^[a-zA-Z0-9]{32}$/),
    client_secret: expect.stringMatching(/^[a-zA-Z0-9]{64}$/),
    is_first_party: true,
    custom_login_page_on: true,
    jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36000, secret_encoded: false },
    refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring' },
  })
})

test('merges metadata on update, and null deletes', () => {
  const { updated, cleared } = api.updateClient
  expect(updated).toMatchObject({
    description: 'changed',
    client_metadata: { a: '1', b: '3', c: '4' },
    jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 3600 },
  })
  expect(cleared.client_metadata).toEqual({ b: '3', c: '4' })
  expect(cleared).not.toHaveProperty('initiate_login_uri')
})

test('selects fields', () => {
  expect(Object.keys(api.clientFields.only).sort()).toEqual(['app_type', 'client_id'])
  expect(api.clientFields.without).toContain('name')
  expect(api.clientFields.without).not.toContain('client_id')
})

test('shows the secret only to tokens that may read keys or credentials', () => {
  expect(api.secrets).toEqual({
    withoutScope: false,
    rotated: true,
    chosen: 'chosen-by-the-caller-0123456789',
    credentials: [],
  })
})

test('lists in pages, with totals where asked for', () => {
  const { names, totals, bare, tooMany } = api.listClients
  expect(names).toEqual(['Deployment (Management API)', 'web'])
  expect(totals).toMatchObject({ start: 1, limit: 1, length: 1, total: 2 })
  expect(totals.clients[0].name).toBe('web')
  expect(bare).toBe(true)
  expect(tooMany.message).toContain('is greater than maximum 100')
})

test('refuses invalid applications in the words of the API', () => {
  const format = (name: string, value: string, property: string) =>
    invalid(`'Object didn't pass validation for format ${name}: ${value}' on property ${property}`)
  const seen = api.invalidClients
  expect(seen.noName).toEqual(invalid("'Missing required property: name'"))
  expect(seen.badCallback).toEqual(format('callback-url', 'not a url', 'callbacks[0]'))
  expect(seen.wildcard).toEqual(format('callback-url', 'https://*.com/callback', 'callbacks[0]'))
  expect(seen.goodWildcard).toEqual({ accepted: true })
  expect(seen.plainLogin.message).toContain('format absolute-https-uri-or-empty')
  expect(seen.unknownProperty).toEqual(invalid("'Additional properties not allowed: colour'"))
  expect(seen.unknownType).toEqual(invalid("'No enum match for: webapp' on property app_type"))
  expect(seen.wrongType).toEqual(
    invalid("'Expected type string but found type integer' on property name"),
  )
  expect(seen.notJson.statusCode).toBe(400)
})

test('knows the limit of the plan', () => {
  const words = 'You reached the limit of entities of this type for this tenant.'
  expect(api.limit).toEqual(error(403, 'Forbidden', words, 'too_many_entities'))
})

test('checks the token and its scopes', () => {
  const { insufficient, anyOf, missing, garbage, unknownRoute } = api.scopes
  const words = 'Insufficient scope, expected any of: '
  const lacks = (scopes: string) => error(403, 'Forbidden', words + scopes, 'insufficient_scope')
  expect(insufficient).toEqual(lacks('read:connections'))
  expect(anyOf).toEqual(lacks('update:client_keys,update:client_credentials'))
  expect(missing).toMatchObject(error(401, 'Unauthorized', 'Missing authentication'))
  expect(garbage).toMatchObject(error(401, 'Unauthorized', 'Invalid token'))
  expect(unknownRoute).toEqual({ status: 404, body: error(404, 'Not Found', 'Not Found') })
})

test('says what does not exist', () => {
  const { client, connection, user } = api.missing
  const gone = (message: string, code: string) => error(404, 'Not Found', message, code)
  expect(client).toEqual(gone('The client does not exist', 'inexistent_client'))
  expect(connection).toEqual(gone('The connection does not exist', 'inexistent_connection'))
  expect(user).toEqual(gone('The user does not exist.', 'inexistent_user'))
})

test('writes no secret into the log', () => {
  expect(api.log).toEqual([])
})
