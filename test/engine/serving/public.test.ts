/** A site for everybody, then one whose users an issuer knows: nothing is asked or made at Auth0; then more of the same app. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningIssuer, startIssuer } from '../support/issuer.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const SECRET = 'a-secret/of+the-issuer'
const application = { id: 'site', secret: SECRET, callbacks: ['https://www.example.com/callback'] }
const nobody = { AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '', AUTH0_DOMAIN: '' }
let sandbox: Sandbox
let stack: Stack
let issuer: RunningIssuer
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ login: 'none', public: true, allowedEmails: [] })
  issuer = await startIssuer(sandbox.dir, { path: '/realms/staff', applications: [application] })
})
afterAll(async () => {
  await issuer.stop()
  await sandbox.stop()
})

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

/** Names of the account's registries. */
const registries = async () =>
  (await sandbox.digitalocean('GET', '/registries')).registries.map(({ name }: Json) => name)

/** What the account knows of logins at its registries. */
const logins = (): Json[] =>
  JSON.parse(readFileSync(join(sandbox.dir, 'digitalocean.json'), 'utf8')).registryTokens

test("the team's registry is made where there is none, with a login that may read", async () => {
  const { release } = await stack.outputs()
  stack.set({ registry: true })
  await stack.up()
  const [name, ...others] = await registries()
  expect([name, others]).toEqual([expect.stringMatching(/^padlock-[a-z0-9]+$/), []])
  const outputs = await stack.outputs()
  expect(outputs).toMatchObject({ release, registry: `registry.digitalocean.com/${name}` })
  const [droplet] = await sandbox.droplets()
  const manifest = JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
  const { password } = manifest.registries['registry.digitalocean.com']
  expect(logins()).toMatchObject([{ token: password, registry: name, write: false }])
  expect(stack.stateFile()).not.toContain(password)
  expect(await stack.preview()).toEqual([])
})

test('a login that nears its end is followed by another', async () => {
  const { stdout } = await stack.run('stack export')
  const text = stdout.replace(
    /("credentialExpirationTime": )"[^"]*"/g,
    `$1"${new Date(Date.now() + 20 * 86_400_000).toISOString()}"`,
  )
  expect(text).not.toBe(stdout)
  const file = join(sandbox.dir, 'nearly-over.json')
  writeFileSync(file, text)
  await stack.run(`stack import --file ${file}`)
  expect(brief(await stack.preview()).filter((line) => line.includes('pull'))).toEqual([
    'create ContainerRegistryDockerCredentials padlock-dev-pull-2',
    'delete ContainerRegistryDockerCredentials padlock-dev-pull-1',
  ])
})

test('without it the registry stays, and the login is revoked', async () => {
  const before = await registries()
  stack.set({ registry: undefined })
  await stack.up()
  expect(await registries()).toEqual(before)
  expect(logins()).toEqual([])
  const back = stack.set({ registry: true, expires: '2099-01-01T00:00Z' })
  const steps = brief(await stack.preview()).filter((line) => line.includes('Registry'))
  back()
  expect(steps).toEqual(['create ContainerRegistryDockerCredentials padlock-dev-pull-1'])
})

test('a stack with an expiry makes none', async () => {
  for (const name of await registries()) {
    await sandbox.digitalocean('DELETE', `/registries/${name}`)
  }
  const back = stack.set({ registry: true, expires: '2099-01-01T00:00Z' })
  expect(await stack.mistakes()).toEqual([
    expect.stringContaining('registry is true, and the account has none'),
  ])
  back()
})

describe('with an issuer', () => {
  let undo = () => {}
  afterAll(() => undo())
  const use = async (secret: string, more: object = {}) => {
    const login = { login: 'app', public: undefined, allowedEmails: ['ada@example.com'] }
    const tenant = { auth0CustomDomain: undefined, connections: undefined, signUp: undefined }
    const provider = { provider: 'oidc', issuer: issuer.issuer, clientId: 'site' }
    undo()
    undo = stack.set({ ...login, ...tenant, ...provider, ...more })
    const { code, output } = await stack.run(`config set --secret clientSecret ${secret}`)
    if (code !== 0) throw new Error(output)
  }

  test('an application that it does not know is told before anything changes', async () => {
    await use('wrong')
    expect(await stack.mistakes(nobody)).toEqual([
      expect.stringContaining(
        `clientId and clientSecret: the issuer ${issuer.issuer} refuses them (invalid_client`,
      ),
    ])
    await use(SECRET, { issuer: `${issuer.issuer}/` })
    expect(await stack.mistakes(nobody)).toEqual([
      expect.stringContaining(
        `calls itself "${issuer.issuer}", and logins would be refused for it`,
      ),
    ])
  })

  test('comes up without a tenant, at the sandbox’s own; the secret is kept as one', async () => {
    const { url: own } = sandbox.file.issuer
    const { clientId, clientSecret: secret } = sandbox.credentials.issuer
    await use(secret, { issuer: own, clientId })
    const { code, output } = await stack.run('up --yes --skip-preview', nobody)
    if (code !== 0) throw new Error(output)
    expect(output).toContain(`login leads to ${own}/auth`)
    const types = (await stack.state()).map(({ type }: Json) => type)
    expect(types.filter((type: string) => /auth0/i.test(type))).toEqual([])
    const outputs = await stack.outputs()
    expect(outputs).toMatchObject({
      issuer: own,
      clientId,
      callbackUrl: `${outputs.url}/callback`,
      logoutUrl: `${outputs.url}/`,
    })
    expect(stack.stateFile()).not.toContain(secret)
    expect(Object.values(await stack.secrets()).join()).toContain(secret)
  })

  test('says which callback of a further name must be entered, and nothing of those that are', async () => {
    const { url } = await stack.outputs()
    const said = async () => (await stack.run('preview', nobody)).output
    expect(await said()).not.toContain('must know')
    const { clientId, clientSecret: secret } = sandbox.credentials.issuer
    const aliases = { 'shop.padlock.localhost': 'serve' }
    await use(secret, { issuer: sandbox.file.issuer.url, clientId, aliases })
    const output = await said()
    const shop = String(url).replace(/\/\/[^:]+/, '//shop.padlock.localhost')
    expect(output).toContain(
      `must know ${shop}/callback as a callback and ${shop}/ as the address after a log-out.`,
    )
  })
})

const image = `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'a'.repeat(64)}`

describe('the same app behind a login', () => {
  const edge = { login: 'edge', edgeImage: image, publicPaths: ['/healthz', '/webhooks/*'] }

  test('comes up unchanged, and the probe sees that nobody comes in without it', async () => {
    stack.set({ ...edge, public: false, allowedEmails: ['ada@example.com'], tunnels: ['demo'] })
    const { code, output } = await stack.run('up --yes --skip-preview')
    if (code !== 0) throw new Error(output)
    expect(output).toMatch(/login leads to https:\/\/\S+\/, and nobody comes in without it/)
    // The site asks for a login before an app without one of its own is there.
    const [droplet] = await sandbox.droplets()
    const run = sandbox.commands(droplet.id)
    const last = (what: string) => run.findLastIndex((one) => one.includes(`/padlock/${what} `))
    expect(last('edge')).toBeLessThan(last('site stage'))
    expect(last('site stage')).toBeLessThan(last('release'))
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
    const demo = String(url).replace('//', '//demo.')
    expect(made).toMatchObject({
      callbacks: [url, demo].map((one) => `${one}/oauth2/callback`),
      allowed_logout_urls: [`${url}/`, `${demo}/`],
      initiate_login_uri: `${url}/oauth2/start`,
    })
    const state = JSON.stringify(await stack.state())
    const [droplet] = await sandbox.droplets()
    const { clientSecret, cookieSecret } = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    for (const secret of [clientSecret, cookieSecret]) expect(state).not.toContain(secret)
  })

  test('a tunnel is behind the same login, and has no password', async () => {
    const { url, tunnelAccess } = (await stack.outputs()) as Json
    const demo = String(url).replace('//', '//demo.')
    expect(tunnelAccess.tunnels).toEqual({ demo: { url: demo, login: true } })
    const [droplet] = await sandbox.droplets()
    const { caddyfile } = JSON.parse(sandbox.hostFile(droplet.id, 'site.json'))
    const [, tunnel = ''] = caddyfile.split('# A tunnel:')
    expect(tunnel).toContain('forward_auth unix//run/padlock-edge.sock')
    expect(caddyfile).not.toContain('basic_auth')
    const order = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    expect(order.configuration).toContain('redirect_url = "/oauth2/callback"\n')
  })

  test('who changes the list changes it on the host alone, in place', async () => {
    const [droplet] = await sandbox.droplets()
    const before = sandbox.commands(droplet.id).length
    stack.set({ allowedEmails: ['grace@example.com'] })
    const { code, output } = await stack.run('up --yes --skip-preview')
    if (code !== 0) throw new Error(output)
    const order = JSON.parse(sandbox.hostFile(droplet.id, 'edge.json'))
    expect(order.emails).toBe('"grace@example.com"\n')
    const run = sandbox.commands(droplet.id).slice(before).join('\n')
    expect(run).toMatch(/padlock\/edge [0-9a-f]{12}/)
    expect(run).not.toMatch(/padlock\/release /)
  })
})
