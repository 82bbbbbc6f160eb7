/** The environment of the reference app in a container of this computer, at the sandbox's tenant. */
import { type Observations, run } from './judge.ts'

let seen: Observations
beforeAll(async () => {
  seen = await run('laptop.ts')
}, 120_000)

test('is that of a host, with an application of its own', () => {
  const { domain, environment, laptops } = seen.first
  expect(environment).toEqual({
    AUTH0_DOMAIN: domain,
    AUTH0_CLIENT_ID: expect.stringMatching(/^\S{20,}$/),
    AUTH0_CLIENT_SECRET: expect.stringMatching(/^\S{40,}$/),
    APP_SECRET_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
    APP_URL: 'http://localhost:8000',
    ALLOWED_EMAILS: 'ada@example.com',
    REQUESTS_CA_BUNDLE: '/run/sandbox-root.pem',
    HOST: '127.0.0.1',
    PORT: '8000',
  })
  expect(laptops).toEqual([environment.AUTH0_CLIENT_ID])
})

test('is made anew for another port, and goes without a trace', () => {
  const { environment, laptops } = seen.second
  expect(environment.APP_URL).toBe('http://localhost:9000')
  expect(laptops).toEqual([environment.AUTH0_CLIENT_ID])
  expect(seen.forgotten).toEqual([])
})
