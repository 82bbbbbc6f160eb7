/** The three rules on the Auth0 application. */
import type { Rule } from '../../../policy/rule.ts'
import { auth0ExactUrls } from '../../../policy/rules/auth0-exact-urls.ts'
import { auth0NoImplicitGrant } from '../../../policy/rules/auth0-no-implicit-grant.ts'
import { auth0Rs256 } from '../../../policy/rules/auth0-rs256.ts'
import { client, judge } from './judge.ts'

/** As components/identity.ts makes it. */
const good = {
  callbacks: ['https://dev.example.com:8443/callback'],
  allowedLogoutUrls: ['https://dev.example.com:8443/'],
  initiateLoginUri: 'https://dev.example.com:8443/login',
  grantTypes: ['authorization_code'],
  jwtConfiguration: { alg: 'RS256' },
}
const said = (rule: Rule, changes: object = {}) =>
  judge(rule, { resources: [{ type: client, props: { ...good, ...changes } }] })

test.each([auth0ExactUrls, auth0NoImplicitGrant, auth0Rs256])(
  'the application of the stack passes: $name',
  async (rule) => {
    expect(await said(rule)).toEqual([])
  },
)

test.each<[object, string]>([
  [
    { callbacks: ['https://*.example.com/callback'] },
    'callbacks has the wildcard https://*.example.com/callback. Name each URL.',
  ],
  [
    { callbacks: [...good.callbacks, 'http://dev.example.com/callback'] },
    'callbacks has http://dev.example.com/callback, which is not https.',
  ],
  [
    { allowedLogoutUrls: ['myapp://logout'] },
    'allowedLogoutUrls has myapp://logout, which is not https.',
  ],
  [{ webOrigins: ['https://*'] }, 'webOrigins has the wildcard https://*. Name each URL.'],
  [
    { allowedOrigins: ['http://localhost:3000'] },
    'allowedOrigins has http://localhost:3000, which is not https.',
  ],
  [
    { initiateLoginUri: 'http://dev.example.com/login' },
    'initiateLoginUri has http://dev.example.com/login, which is not https.',
  ],
])('auth0-exact-urls fails for %j', async (changes, message) => {
  expect(await said(auth0ExactUrls, changes)).toEqual([`it: ${message}`])
})

test.each<[object, string]>([
  [
    { grantTypes: ['authorization_code', 'implicit'] },
    'grantTypes has implicit. Use authorization_code with PKCE.',
  ],
  [{ grantTypes: undefined }, "grantTypes is not set. Set it to ['authorization_code']."],
])('auth0-no-implicit-grant fails for %j', async (changes, message) => {
  expect(await said(auth0NoImplicitGrant, changes)).toEqual([`it: ${message}`])
})

test.each<[object, string]>([
  [{ jwtConfiguration: { alg: 'HS256' } }, 'jwtConfiguration.alg is HS256. Set it to RS256.'],
  [{ jwtConfiguration: undefined }, 'jwtConfiguration.alg is not set. Set it to RS256.'],
])('auth0-rs256 fails for %j', async (changes, message) => {
  expect(await said(auth0Rs256, changes)).toEqual([`it: ${message}`])
})
