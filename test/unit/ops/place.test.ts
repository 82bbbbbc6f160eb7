import { openPlace } from '../../../ops/accounts/place.ts'

const HERE = 'http://127.0.0.1:8470'
const environment = {
  PADLOCK_EXCLUSIVE: HERE,
  DIGITALOCEAN_TOKEN: 't',
  AUTH0_CLIENT_ID: 'i',
  AUTH0_CLIENT_SECRET: 's',
}

test.each([
  ['both accounts on this computer', HERE, 'localhost:8471', true],
  ['a real tenant beside the sandbox’s droplets', HERE, 'acme.eu.auth0.com', false],
  ['another endpoint', 'http://127.0.0.1:9000', 'localhost:8471', false],
  ['the real API', 'https://api.digitalocean.com', 'localhost:8471', false],
])('whether accounts are the project’s alone: %s', (_what, endpoint, domain, expected) => {
  const config = { 'digitalocean:apiEndpoint': endpoint, 'auth0:domain': domain }
  expect(openPlace(config, environment).exclusive).toBe(expected)
})
