import * as pulumi from '@pulumi/pulumi'
import { appEnvironment } from '../../../components/environment.ts'
import { placeOf } from '../../../components/place.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from '../config/context.ts'

const secretKeys = ['clientSecret']
const given = (raw: RawConfig, more = {}) => {
  const settings = parse({ ...defaults, ...good, ...raw }, context({ secretKeys, ...more }))
  return appEnvironment(
    { ...settings, site: placeOf(settings.site) },
    raw.provider || raw.login ? undefined : 'client-1',
    [],
  )
}
const url = { APP_URL: 'https://dev.example.com' }
const lists = { ALLOWED_EMAILS: 'ada@example.com', ALLOWED_DOMAINS: '' }

test('with Auth0 the app gets its names alone', () => {
  expect(given({})).toEqual({
    ...url,
    ...lists,
    AUTH0_CLIENT_ID: 'client-1',
    AUTH0_DOMAIN: 'acme.eu.auth0.com',
  })
})

test('with an issuer the app gets generic names, and none of Auth0', () => {
  const oidc = { provider: 'oidc', issuer: 'https://login.example.com', clientId: 'site' }
  expect(given({ ...oidc, clientSecret: 'hush' })).toEqual({
    ...url,
    ...lists,
    OIDC_ISSUER: 'https://login.example.com',
    OIDC_CLIENT_ID: 'site',
    OIDC_SCOPES: 'openid email profile',
    OIDC_CALLBACK_PATH: '/callback',
    OIDC_SWITCH_PROMPT: 'login',
  })
})

test('with Google its callback and its prompt; an id that was set as a secret stays one', async () => {
  const google = { provider: 'google', clientId: '1-a.apps.googleusercontent.com' }
  const env = given(
    { ...google, clientSecret: 'hush' },
    { secretKeys: ['clientSecret', 'clientId'] },
  )
  expect(env).toMatchObject({
    OIDC_ISSUER: 'https://accounts.google.com',
    OIDC_CALLBACK_PATH: '/auth',
    OIDC_SWITCH_PROMPT: 'select_account',
  })
  expect(await pulumi.isSecret(env.OIDC_CLIENT_ID as pulumi.Output<string>)).toBe(true)
})

test('without a login the app gets nothing of one', () => {
  expect(given({ login: 'none', public: true, allowedEmails: [] })).toEqual(url)
})

test('behind a login that stands in front of it an app gets nothing of one', () => {
  const edgeImage = `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'a'.repeat(64)}`
  expect(given({ login: 'edge', edgeImage })).toEqual(url)
  const oidc = { provider: 'oidc', issuer: 'https://login.example.com', clientId: 'site' }
  expect(given({ login: 'edge', edgeImage, ...oidc, clientSecret: 'hush' })).toEqual(url)
})
