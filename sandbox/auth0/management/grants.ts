/** APIs and who may ask for tokens to them: `/api/v2/resource-servers`, `/api/v2/client-grants`. */
import { newId } from '../ids.ts'
import type { ClientGrant, ResourceServer, TenantState } from '../state.ts'
import { findClient } from './clients.ts'
import { ApiError, notFound } from './errors.ts'
import { applyPatch, paged } from './lists.ts'
import type { Call, Route } from './route.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'array', items: text }
const flag: Schema = { type: 'boolean' }

const serverProperties: Record<string, Schema> = {
  name: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^<>]+$' },
  scopes: {
    type: 'array',
    items: objectSchema({ value: { type: 'string', minLength: 1 }, description: text }),
  },
  signing_alg: { type: 'string', enum: ['HS256', 'RS256', 'RS512', 'PS256'] },
  signing_secret: { type: 'string', minLength: 16 },
  allow_offline_access: flag,
  allow_online_access: flag,
  token_lifetime: { type: 'integer', minimum: 0, maximum: 2592000 },
  token_lifetime_for_web: { type: 'integer', minimum: 0, maximum: 2592000 },
  token_dialect: text,
  skip_consent_for_verifiable_first_party_clients: flag,
  enforce_policies: flag,
  token_encryption: { type: 'object' },
  consent_policy: text,
  authorization_details: { type: 'array' },
  proof_of_possession: { type: 'object' },
  subject_type_authorization: { type: 'object' },
  allow_online_access_with_ephemeral_sessions: flag,
  authorization_policy: { type: 'object' },
}
const serverSchema = objectSchema(
  { ...serverProperties, identifier: { type: 'string', minLength: 1, maxLength: 600 } },
  ['identifier'],
)
const serverUpdateSchema = objectSchema(serverProperties)

const grantProperties: Record<string, Schema> = {
  scope: texts,
  organization_usage: { type: 'string', enum: ['deny', 'allow', 'require'] },
  allow_any_organization: flag,
  authorization_details_types: texts,
  allow_all_scopes: flag,
}
const grantSchema = objectSchema(
  {
    ...grantProperties,
    client_id: { type: 'string', minLength: 1 },
    audience: { type: 'string', minLength: 1 },
    subject_type: { type: 'string', enum: ['client', 'user'] },
    default_for: text,
  },
  ['audience'],
)
const grantUpdateSchema = objectSchema(grantProperties)

/** By id or, as the API allows as well, by identifier. */
export function findServer(state: TenantState, key: string): ResourceServer | undefined {
  return state.resourceServers.find(({ id, identifier }) => id === key || identifier === key)
}

function existingServer({ tenant, params }: Call): ResourceServer {
  const found = findServer(tenant.state, params.id as string)
  if (!found) throw notFound('resource server')
  return found
}

function createServer({ tenant: { state }, body }: Call) {
  validateBody(body, serverSchema, { nullDeletes: true })
  const given = body as Partial<ResourceServer> & { identifier: string }
  if (findServer(state, given.identifier)) {
    throw new ApiError(
      409,
      'A resource server with the same identifier already exists',
      'resource_server_conflict',
    )
  }
  const server: ResourceServer = {
    is_system: false,
    allow_offline_access: false,
    skip_consent_for_verifiable_first_party_clients: false,
    token_lifetime: 86400,
    token_lifetime_for_web: 7200,
    signing_alg: 'RS256',
    subject_type_authorization: {
      user: { policy: 'allow_all' },
      client: { policy: 'require_client_grant' },
    },
    ...given,
    id: newId.resourceServer(),
  }
  state.resourceServers.push(server)
  return { status: 201, body: server }
}

function removeServer({ tenant: { state }, params }: Call) {
  const server = findServer(state, params.id as string)
  if (server?.is_system) {
    throw new ApiError(400, 'System APIs cannot be deleted', 'operation_not_supported')
  }
  state.resourceServers = state.resourceServers.filter((one) => one !== server)
  state.clientGrants = state.clientGrants.filter((one) => one.audience !== server?.identifier)
  return { status: 204 }
}

function existingGrant({ tenant, params }: Call): ClientGrant {
  const found = tenant.state.clientGrants.find(({ id }) => id === params.id)
  if (!found) throw notFound('client grant')
  return found
}

function createGrant({ tenant: { state }, body }: Call) {
  validateBody(body, grantSchema)
  const given = body as Partial<ClientGrant> & { audience: string; client_id: string }
  if (!findClient(state, given.client_id)) throw notFound('client')
  if (!findServer(state, given.audience)) throw notFound('resource server')
  const twin = state.clientGrants.some(
    (one) => one.client_id === given.client_id && one.audience === given.audience,
  )
  if (twin) {
    throw new ApiError(
      409,
      'A client grant with the same audience and client_id already exists',
      'grant_conflict',
    )
  }
  const grant: ClientGrant = {
    scope: [],
    subject_type: 'client',
    ...given,
    id: newId.clientGrant(),
  }
  state.clientGrants.push(grant)
  return { status: 201, body: grant }
}

function listGrants({ tenant, query }: Call) {
  const found = tenant.state.clientGrants
    .filter(({ audience }) => !query.audience || audience === query.audience)
    .filter(({ client_id }) => !query.client_id || client_id === query.client_id)
  return { status: 200, body: paged('client_grants', found, query) }
}

export const grantRoutes: Route[] = [
  {
    method: 'GET',
    path: '/resource-servers',
    scopes: ['read:resource_servers'],
    handle: ({ tenant, query }) => ({
      status: 200,
      body: paged('resource_servers', tenant.state.resourceServers, query),
    }),
  },
  {
    method: 'POST',
    path: '/resource-servers',
    scopes: ['create:resource_servers'],
    handle: createServer,
  },
  {
    method: 'GET',
    path: '/resource-servers/:id',
    scopes: ['read:resource_servers'],
    handle: (call) => ({ status: 200, body: existingServer(call) }),
  },
  {
    method: 'PATCH',
    path: '/resource-servers/:id',
    scopes: ['update:resource_servers'],
    handle(call) {
      const server = existingServer(call)
      validateBody(call.body, serverUpdateSchema, { nullDeletes: true })
      applyPatch(server, call.body as Record<string, unknown>)
      return { status: 200, body: server }
    },
  },
  {
    method: 'DELETE',
    path: '/resource-servers/:id',
    scopes: ['delete:resource_servers'],
    handle: removeServer,
  },
  { method: 'GET', path: '/client-grants', scopes: ['read:client_grants'], handle: listGrants },
  { method: 'POST', path: '/client-grants', scopes: ['create:client_grants'], handle: createGrant },
  {
    method: 'GET',
    path: '/client-grants/:id',
    scopes: ['read:client_grants'],
    handle: (call) => ({ status: 200, body: existingGrant(call) }),
  },
  {
    method: 'PATCH',
    path: '/client-grants/:id',
    scopes: ['update:client_grants'],
    handle(call) {
      const grant = existingGrant(call)
      validateBody(call.body, grantUpdateSchema, { nullDeletes: true })
      applyPatch(grant, call.body as Record<string, unknown>)
      return { status: 200, body: grant }
    },
  },
  {
    method: 'DELETE',
    path: '/client-grants/:id',
    scopes: ['delete:client_grants'],
    handle({ tenant: { state }, params }) {
      state.clientGrants = state.clientGrants.filter(({ id }) => id !== params.id)
      return { status: 204 }
    },
  },
]
