import type { ConfigurationError } from '../../../config/error.ts'
import { waysOut } from '../../../config/outbound.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const SECRET = 'hunter2-hunter2'
const oidc = {
  provider: 'oidc',
  issuer: 'https://login.example.com:8443/realms/staff',
  clientId: 'site',
  clientSecret: SECRET,
}
const google = {
  provider: 'google',
  clientId: '407408718192-a1b2c3.apps.googleusercontent.com',
  clientSecret: SECRET,
}
const secretKeys = ['appSecrets', 'appRegistries', 'clientSecret']

const read = (raw: RawConfig, more = {}) =>
  parse({ ...defaults, ...good, ...raw }, context({ secretKeys, auth0Domain: undefined, ...more }))

function problems(raw: RawConfig, more = {}): string[] {
  try {
    read(raw, more)
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

test('an issuer needs no Auth0 tenant, and none of its settings come out', () => {
  const { identity, openId, network } = read(oidc)
  expect(identity).toBeUndefined()
  expect(openId).toEqual({
    ...oidc,
    scopes: ['openid', 'email', 'profile'],
    callbackPath: '/callback',
    switchPrompt: 'login',
  })
  expect(network.outbound).toEqual(waysOut([oidc.issuer], []))
  expect(network.outbound).toContainEqual({ protocol: 'tcp', ports: '8443' })
})

test('a tenant that happens to be known changes nothing', () => {
  expect(read(oidc, { auth0Domain: 'acme.eu.auth0.com:9443' })).toEqual(read(oidc))
})

test('Google is a preset', () => {
  expect(read(google).openId).toEqual({
    ...google,
    issuer: 'https://accounts.google.com',
    scopes: ['openid', 'email', 'profile'],
    callbackPath: '/auth',
    switchPrompt: 'select_account',
  })
})

test('scopes, signUp = open, and names that only an issuer takes', () => {
  const scopes = ['openid', 'email', 'groups']
  expect(read({ ...oidc, scopes, signUp: 'open' }).openId?.scopes).toEqual(scopes)
  expect(
    problems({ appEnv: { OIDC_ISSUER: 'https://x.example' } }, { auth0Domain: 'a.auth0.com' }),
  ).toEqual([])
})

test('with Auth0 there is no issuer', () => {
  expect(read({}, { auth0Domain: 'acme.eu.auth0.com' }).openId).toBeUndefined()
})

const OF_TENANT = 'only where provider is auth0'
const OF_ISSUER =
  'Allowed: only where provider is oidc or google.\n    Fix: pulumi config rm {}, or pulumi config set provider oidc'

test.each<[string, RawConfig, string[]]>([
  [
    'a provider that is none',
    { ...oidc, provider: 'okta' },
    [
      'provider = "okta" is neither auth0 nor oidc nor google. Allowed: auth0, oidc, google.\n    Fix: pulumi config set provider auth0',
      `issuer is set, but with provider = "auth0" the tenant is the issuer. ${OF_ISSUER.replace('{}', 'issuer')}`,
      `clientId is set, but with provider = "auth0" the stack makes the application itself. ${OF_ISSUER.replace('{}', 'clientId')}`,
      `clientSecret is set, but with provider = "auth0" the stack makes the application itself. ${OF_ISSUER.replace('{}', 'clientSecret')}`,
    ],
  ],
  [
    'nothing of an application',
    { provider: 'oidc' },
    [
      'issuer is not set, and provider is oidc. Allowed: the https URL that the issuer calls itself.\n    Fix: pulumi config set issuer URL',
      'clientId is not set, and provider is oidc. Allowed: the client id that the issuer shows.\n    Fix: pulumi config set clientId ID',
      'clientSecret is not set, and provider is oidc. Allowed: the client secret that the issuer shows.\n    Fix: pulumi config set --secret clientSecret',
    ],
  ],
  [
    'an issuer over http',
    { ...oidc, issuer: 'http://login.example.com' },
    [
      'issuer = "http://login.example.com" is not https. Allowed: the https URL that the issuer calls itself.\n    Fix: pulumi config set issuer https://login.example.com/realms/staff',
    ],
  ],
  [
    "the address of the issuer's document",
    { ...oidc, issuer: 'https://x.example/.well-known/openid-configuration' },
    [
      'issuer = "https://x.example/.well-known/openid-configuration" ends in /.well-known/openid-configuration, which is where its document is found. Allowed: the https URL that the issuer calls itself.\n    Fix: pulumi config set issuer https://login.example.com/realms/staff',
    ],
  ],
  [
    'the secret where the id belongs, with Google',
    { ...google, clientId: 'GOCSPX-abc' },
    [
      'clientId = "GOCSPX-abc" is not the client id of a Google OAuth client. Allowed: one that ends in .apps.googleusercontent.com (Google Cloud console, APIs & Services > Credentials, type Web application).\n    Fix: pulumi config set clientId NUMBER-LETTERS.apps.googleusercontent.com',
    ],
  ],
  [
    'a secret with a line end',
    { ...oidc, clientSecret: `${SECRET}\n` },
    [
      'clientSecret = "(hidden)" has a space or a character outside ASCII. Allowed: the client secret that the issuer shows.\n    Fix: pulumi config set --secret clientSecret',
    ],
  ],
  [
    'scopes without an address',
    { ...oidc, scopes: ['openid'] },
    [
      'scopes = ["openid"] lack openid or email, without which nobody can be found on the lists. Allowed: a list with openid and email, or an empty one for openid, email and profile.\n    Fix: pulumi config rm scopes',
    ],
  ],
  [
    'scopes in one text',
    { ...oidc, scopes: ['openid email'] },
    [
      "scopes[0] = \"openid email\" is not a scope. Allowed: scopes of the issuer.\n    Fix: pulumi config set --path 'scopes[0]' 'email'",
      'scopes = ["openid email"] lack openid or email, without which nobody can be found on the lists. Allowed: a list with openid and email, or an empty one for openid, email and profile.\n    Fix: pulumi config rm scopes',
    ],
  ],
  [
    "a tenant's keys",
    {
      ...oidc,
      signUp: 'closed',
      auth0CustomDomain: 'login.acme.example',
      connections: ['corporate'],
      verifiedConnections: ['corporate'],
    },
    [
      `auth0CustomDomain = "login.acme.example" is the custom domain of an Auth0 tenant, and provider is oidc. Allowed: ${OF_TENANT}.\n    Fix: pulumi config rm auth0CustomDomain`,
      `connections = ["corporate"] names connections of an Auth0 tenant, and provider is oidc. Allowed: ${OF_TENANT}.\n    Fix: pulumi config rm connections`,
      `verifiedConnections = ["corporate"] names connections of an Auth0 tenant, and provider is oidc. Allowed: ${OF_TENANT}.\n    Fix: pulumi config rm verifiedConnections`,
      'signUp = "closed" cannot be kept with provider = "oidc": who makes accounts there is the issuer\'s own affair. Allowed: open, or nothing, where provider is oidc or google.\n    Fix: pulumi config rm signUp',
    ],
  ],
  [
    'sign-ups that Google cannot be told to refuse',
    { ...google, signUp: 'closed' },
    [
      'signUp = "closed" cannot be kept with provider = "google": who makes accounts there is the issuer\'s own affair. Allowed: open, or nothing, where provider is oidc or google.\n    Fix: pulumi config rm signUp',
    ],
  ],
  [
    'names that the app gets',
    { ...oidc, appEnv: { OIDC_ISSUER: 'https://x.example' } },
    [
      "appEnv.OIDC_ISSUER is set by the deployment itself. Allowed: names other than OIDC_CALLBACK_PATH, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_SCOPES, OIDC_SWITCH_PROMPT, each once.\n    Fix: pulumi config rm --path 'appEnv.OIDC_ISSUER'",
    ],
  ],
  [
    'nobody who logs in',
    { ...oidc, login: 'none', public: true, allowedEmails: [] },
    [
      'provider = "oidc" is set, but nobody logs in where login is none. Allowed: auth0, where login is none.\n    Fix: pulumi config rm provider, or pulumi config set login app',
    ],
  ],
])('%s', (_title, raw, messages) => {
  const told = problems(raw)
  expect(told.filter((line) => !line.startsWith('dns '))).toEqual(messages)
  expect(told.join()).not.toContain(SECRET)
})

test('a secret in plain text', () => {
  expect(problems(oidc, { secretKeys: [] })).toEqual([
    'clientSecret is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret clientSecret, and change the value: it has been seen',
  ])
})
