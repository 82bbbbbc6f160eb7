/** Applications: `/api/v2/clients`. */
import { newId } from '../ids.ts'
import type { Client, TenantState } from '../state.ts'
import { clientSchema, clientUpdateSchema } from './client-schema.ts'
import { limitReached, notFound } from './errors.ts'
import { applyPatch, paged, selectFields } from './lists.ts'
import type { Call, Route } from './route.ts'
import { validateBody } from './validation.ts'

/** A token without one of these does not get to see the secret. */
const SECRET_SCOPES = ['read:client_keys', 'read:client_credentials']
const READ_SCOPES = ['read:clients', ...SECRET_SCOPES]

const PUBLIC_TYPES = ['spa', 'native']

/** What the API fills in where the request is silent (as seen in its answers). */
export function clientDefaults(appType?: string): Partial<Client> {
  const isPublic = PUBLIC_TYPES.includes(appType ?? '')
  return {
    tenant: 'sandbox',
    global: false,
    is_token_endpoint_ip_header_trusted: false,
    is_first_party: true,
    oidc_conformant: appType === 'native',
    sso_disabled: false,
    cross_origin_authentication: false,
    cross_origin_auth: false,
    custom_login_page_on: true,
    jwt_configuration: { lifetime_in_seconds: 36000, secret_encoded: false },
    grant_types: [
      'authorization_code',
      'implicit',
      'refresh_token',
      ...(isPublic ? [] : ['client_credentials']),
    ],
    ...(isPublic ? { token_endpoint_auth_method: 'none' } : {}),
    refresh_token: {
      expiration_type: 'non-expiring',
      leeway: 0,
      infinite_token_lifetime: true,
      infinite_idle_token_lifetime: true,
      token_lifetime: 2592000,
      idle_token_lifetime: 1296000,
      rotation_type: 'non-rotating',
    },
  }
}

export function findClient(state: TenantState, id: string | undefined): Client | undefined {
  return state.clients.find((client) => client.client_id === id)
}

function existing({ tenant, params }: Call): Client {
  const client = findClient(tenant.state, params.id)
  if (!client) throw notFound('client')
  return client
}

/** The application as this token may see it. */
function visible(client: Client, call: Call): Partial<Client> {
  const { client_secret, ...rest } = client
  const maySeeSecret = SECRET_SCOPES.some((scope) => call.scopes.has(scope))
  return selectFields(maySeeSecret ? { ...rest, client_secret } : rest, call.query)
}

function create(call: Call) {
  validateBody(call.body, clientSchema, { nullDeletes: true })
  const { state, maxApplications } = call.tenant
  if (state.clients.length >= maxApplications) throw limitReached()
  const given = Object.entries(call.body as object).filter(([, value]) => value !== null)
  const body = Object.fromEntries(given) as Partial<Client> & { name: string }
  const defaults = clientDefaults(body.app_type)
  const client: Client = {
    ...defaults,
    ...body,
    jwt_configuration: { ...defaults.jwt_configuration, ...body.jwt_configuration },
    refresh_token: {
      ...(defaults.refresh_token as object),
      ...(body.refresh_token as object | undefined),
    },
    client_id: newId.client(),
    client_secret: body.client_secret ?? newId.clientSecret(),
  }
  state.clients.push(client)
  const flags = state.settings.flags as { enable_client_connections?: boolean } | undefined
  if (flags?.enable_client_connections) {
    for (const connection of state.connections) connection.enabled_clients.push(client.client_id)
  }
  return { status: 201, body: visible(client, { ...call, query: {} }) }
}

function update(call: Call) {
  const client = existing(call)
  validateBody(call.body, clientUpdateSchema, { nullDeletes: true })
  const patch = call.body as Record<string, unknown>
  applyPatch(client, patch, ['client_metadata', 'jwt_configuration', 'refresh_token'])
  return { status: 200, body: visible(client, { ...call, query: {} }) }
}

function remove({ tenant: { state }, params }: Call) {
  state.clients = state.clients.filter((client) => client.client_id !== params.id)
  state.clientGrants = state.clientGrants.filter((grant) => grant.client_id !== params.id)
  for (const connection of state.connections) {
    connection.enabled_clients = connection.enabled_clients.filter((id) => id !== params.id)
  }
  return { status: 204 }
}

function list(call: Call) {
  const { app_type, is_first_party, is_global, q: _, ...query } = call.query
  const types = app_type?.split(',')
  const found = call.tenant.state.clients.filter(
    (client) =>
      (!types || types.includes(client.app_type ?? '')) &&
      (!is_first_party || String(client.is_first_party) === is_first_party) &&
      (!is_global || String(client.global) === is_global),
  )
  const seen = found.map((client) => visible(client, { ...call, query }))
  return { status: 200, body: paged('clients', seen, query) }
}

export const clientRoutes: Route[] = [
  { method: 'GET', path: '/clients', scopes: READ_SCOPES, handle: list },
  { method: 'POST', path: '/clients', scopes: ['create:clients'], handle: create },
  {
    method: 'GET',
    path: '/clients/:id',
    scopes: READ_SCOPES,
    handle: (call) => ({ status: 200, body: visible(existing(call), call) }),
  },
  {
    method: 'PATCH',
    path: '/clients/:id',
    scopes: ['update:clients', 'update:client_keys', 'update:client_credentials'],
    handle: update,
  },
  { method: 'DELETE', path: '/clients/:id', scopes: ['delete:clients'], handle: remove },
  {
    method: 'POST',
    path: '/clients/:id/rotate-secret',
    scopes: ['update:client_keys', 'update:client_credentials'],
    handle(call) {
      const client = existing(call)
      client.client_secret = newId.clientSecret()
      return { status: 200, body: visible(client, { ...call, query: {} }) }
    },
  },
  {
    // Keys for private_key_jwt; a tenant that uses secrets has none. The list is bare.
    method: 'GET',
    path: '/clients/:id/credentials',
    scopes: ['read:client_credentials'],
    handle(call) {
      existing(call)
      return { status: 200, body: [] }
    },
  },
]
