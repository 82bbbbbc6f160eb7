/** The rest of the simulated Management API, by the official SDK. */
import { denied, error, type Observations, run } from './judge.ts'

let api: Observations

beforeAll(async () => {
  api = await run('tenant.ts')
}, 120_000)

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
  expect(seen.enabled).toBe(true)
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
  expect(seen.twice).toEqual(error(409, 'Conflict', 'The user already exists.', 'auth0_idp_error'))
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
    before: ['application web', 'application second'],
    inventory: [],
    enabled: [],
  })
})

test('fails on request, the same way for the same seed', () => {
  const { limited, broken, rest, first, again } = api.faults
  expect(limited).toMatchObject({ status: 429, body: { statusCode: 429 } })
  // Two seconds from a moment between question and answer, rounded up.
  expect(limited.wait[0]).toBeLessThanOrEqual(3)
  expect(limited.wait[1]).toBeGreaterThanOrEqual(2)
  expect(broken).toEqual({ status: 500, body: error(500, 'Internal Server Error', 'Kaput') })
  expect(rest).toEqual(['dropped', 'dropped', 200])
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
