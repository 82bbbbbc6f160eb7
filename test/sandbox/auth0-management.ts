/** The Management API as the official SDK sees it; prints observations (see auth0-harness.ts). */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ManagementClient } from 'auth0'
import { bench, MANAGEMENT, observe } from './auth0-harness.ts'

const run = await bench({ limits: { applications: 4 } })
const { domain } = run.tenant
const api = new ManagementClient({ domain, ...MANAGEMENT, maxRetries: 0 })
const audience = `https://${domain}/api/v2/`

/** What the API refused, without the SDK's wrapping. */
async function refusal(attempt: Promise<unknown>) {
  return attempt.then(
    (result) => ({ accepted: result }),
    (error: { statusCode?: number; body?: unknown; message: string }) =>
      error.body ?? { message: error.message },
  )
}

async function token(scope?: string, more: object = {}): Promise<string> {
  const response = await fetch(`https://${domain}//oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: MANAGEMENT.clientId,
      client_secret: MANAGEMENT.clientSecret,
      audience,
      ...(scope ? { scope } : {}),
      ...more,
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

async function tokenRequest(fields: Record<string, string>, authorization?: string) {
  const response = await fetch(`https://${domain}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
    headers: authorization ? { authorization } : {},
  })
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, body: { ...body, access_token: typeof body.access_token } }
}

async function raw(path: string, init: { method?: string; token?: string; body?: string } = {}) {
  const response = await fetch(`https://${domain}${path}`, {
    method: init.method ?? 'GET',
    headers: {
      ...(init.token ? { authorization: `Bearer ${init.token}` } : {}),
      'content-type': 'application/json',
    },
    ...(init.body === undefined ? {} : { body: init.body }),
  })
  const text = await response.text()
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: text ? JSON.parse(text) : undefined }
}

let id = ''
let secret = ''

const seen = await observe({
  async token() {
    return {
      form: await tokenRequest({
        client_id: MANAGEMENT.clientId,
        client_secret: MANAGEMENT.clientSecret,
        audience,
      }),
      basic: await tokenRequest({ audience }, basic(MANAGEMENT.clientId, MANAGEMENT.clientSecret)),
      wrongSecret: await tokenRequest({ audience }, basic(MANAGEMENT.clientId, 'wrong')),
      wrongAudience: await tokenRequest(
        { audience: 'https://elsewhere/api/v2/' },
        basic(MANAGEMENT.clientId, MANAGEMENT.clientSecret),
      ),
      noAudience: await tokenRequest({}, basic(MANAGEMENT.clientId, MANAGEMENT.clientSecret)),
    }
  },
  async createClient() {
    const made = await api.clients.create({
      name: 'web',
      app_type: 'regular_web',
      oidc_conformant: true,
      callbacks: ['https://dev.example.com/callback'],
      allowed_logout_urls: ['https://dev.example.com/'],
      grant_types: ['authorization_code'],
      jwt_configuration: { alg: 'RS256' },
      client_metadata: { a: '1', b: '2' },
      initiate_login_uri: 'https://dev.example.com/login',
      token_endpoint_auth_method: 'client_secret_post',
    })
    id = made.client_id ?? ''
    secret = made.client_secret ?? ''
    const read = await api.clients.get(id)
    return { made, same: JSON.stringify(made) === JSON.stringify(read) }
  },
  async updateClient() {
    const updated = await api.clients.update(id, {
      description: 'changed',
      client_metadata: { b: '3', c: '4' },
      jwt_configuration: { lifetime_in_seconds: 3600 },
    })
    const cleared = await raw(`/api/v2/clients/${id}`, {
      method: 'PATCH',
      token: await token(),
      body: JSON.stringify({ initiate_login_uri: null, client_metadata: { a: null } }),
    })
    return { updated, cleared: cleared.body }
  },
  async clientFields() {
    const bearer = await token()
    const query = 'fields=client_id,app_type&include_fields'
    return {
      only: (await raw(`/api/v2/clients/${id}?${query}=true`, { token: bearer })).body,
      without: Object.keys(
        (await raw(`/api/v2/clients/${id}?${query}=false`, { token: bearer })).body,
      ),
    }
  },
  async secrets() {
    const poor = await token('read:clients update:clients')
    const shown = await raw(`/api/v2/clients/${id}`, { token: poor })
    const patched = await raw(`/api/v2/clients/${id}`, {
      method: 'PATCH',
      token: poor,
      body: '{"description":"x"}',
    })
    const rotated = await api.clients.rotateSecret(id)
    const fixed = await api.clients.update(id, { client_secret: 'chosen-by-the-caller-0123456789' })
    return {
      withoutScope: 'client_secret' in shown.body || 'client_secret' in patched.body,
      rotated: rotated.client_secret !== secret && rotated.client_secret?.length === 64,
      chosen: fixed.client_secret,
      credentials: await api.clients.credentials.list(id),
    }
  },
  async listClients() {
    const page = await api.clients.list({ page: 0, per_page: 1, include_totals: true })
    const names = []
    for await (const client of page) names.push(client.name)
    const bearer = await token()
    return {
      names,
      totals: (
        await raw('/api/v2/clients?page=1&per_page=1&include_totals=true', { token: bearer })
      ).body,
      bare: Array.isArray((await raw('/api/v2/clients', { token: bearer })).body),
      tooMany: (await raw('/api/v2/clients?per_page=500', { token: bearer })).body,
    }
  },
  async invalidClients() {
    const create = (body: object) => refusal(api.clients.create(body as { name: string }))
    return {
      noName: await create({}),
      badCallback: await create({ name: 'x', callbacks: ['not a url'] }),
      wildcard: await create({ name: 'x', callbacks: ['https://*.com/callback'] }),
      goodWildcard: await refusal(
        api.clients.update(id, { allowed_origins: ['https://*.example.com'] }).then(() => true),
      ),
      plainLogin: await create({ name: 'x', initiate_login_uri: 'http://dev.example.com/login' }),
      unknownProperty: await create({ name: 'x', colour: 'red' }),
      unknownType: await create({ name: 'x', app_type: 'webapp' }),
      wrongType: await create({ name: 7 }),
      notJson: (await raw('/api/v2/clients', { method: 'POST', token: await token(), body: '{' }))
        .body,
    }
  },
  async limit() {
    await api.clients.create({ name: 'third' })
    await api.clients.create({ name: 'fourth' })
    return refusal(api.clients.create({ name: 'fifth' }))
  },
  async scopes() {
    const poor = await token('read:clients')
    return {
      insufficient: (await raw('/api/v2/connections', { token: poor })).body,
      anyOf: (await raw(`/api/v2/clients/${id}/rotate-secret`, { method: 'POST', token: poor }))
        .body,
      missing: (await raw('/api/v2/clients')).body,
      garbage: (await raw('/api/v2/clients', { token: 'a.b.c' })).body,
      unknownRoute: await raw('/api/v2/nothing', { token: poor }).then(({ status, body }) => ({
        status,
        body,
      })),
    }
  },
  async missing() {
    return {
      client: await refusal(api.clients.get('nobody')),
      connection: await refusal(api.connections.get('con_nothing')),
      user: await refusal(api.users.get('auth0|nobody')),
    }
  },
  async connections() {
    const byName = await api.connections.list({ name: 'Username-Password-Authentication' })
    const database = byName.data[0] as { id: string; enabled_clients?: string[] }
    const bearer = await token()
    const made = await api.connections.create({ name: 'github', strategy: 'github', options: {} })
    const own = made.id ?? ''
    await api.connections.clients.update(own, [{ client_id: id, status: true }])
    const enabled = (await api.connections.clients.get(own)).data
    await api.connections.clients.update(own, [
      { client_id: id, status: false },
      { client_id: 'long-gone', status: false },
    ])
    const result = {
      newClientHasIt: database.enabled_clients?.includes(id),
      fields: (
        await raw(`/api/v2/connections/${database.id}?fields=strategy,name&include_fields=true`, {
          token: bearer,
        })
      ).body,
      plugin: (
        await raw('/api/v2/connections?include_totals=true&per_page=50&take=100', { token: bearer })
      ).body.connections.map(({ name }: { name: string }) => name),
      enabled,
      disabled: (await api.connections.clients.get(own)).data,
      pages: (await raw('/api/v2/connections?take=2', { token: bearer })).body.next !== undefined,
      unknown: await refusal(
        api.connections.clients.update(own, [{ client_id: 'nobody', status: true }]),
      ),
      conflict: await refusal(
        api.connections.create({ name: 'github', strategy: 'github', options: {} }),
      ),
      deleted: (await raw(`/api/v2/connections/${own}`, { method: 'DELETE', token: bearer }))
        .status,
    }
    return result
  },
  async users() {
    const connection = 'Username-Password-Authentication'
    const password = 'Correct-horse-9'
    const made = await api.users.create({ connection, email: 'Grace@Example.com', password })
    const userId = made.user_id ?? ''
    const metadata = { user_metadata: { colour: 'red' } }
    await api.users.update(userId, metadata)
    const result = {
      made,
      form: /^auth0\|[0-9a-f]{24}$/.test(userId),
      updated: (await api.users.update(userId, { user_metadata: { size: 'l' } })).user_metadata,
      byEmail: (await api.users.listUsersByEmail({ email: 'grace@example.com' })).length,
      search: (await api.users.list({ q: 'email:"grace@example.com"' })).data.length,
      weak: await refusal(api.users.create({ connection, email: 'a@b.co', password: 'short' })),
      twice: await refusal(api.users.create({ connection, email: 'grace@example.com', password })),
      badEmail: await refusal(api.users.create({ connection, email: 'nope', password })),
      leaks: JSON.stringify(await api.users.get(userId)).includes('scrypt'),
    }
    await api.users.delete(userId)
    return { ...result, after: await refusal(api.users.get(userId)) }
  },
  async grants() {
    const identifier = 'https://api.example.com/'
    const server = await api.resourceServers.create({
      identifier,
      name: 'API',
      scopes: [{ value: 'read:things' }],
    })
    const before = await tokenRequest({ audience: identifier, client_id: id, client_secret: 'x' })
    await api.clients.update(id, { grant_types: ['authorization_code', 'client_credentials'] })
    const own = { client_id: id, client_secret: 'chosen-by-the-caller-0123456789' }
    const denied = await tokenRequest({ audience: identifier, ...own })
    const grant = await api.clientGrants.create({
      client_id: id,
      audience: identifier,
      scope: ['read:things'],
    })
    const granted = await tokenRequest({ audience: identifier, ...own })
    const foreign = await token(undefined, { audience: identifier, ...own })
    const elsewhere = (await raw('/api/v2/clients', { token: foreign })).body
    const twice = await refusal(
      api.clientGrants.create({ client_id: id, audience: identifier, scope: [] }),
    )
    const bearer = await token()
    const query = `audience=${encodeURIComponent(identifier)}&client_id=${id}`
    const adopted = await raw(`/api/v2/client-grants?${query}&include_totals=true&per_page=50`, {
      token: bearer,
    })
    const byIdentifier = await raw(`/api/v2/resource-servers/${encodeURIComponent(identifier)}`, {
      method: 'PATCH',
      token: bearer,
      body: '{"scopes":[{"value":"write:things"}]}',
    })
    await api.clientGrants.delete(grant.id ?? '')
    await api.resourceServers.delete(server.id ?? '')
    return {
      before,
      denied,
      granted,
      twice,
      adopted: adopted.body,
      byIdentifier: byIdentifier.body,
      elsewhere,
    }
  },
  async tenant() {
    const settings = await api.tenants.settings.update({
      friendly_name: 'Example',
      flags: { enable_client_connections: false },
    })
    const roles = await api.roles.create({ name: 'editor' })
    await api.roles.delete(roles.id ?? '')
    return {
      name: settings.friendly_name,
      flags: settings.flags,
      domains: await api.customDomains.list(),
      expected: run.tenant.customDomain,
    }
  },
  async deleteClients() {
    const page = await api.clients.list()
    const left = run.tenant.inventory()
    for (const client of page.data) {
      if (client.client_id !== MANAGEMENT.clientId) await api.clients.delete(client.client_id ?? '')
    }
    const connections = await api.connections.list()
    return {
      before: left.map(({ kind, name }) => `${kind} ${name}`),
      inventory: run.tenant.inventory(),
      enabled: connections.data.flatMap(
        (one) => (one as { enabled_clients?: string[] }).enabled_clients,
      ),
    }
  },
  async faults() {
    const bearer = await token()
    const get = () => raw('/api/v2/tenants/settings', { token: bearer })
    const status = () =>
      get().then(
        (answer) => answer.status,
        () => 'dropped',
      )
    run.tenant.setFaults([
      { path: '^/api/v2/', times: 1, fault: { status: 429, retryAfterSeconds: 2 } },
      { path: '^/api/v2/', times: 1, fault: { status: 500, message: 'Kaput' } },
      { path: '^/api/v2/', times: 1, fault: 'drop' },
    ])
    const limited = await get()
    const broken = await get()
    const rest = [await status(), await status()]
    run.tenant.setFaults(
      [{ method: 'GET', path: 'settings', share: 0.5, fault: { status: 503 } }],
      7,
    )
    const first = [await status(), await status(), await status(), await status()]
    run.tenant.setFaults(
      [{ method: 'GET', path: 'settings', share: 0.5, fault: { status: 503 } }],
      7,
    )
    const again = [await status(), await status(), await status(), await status()]
    run.tenant.setFaults([])
    const wait = Number(limited.headers['x-ratelimit-reset']) - Date.now() / 1000
    return {
      limited: { status: limited.status, body: limited.body, wait },
      broken: { status: broken.status, body: broken.body },
      rest,
      first,
      again,
    }
  },
  async calls() {
    const calls = run.tenant.calls()
    return [
      'POST /oauth/token',
      'GET /api/v2/clients/:id',
      'PATCH /api/v2/connections/:id/clients',
    ].map((name) => (calls[name] ?? 0) > 0)
  },
  async restart() {
    const { clientId } = MANAGEMENT
    const jwks = async () =>
      (await fetch(`https://${run.tenant.domain}/.well-known/jwks.json`)).text()
    const keysBefore = await jwks()
    await run.tenant.close()
    run.tenant = await run.start({
      management: { clientId, clientSecret: 'another-secret', scopes: ['read:clients'] },
      limits: { requestsPerSecond: 2 },
    })
    const again = new ManagementClient({
      domain: run.tenant.domain,
      clientId,
      clientSecret: 'another-secret',
      maxRetries: 0,
    })
    const names = (await again.clients.list()).data.map(({ name }) => name)
    await again.clients.list()
    const limited = await refusal(again.clients.list())
    return {
      keysKept: keysBefore === (await jwks()),
      friendlyName: JSON.parse(await readFile(join(run.dir, 'auth0.json'), 'utf8')).settings
        .friendly_name,
      mode: ((await stat(join(run.dir, 'auth0.json'))).mode & 0o777).toString(8),
      names,
      limited,
    }
  },
  async log() {
    const secrets = [
      MANAGEMENT.clientSecret,
      secret,
      'chosen-by-the-caller',
      'Correct-horse-9',
      'eyJ',
    ]
    return secrets.filter((one) => run.log.join('\n').includes(one))
  },
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
