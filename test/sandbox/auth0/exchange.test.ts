/** What the simulated tenant refuses, and how one logs out, by openid-client. */
import { type Observations, run } from './judge.ts'

let login: Observations

beforeAll(async () => {
  login = await run('exchange.ts')
}, 120_000)

const callback = 'https://dev.padlock.localhost:8443/callback'
const home = 'https://dev.padlock.localhost:8443/'

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
