import { openPlace } from '../../../ops/accounts/place.ts'

const HERE = 'http://127.0.0.1:8470'
const environment = {
  PADLOCK_EXCLUSIVE: HERE,
  DIGITALOCEAN_TOKEN: 't',
  AUTH0_CLIENT_ID: 'i',
  AUTH0_CLIENT_SECRET: 's',
}

const oidc = { 'digitalocean:apiEndpoint': HERE, 'padlock:provider': 'oidc' }

test('where the stacks log in at an issuer, no tenant is needed; one that is at hand is asked', () => {
  const token = { PADLOCK_EXCLUSIVE: HERE, DIGITALOCEAN_TOKEN: 't' }
  expect(openPlace(oidc, token)).toMatchObject({ auth0: undefined, exclusive: true })
  const domain = { ...oidc, 'auth0:domain': 'acme.eu.auth0.com' }
  expect(openPlace(domain, environment)).toMatchObject({ exclusive: false })
  expect(() => openPlace({ ...oidc, 'padlock:provider': 'auth0' }, token)).toThrow(
    'AUTH0_DOMAIN is not set',
  )
})

test.each([
  ['both accounts on this computer', HERE, 'localhost:8471', true],
  ['a real tenant beside the sandbox’s droplets', HERE, 'acme.eu.auth0.com', false],
  ['another endpoint', 'http://127.0.0.1:9000', 'localhost:8471', false],
  ['the real API', 'https://api.digitalocean.com', 'localhost:8471', false],
])('whether accounts are the project’s alone: %s', (_what, endpoint, domain, expected) => {
  const config = { 'digitalocean:apiEndpoint': endpoint, 'auth0:domain': domain }
  expect(openPlace(config, environment).exclusive).toBe(expected)
})
