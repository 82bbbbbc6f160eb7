/** A site for everybody, of which nothing is asked or made at Auth0; then a login in front of the same app. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const nobody = { AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '', AUTH0_DOMAIN: '' }
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ login: 'none', public: true, allowedEmails: [] })
})
afterAll(() => sandbox.stop())

test('comes up without credentials of a tenant, and the probe asks the path of readiness', async () => {
  const { code, output } = await stack.run('up --yes --skip-preview', nobody)
  if (code !== 0) throw new Error(output)
  expect(output).toContain('/readyz answers 200, and nobody has to log in')
  const types = (await stack.state()).map(({ type }: Json) => type)
  expect(types).toContain('digitalocean:index/droplet:Droplet')
  expect(types.filter((type: string) => /auth0/i.test(type))).toEqual([])
  const outputs = await stack.outputs()
  expect(outputs.url).toMatch(/^https:\/\//)
  expect(outputs.clientId).toBeUndefined()
})

const image = `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'a'.repeat(64)}`

describe('the same app behind a login', () => {
  const edge = { login: 'edge', edgeImage: image, publicPaths: ['/healthz', '/webhooks/*'] }

  test('comes up unchanged, and the probe sees that nobody comes in without it', async () => {
    stack.set({ ...edge, public: false, allowedEmails: ['ada@example.com'] })
    const { code, output } = await stack.run('up --yes --skip-preview')
    if (code !== 0) throw new Error(output)
    expect(output).toMatch(/login leads to https:\/\/\S+\/, and nobody comes in without it/)
  })

  test('the host has its package, the order its secrets, and the app nothing of them', async () => {
    const [droplet] = await sandbox.droplets()
    expect(sandbox.hostFile(droplet.id, 'installed')).toMatch(/^padlock-edge /m)
    const order = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    expect(order).toMatchObject({ image, emails: '"ada@example.com"\n' })
    expect(order.clientSecret).toMatch(/^\S{32,}$/)
    const release = JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
    const { APP_SECRET_KEY: _, ...secrets } = release.secrets
    expect([release.env, secrets]).toEqual([{ APP_URL: expect.any(String) }, {}])
  })

  test('the application knows its callback, and no secret is in plain state', async () => {
    const { clients } = await sandbox.auth0('GET', '/clients?include_totals=true')
    const made = clients.find(({ name }: Json) => name === 'padlock-dev')
    const { url } = await stack.outputs()
    expect(made).toMatchObject({
      callbacks: [`${url}/oauth2/callback`],
      allowed_logout_urls: [`${url}/`],
      initiate_login_uri: `${url}/oauth2/start`,
    })
    const state = JSON.stringify(await stack.state())
    const [droplet] = await sandbox.droplets()
    const { clientSecret, cookieSecret } = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    for (const secret of [clientSecret, cookieSecret]) expect(state).not.toContain(secret)
  })

  test('who changes the list changes it on the host alone, in place', async () => {
    stack.set({ allowedEmails: ['grace@example.com'] })
    const { code, output } = await stack.run('up --yes --skip-preview')
    if (code !== 0) throw new Error(output)
    const [droplet] = await sandbox.droplets()
    const order = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    expect(order.emails).toBe('"grace@example.com"\n')
    const run = sandbox.commands(droplet.id).slice(-3).join('\n')
    expect(run).toMatch(/padlock\/edge [0-9a-f]{12}/)
    expect(run).not.toMatch(/padlock\/release /)
  })
})
