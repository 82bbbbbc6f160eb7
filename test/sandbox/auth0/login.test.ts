/** Logging in at the simulated tenant, by openid-client. */
import { type Observations, run } from './judge.ts'

let login: Observations

beforeAll(async () => {
  login = await run('login.ts')
}, 120_000)

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

test('keeps sessions over a restart, and secrets out of the log', () => {
  expect(login.restart).toBe(true)
  expect(login.log).toEqual({ leaks: [], says: true })
})
