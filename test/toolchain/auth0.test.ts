import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { script, scriptFunction } from './auth0.script.ts'
import { bridgedSuite } from './bridged-suite.ts'
import { selfSigned } from './certificate.ts'
import type { LeaveOut } from './compare.ts'
import { type Exchange, type RecordedApi, startRecordedApi } from './recorded-api.ts'
import { type StandIn, startStandIn } from './replay.ts'

const LEAVE_OUTS: LeaveOut[] = [
  {
    what: /checkconfig-apitoken-and-client/,
    why: 'settings that exclude each other: the stack gives a client and its secret',
  },
]

const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
const CLIENT = 'urn:pulumi:dev::p::auth0:index/client:Client::c'

let api: RecordedApi
let standIn: StandIn
let folder: string

beforeAll(async () => {
  const tls = await selfSigned()
  folder = mkdtempSync(join(tmpdir(), 'auth0-test-'))
  writeFileSync(join(folder, 'ca.pem'), tls.cert)
  api = await startRecordedApi(tls)
  standIn = await startStandIn('auth0', { env: { SSL_CERT_FILE: join(folder, 'ca.pem') } })
  const args = { domain: `127.0.0.1:${api.port}`, clientId: 'mgmt', clientSecret: 's3cret' }
  expect((await standIn.call('Configure', { args })).response).toEqual({
    supportsPreview: true,
    supportsAutonamingConfiguration: true,
  })
})

afterAll(async () => {
  await standIn.stop()
  await api.stop()
  rmSync(folder, { recursive: true })
})

test('asks for a token once, by Basic authentication and then in the form', async () => {
  const url = '/oauth/token'
  const audience = `https://127.0.0.1:${api.port}/api/v2/`
  const form = { audience, grant_type: 'client_credentials' }
  const body = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
  const token: Exchange[] = [
    { step: '', method: 'POST', url, request: body(form), status: 401, response: {} },
    {
      step: '',
      method: 'POST',
      url,
      request: body({ ...form, client_id: 'mgmt', client_secret: 's3cret' }),
      status: 200,
      response: { access_token: 'made-up' },
    },
  ]
  const gone = { status: 404, response: { message: 'not found' } }
  api.load(token, gone)
  expect(await standIn.call('Read', { urn: CLIENT, id: 'x' })).toEqual({ response: {} })
  expect(api.missed()).toEqual([])
  api.load([], gone)
  expect(await standIn.call('Read', { urn: CLIENT, id: 'x' })).toEqual({ response: {} })
})

describe('configuration', () => {
  const MISSING =
    '1 error occurred:\n\t* Missing environment variables: AUTH0_DOMAIN is required. Then, configure either ' +
    'AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_CLIENT_ID, ' +
    'AUTH0_CLIENT_ASSERTION_PRIVATE_KEY, and AUTH0_CLIENT_ASSERTION_SIGNING_ALG, or enable CLI login with ' +
    'AUTH0_CLI_LOGIN=true.\n\n'
  const REFUSED =
    'this is a stand-in for the auth0 provider plugin: it talks to simulators on this computer only ' +
    "(127.0.0.0/8, ::1, localhost, *.localhost) and refuses 'tenant.eu.auth0.com'. For a real account install the " +
    'real plugin: pulumi plugin install resource auth0 v3.49.0'

  test.each([
    [{}, MISSING],
    [{ domain: 'localhost:1' }, MISSING],
    [{ domain: UNKNOWN, clientId: UNKNOWN, clientSecret: UNKNOWN }, MISSING],
    [{ domain: 'tenant.eu.auth0.com', clientId: 'x', clientSecret: 'y' }, REFUSED],
    [{ domain: 'https://tenant.eu.auth0.com/', apiToken: 'x' }, REFUSED],
  ])('%j is refused', async (args, message) => {
    expect((await standIn.call('Configure', { args })).error).toEqual({ code: 2, message })
  })
})

bridgedSuite({
  plugin: 'auth0',
  types: ['Client', 'ClientCredentials', 'Connection', 'ConnectionClient'],
  leaveOuts: LEAVE_OUTS,
  running: () => ({ api, standIn }),
  script,
  scriptFunction,
  gone: { status: 404, response: { error: 'Not Found', message: 'not found' } },
  expected: 451,
})
