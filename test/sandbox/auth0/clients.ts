/** Tokens and applications as the official SDK sees them; prints observations. */
import { basic, client, refusal } from './api.ts'
import { bench, MANAGEMENT, observe } from './harness.ts'

const run = await bench({ limits: { applications: 4 } })
const { api, audience, token, tokenRequest, raw } = client(run)

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
  async log() {
    const secrets = [MANAGEMENT.clientSecret, secret, 'chosen-by-the-caller', 'eyJ']
    return secrets.filter((one) => run.log.join('\n').includes(one))
  },
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
