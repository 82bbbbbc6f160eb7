import { Identity, requireClientSecret } from '../../../components/identity.ts'
import { mockProviders, plain, settle, value } from './mocks.ts'

const args = {
  url: 'https://dev.example.com:8443',
  callbackPath: '/callback',
  loginPath: '/login',
  domain: 'login.example.com',
  connections: [
    { name: 'staff', id: 'con_1' },
    { name: 'google-oauth2', id: 'con_2' },
  ],
  owner: '1a2b3c4d',
  protect: false,
}

test('one confidential application with the exact URLs of this stack', async () => {
  const registered = mockProviders()
  const identity = new Identity('padlock-dev', args)
  const byType = await settle(registered)

  expect(plain(byType['auth0:index/client:Client']?.[0]?.inputs)).toEqual({
    name: 'padlock-dev',
    description: 'Login of https://dev.example.com:8443',
    appType: 'regular_web',
    oidcConformant: true,
    grantTypes: ['authorization_code'],
    jwtConfiguration: { alg: 'RS256' },
    crossOriginAuth: false,
    callbacks: ['https://dev.example.com:8443/callback'],
    allowedLogoutUrls: ['https://dev.example.com:8443/'],
    initiateLoginUri: 'https://dev.example.com:8443/login',
    clientMetadata: { project: 'padlock', stack: 'dev', owner: '1a2b3c4d' },
  })
  expect(byType['auth0:index/clientCredentials:ClientCredentials']?.[0]?.inputs).toEqual({
    clientId: 'padlock-dev-id',
    authenticationMethod: 'client_secret_post',
  })
  expect(
    byType['auth0:index/connectionClient:ConnectionClient']?.map((link) => link.inputs),
  ).toEqual([
    { clientId: 'padlock-dev-id', connectionId: 'con_1' },
    { clientId: 'padlock-dev-id', connectionId: 'con_2' },
  ])
  expect(identity.issuer).toBe('https://login.example.com/')
  expect(await value(identity.clientSecret)).toBe('client-secret')
})

test('a further name that the site answers at has its own callback and way out', async () => {
  const registered = mockProviders()
  new Identity('padlock-dev', { ...args, aliasUrls: ['https://shop.example.com'] })
  const byType = await settle(registered)
  expect(byType['auth0:index/client:Client']?.[0]?.inputs).toMatchObject({
    callbacks: ['https://dev.example.com:8443/callback', 'https://shop.example.com/callback'],
    allowedLogoutUrls: ['https://dev.example.com:8443/', 'https://shop.example.com/'],
    initiateLoginUri: 'https://dev.example.com:8443/login',
  })
})

test('an expiry stands in the metadata of the application', async () => {
  const registered = mockProviders()
  new Identity('padlock-pr-12', { ...args, expires: new Date('2026-11-23T09:04Z') })
  const byType = await settle(registered)
  expect(byType['auth0:index/client:Client']?.[0]?.inputs.clientMetadata).toEqual({
    project: 'padlock',
    stack: 'dev',
    owner: '1a2b3c4d',
    expires: '2026-11-23T09:04Z',
  })
})

test('a tenant that keeps the client secret back is told about in one message', () => {
  expect(() => requireClientSecret('')).toThrow(
    'Auth0 did not return the client secret: the management application lacks the scope read:client_keys.',
  )
  expect(requireClientSecret('client-secret')).toBe('client-secret')
})
