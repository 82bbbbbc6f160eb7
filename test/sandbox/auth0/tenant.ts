/** The tenant beside its applications, as the official SDK sees it; prints observations. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ManagementClient } from 'auth0'
import { client, refusal } from './api.ts'
import { bench, MANAGEMENT, observe } from './harness.ts'

const run = await bench()
const { api, token, tokenRequest, raw } = client(run)

const CHOSEN = 'chosen-by-the-caller-0123456789'
const web = await api.clients.create({ name: 'web', app_type: 'regular_web' })
const id = web.client_id ?? ''
await api.clients.update(id, { client_secret: CHOSEN })
await api.clients.create({ name: 'second' })

const seen = await observe({
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
      enabled: enabled.length === 1 && enabled[0]?.client_id === id,
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
    const own = { client_id: id, client_secret: CHOSEN }
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
      { path: '^/api/v2/', times: 1, fault: 'lose' },
    ])
    const asked = Date.now() / 1000
    const limited = await get()
    const answered = Date.now() / 1000
    const broken = await get()
    const rest = [await status(), await status(), await status()]
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
    const reset = Number(limited.headers['x-ratelimit-reset'])
    const wait = [reset - answered, reset - asked]
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
      'PATCH /api/v2/clients/:id',
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
    // However long each takes: the bucket has two, and two a second.
    let limited: Awaited<ReturnType<typeof refusal>> | undefined
    while (!limited) {
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, () => again.clients.list()),
      )
      const refused = answers.find(({ status }) => status === 'rejected')
      if (refused)
        limited = await refusal(Promise.reject((refused as PromiseRejectedResult).reason))
    }
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
      web.client_secret ?? '',
      CHOSEN,
      'Correct-horse-9',
      'eyJ',
    ]
    return secrets.filter((one) => run.log.join('\n').includes(one))
  },
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
