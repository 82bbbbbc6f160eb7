import { mkdtempSync, rmSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { checkIssuer } from '../../../components/account/issuer.ts'
import type { OpenIdSettings } from '../../../config/settings.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'

const SECRET = 'hunter2/+'
let folder: string
let server: https.Server
let issuer: string
/** What the issuer answers: its document with what differs, and its token endpoint. */
let document: object | string | number
let token: { status: number; body: object }
let asked: { url?: string; authorization?: string; body: string }[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-issuer-'))
  const authority = await openAuthority(folder)
  tls.setDefaultCACertificates([authority.rootPem])
  server = https.createServer(
    await authority.issue({ names: ['localhost', 'login.sandbox.localhost'] }),
    async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      asked.push({ url: request.url, authorization: request.headers.authorization, body })
      if (request.url === '/realms/staff/token') {
        response.writeHead(token.status).end(JSON.stringify(token.body))
      } else if (request.url !== '/realms/staff/.well-known/openid-configuration') {
        response.writeHead(404).end()
      } else if (typeof document === 'number') response.writeHead(document).end()
      else if (typeof document === 'string') response.end(document)
      else response.end(JSON.stringify({ ...good(), ...document }))
    },
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  issuer = `https://login.sandbox.localhost:${(server.address() as AddressInfo).port}/realms/staff`
})
beforeEach(() => {
  document = {}
  token = { status: 400, body: { error: 'invalid_grant' } }
  asked = []
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  rmSync(folder, { recursive: true })
})

const good = () => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/certs`,
  end_session_endpoint: `${issuer}/logout`,
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
})

const check = (more: Partial<OpenIdSettings> = {}) =>
  checkIssuer(
    {
      provider: 'oidc',
      issuer,
      clientId: 'site',
      clientSecret: SECRET,
      scopes: ['openid', 'email'],
      callbackPath: '/callback',
      switchPrompt: 'login',
      ...more,
    },
    'https://www.example.com/callback',
  )
const told = (more?: Partial<OpenIdSettings>) =>
  check(more).then(
    () => 'nothing',
    ({ message }) => message,
  )

test('a good issuer says where the login is, and takes both halves of the secret encoded', async () => {
  expect(await check()).toEqual({
    authorizationEndpoint: `${issuer}/auth`,
    endSessionEndpoint: `${issuer}/logout`,
  })
  const [, { authorization = '', body } = { body: '' }] = asked
  expect(Buffer.from(authorization.slice(6), 'base64').toString()).toBe('site:hunter2%2F%2B')
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
    grant_type: 'authorization_code',
    redirect_uri: 'https://www.example.com/callback',
  })
  expect(body).not.toContain('secret')
})

test('an issuer without log-out, whose clients send their secret in the form', async () => {
  document = {
    end_session_endpoint: undefined,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }
  expect(await check()).toEqual({ authorizationEndpoint: `${issuer}/auth` })
  expect(asked[1]?.authorization).toBeUndefined()
  expect(new URLSearchParams(asked[1]?.body).get('client_secret')).toBe(SECRET)
})

const NONE = (what: string) =>
  `issuer = "${issuer}" ${what}. Allowed: an issuer of OpenID Connect that answers this computer.\n    Fix: pulumi config set issuer URL\nNothing was created or changed.`

test.each<[string, () => object | string | number, () => string]>([
  [
    'is no issuer',
    () => 404,
    () => `is none: ${issuer}/.well-known/openid-configuration answers 404`,
  ],
  [
    'answers with a page',
    () => '<html>',
    () => `is none: ${issuer}/.well-known/openid-configuration is no JSON`,
  ],
  [
    'answers with null',
    () => 'null',
    () => `is none: ${issuer}/.well-known/openid-configuration is no JSON`,
  ],
  [
    'has no token endpoint',
    () => ({ token_endpoint: undefined, jwks_uri: 'http://x.example/certs' }),
    () => 'names no plain https address as its token_endpoint, jwks_uri',
  ],
  [
    'would have a shell run something',
    () => ({ authorization_endpoint: 'https://x.example/;touch$(x)' }),
    () => 'names no plain https address as its authorization_endpoint',
  ],
  [
    'has no code flow',
    () => ({ response_types_supported: ['id_token'] }),
    () => 'offers no authorization code flow (response_types_supported)',
  ],
  [
    'signs otherwise',
    () => ({ id_token_signing_alg_values_supported: ['ES256'] }),
    () => 'signs no ID tokens with RS256, and the app takes no others',
  ],
])('an issuer that %s', async (_name, answer, what) => {
  document = answer()
  expect(await told()).toBe(NONE(what()))
})

test('an issuer that calls itself by another name', async () => {
  document = { issuer: `${issuer}/` }
  expect(await told()).toBe(
    `issuer = "${issuer}" calls itself "${issuer}/", and logins would be refused for it. Allowed: the URL that the issuer calls itself, to the last slash.\n    Fix: pulumi config set issuer ${issuer}/\nNothing was created or changed.`,
  )
  expect(await told({ issuer: `${issuer}/` })).toBe('nothing')
  document = { issuer: 'https://x.example/$(touch x)' }
  expect(await told()).toContain('Fix: pulumi config set issuer URL\n')
})

test('an issuer that nobody reaches, or whose certificate is not trusted', async () => {
  const closed = https.createServer()
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done))
  const nobody = `https://localhost:${(closed.address() as AddressInfo).port}`
  await new Promise((done) => closed.close(done))
  expect(await told({ issuer: nobody })).toMatch(
    /^issuer = "https:\/\/localhost:\d+" cannot be reached: .*ECONNREFUSED.*\. Allowed: an issuer/,
  )
  const { port } = server.address() as AddressInfo
  expect(await told({ issuer: `https://other.localhost:${port}` })).toMatch(
    /cannot be reached: .*other\.localhost.*altnames/,
  )
})

test.each([
  [401, {}, 'status 401'],
  [
    401,
    { error: 'invalid_client', error_description: 'The OAuth client was not found.' },
    'invalid_client: The OAuth client was not found.',
  ],
  [400, { error: 'unauthorized_client' }, 'unauthorized_client'],
])('an application that the issuer does not know: %s %j', async (status, body, why) => {
  token = { status, body }
  const message = await told()
  expect(message).toBe(
    `clientId and clientSecret: the issuer ${issuer} refuses them (${why}). Allowed: id and secret of one application at the issuer, which may use the authorization code flow.\n    Fix: pulumi config set clientId ID && pulumi config set --secret clientSecret\nNothing was created or changed.`,
  )
  expect(message).not.toContain('hunter2')
})
