/**
 * The simulated Auth0 tenant, judged by clients that others wrote: the official SDK against the
 * Management API, the certified openid-client against the login. They are ES modules, so each runs
 * as a program and prints what it observed.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

// biome-ignore lint/suspicious/noExplicitAny: observations are JSON, judged member by member
type Observations = Record<string, any>

const root = join(import.meta.dirname, '..', '..')

function run(program: string): Promise<Observations> {
  const node = join(root, 'node_modules', '.bin', 'node')
  return new Promise((done, fail) => {
    execFile(
      node,
      [join(import.meta.dirname, program)],
      { timeout: 110_000 },
      (error, out, err) => {
        if (error) fail(new Error(`${error.message}\n${err}`))
        else done(JSON.parse(out))
      },
    )
  })
}

const error = (statusCode: number, name: string, message: string, errorCode?: string) => ({
  statusCode,
  error: name,
  message,
  ...(errorCode ? { errorCode } : {}),
})
const invalid = (problem: string) =>
  error(400, 'Bad Request', `Payload validation error: ${problem}.`, 'invalid_body')
const denied = (status: number, description: string) => ({
  status,
  body: { error: 'access_denied', error_description: description, access_token: 'undefined' },
})

let programs: Promise<Observations[]>
let api: Observations
let login: Observations

beforeAll(async () => {
  programs = Promise.all([run('auth0-management.ts'), run('auth0-login.ts')])
  ;[api, login] = (await programs) as [Observations, Observations]
}, 120_000)

describe('Management API, by the official SDK', () => {
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
      invalid(
        `'Object didn't pass validation for format ${name}: ${value}' on property ${property}`,
      )
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

  test('enables connections for applications one by one', () => {
    const seen = api.connections
    expect(seen.newClientHasIt).toBe(true)
    expect(seen.fields).toEqual({
      id: expect.stringMatching(/^con_/),
      name: 'Username-Password-Authentication',
      strategy: 'auth0',
      is_domain_connection: false,
      authentication: { active: true },
      connected_accounts: { active: false },
    })
    expect(seen.plugin).toEqual(['Username-Password-Authentication', 'google-oauth2', 'github'])
    expect(seen.enabled).toEqual([{ client_id: api.createClient.made.client_id }])
    expect(seen.disabled).toEqual([])
    expect(seen.pages).toBe(true)
    expect(seen.unknown.errorCode).toBe('inexistent_client')
    expect(seen.conflict.statusCode).toBe(409)
    expect(seen.deleted).toBe(202)
  })

  test('keeps users, and never shows a password', () => {
    const seen = api.users
    expect(seen.made).toMatchObject({ email: 'grace@example.com', email_verified: false })
    expect(seen.form).toBe(true)
    expect(seen.updated).toEqual({ colour: 'red', size: 'l' })
    expect([seen.byEmail, seen.search, seen.leaks]).toEqual([1, 1, false])
    expect(seen.weak.message).toBe('PasswordStrengthError: Password is too weak')
    expect(seen.twice).toEqual(
      error(409, 'Conflict', 'The user already exists.', 'auth0_idp_error'),
    )
    expect(seen.badEmail.message).toContain('format email')
    expect(seen.after.errorCode).toBe('inexistent_user')
  })

  test('gives tokens to other APIs only where a grant says so', () => {
    const { before, denied: refused, granted, twice, adopted, byIdentifier } = api.grants
    expect(before).toEqual(denied(401, 'Unauthorized'))
    expect(refused.status).toBe(403)
    expect(granted).toMatchObject({ status: 200, body: { scope: 'read:things' } })
    expect(twice.statusCode).toBe(409)
    expect(adopted).toMatchObject({ total: 1, client_grants: [{ scope: ['read:things'] }] })
    expect(byIdentifier.scopes).toEqual([{ value: 'write:things' }])
    expect(api.grants.elsewhere).toMatchObject(
      error(401, 'Unauthorized', 'Bad audience: https://api.example.com/'),
    )
  })

  test('has settings, roles and a custom domain that is ready', () => {
    const { name, flags, domains, expected } = api.tenant
    expect(name).toBe('Example')
    expect(flags).toMatchObject({ enable_client_connections: false, universal_login: true })
    expect(domains).toMatchObject([{ domain: expected, status: 'ready', primary: true }])
  })

  test('has nothing left of an application that was deleted', () => {
    expect(api.deleteClients).toEqual({
      before: ['application web', 'application third', 'application fourth'],
      inventory: [],
      enabled: [],
    })
  })

  test('fails on request, the same way for the same seed', () => {
    const { limited, broken, rest, first, again } = api.faults
    expect(limited).toMatchObject({ status: 429, body: { statusCode: 429 } })
    expect(limited.wait).toBeGreaterThan(1)
    expect(limited.wait).toBeLessThan(4)
    expect(broken).toEqual({ status: 500, body: error(500, 'Internal Server Error', 'Kaput') })
    expect(rest).toEqual(['dropped', 200])
    expect(first).toEqual(again)
    expect(new Set(first)).toEqual(new Set([200, 503]))
    expect(api.calls).toEqual([true, true, true])
  })

  test('keeps its state and keys over a restart, in a file for its owner alone', () => {
    const { limited, ...rest } = api.restart
    expect(rest).toEqual({
      keysKept: true,
      friendlyName: 'Example',
      mode: '600',
      names: ['Deployment (Management API)'],
    })
    expect(limited).toEqual(
      error(429, 'Too Many Requests', 'Global limit has been reached', 'too_many_requests'),
    )
  })

  test('writes no secret into the log', () => {
    expect(api.log).toEqual([])
  })
})

describe('login, by openid-client', () => {
  const callback = 'https://dev.padlock.localhost:8443/callback'
  const home = 'https://dev.padlock.localhost:8443/'

  test('announces Auth0’s paths under both domains', () => {
    expect(login.discovery).toEqual({
      issuer: true,
      paths: ['/oauth/token', '/oidc/logout', '/.well-known/jwks.json'],
    })
  })

  test('logs a user in with code and PKCE, and puts the profile into the ID token', () => {
    expect(login.login).toEqual({
      claims: {
        iss: true,
        aud: true,
        sub: true,
        email: 'ada@example.com',
        email_verified: true,
        name: 'Ada Lovelace',
        sid: 'string',
        lifetime: 36000,
      },
      header: { alg: 'RS256', kid: 'string' },
      refresh: null,
      expires: 86400,
      userinfo: { email: 'ada@example.com', name: 'Ada Lovelace' },
      single: true,
    })
    expect(login.basic).toBe('ada@example.com')
  })

  test('has a page without scripts that says where one is', () => {
    expect(login.pages).toEqual({
      path: '/u/login/:uid',
      policy: expect.stringContaining("default-src 'none'"),
      names: true,
      scripts: false,
      google: false,
      style: 'text/css; charset=utf-8',
    })
    expect(login.escaping).toEqual({ raw: false, name: true })
  })

  test('says that a password is wrong, and not whether the user exists', () => {
    const { wrong, nobody, empty, right } = login.wrongPassword
    expect(wrong).toEqual({
      status: 400,
      title: 'Log in to Demo app',
      problem: 'Wrong e-mail address or password.',
    })
    expect(nobody).toEqual(wrong)
    expect(empty.problem).toBe('Please enter your password.')
    expect(right).toBe(true)
  })

  test('exchanges a code once, for its application, secret, verifier and redirect URI', () => {
    const refused = (description: string) => ({ status: 403, error: 'invalid_grant', description })
    expect(login.exchange).toEqual({
      refusedSecret: { status: 401, error: 'access_denied', description: 'Unauthorized' },
      noVerifier: refused('Failed to verify code verifier'),
      wrongVerifier: refused('Failed to verify code verifier'),
      reuse: refused('Invalid authorization code'),
      stolen: refused('Invalid authorization code'),
      elsewhere: refused('The redirect URI is wrong.'),
    })
  })

  test('answers a wrong request with a page and never with a redirect', () => {
    const seen = login.requests
    expect(seen.redirect).toEqual({
      status: 400,
      title: 'Callback URL mismatch',
      problem: `${callback}/ is not among the allowed callback URLs of this application.`,
    })
    expect(seen.prefix).toBe('Callback URL mismatch')
    expect(seen.withoutCallbacks).toBe('Callback URL mismatch')
    expect(seen.unknownClient).toMatchObject({ status: 400, title: 'Unknown application' })
    expect(seen.loginAgain).toMatchObject({ status: 400, title: 'This login has expired' })
    expect(seen.publicWithoutPkce).toBe('invalid_request')
    expect(login.deletedClient).toBe('Unknown application')
  })

  test('lets no blocked user in, nor one whose connection is not enabled', () => {
    expect(login.blocked).toEqual({ error: ['unauthorized', 'user is blocked'], session: true })
    expect(login.notEnabled).toMatchObject({
      page: { problem: expect.stringMatching(/^No connection is enabled for this application/) },
      form: false,
      forced: false,
      asked: 'the connection is not enabled',
    })
  })

  test('offers a social connection only where it is enabled', () => {
    expect(login.google).toEqual({
      button: true,
      chooser: 'Google: choose an account',
      email: 'ada@example.com',
      sub: 'google-oauth2',
    })
  })

  test('lets another user log in where one is logged in', () => {
    expect(login.switching).toEqual({ asksAgain: true, email: 'mallory@example.com' })
  })

  test('serves a changed secret at once', () => {
    const { refusal, email } = login.rotatedSecret
    expect(refusal.status).toBe(401)
    expect(email).toBe('ada@example.com')
  })

  test('logs out to listed URLs alone, and asks where nothing proves who wants it', () => {
    const seen = login.logout
    expect(seen.plain).toEqual([home, false])
    expect(seen.refusedUrl).toMatchObject({ status: 400, title: 'Logout refused' })
    expect(seen.stillInAfterRefusal).toBe(true)
    expect(seen.hinted).toEqual([`${home}?state=echo`, false])
    expect(seen.bySid).toEqual([home, false])
    expect(seen.asked).toEqual(['Log out', true])
    expect(seen.confirmed).toEqual([home, false])
    expect(seen.oidcForeign.title).toBe('Logout refused')
    expect(seen.forgedHint.problem).toBe('The id_token_hint is not an ID token of this tenant.')
  })

  test('keeps sessions over a restart, and secrets out of the log', () => {
    expect(login.restart).toBe(true)
    expect(login.log).toEqual({ leaks: [], says: true })
  })
})
