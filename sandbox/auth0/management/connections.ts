/** Connections, and which applications may use them: `/api/v2/connections`. */
import { newId } from '../ids.ts'
import type { Connection } from '../state.ts'
import { findClient } from './clients.ts'
import { ApiError, insufficientScope, notFound } from './errors.ts'
import { applyPatch, checkpoint, paged, selectFields } from './lists.ts'
import type { Call, Route } from './route.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const object: Schema = { type: 'object' }
const texts: Schema = { type: 'array', items: text }

const properties: Record<string, Schema> = {
  display_name: { type: 'string', maxLength: 128 },
  options: object,
  enabled_clients: texts,
  is_domain_connection: flag,
  show_as_button: flag,
  realms: texts,
  metadata: { type: 'object', maxProperties: 10 },
  authentication: object,
  connected_accounts: object,
  cross_app_access_requesting_app: object,
  cross_app_access_resource_app: object,
}
const createSchema = objectSchema(
  {
    ...properties,
    name: { type: 'string', minLength: 1, maxLength: 128, format: 'connection-name' },
    strategy: { type: 'string', minLength: 1 },
  },
  ['name', 'strategy'],
)
const updateSchema = objectSchema(properties)
const clientsSchema: Schema = {
  type: 'array',
  minItems: 1,
  maxItems: 50,
  items: objectSchema({ client_id: text, status: flag }, ['client_id', 'status']),
}

/** In an answer whichever fields were asked for; clients count on the id. */
const ALWAYS = ['id', 'is_domain_connection', 'authentication', 'connected_accounts']

/** Options of a database that an update replaces only where it names them. */
const LASTING_OPTIONS = ['authentication_methods', 'passkey_options']

/** Social strategies whose requested scopes go as booleans beside the other options. */
const SOCIAL_SCOPES: Record<string, Record<string, string>> = {
  'google-oauth2': {
    email: 'email',
    profile: 'profile',
    gmail: 'https://mail.google.com/mail/feed/atom',
    youtube: 'https://gdata.youtube.com',
  },
}

export function connectionDefaults(strategy: string): { options: Record<string, unknown> } {
  const common = {
    is_domain_connection: false,
    authentication: { active: true },
    connected_accounts: { active: false },
  }
  if (strategy !== 'auth0') return { ...common, options: { email: true, profile: true } }
  const options = {
    mfa: { active: true, return_enroll_settings: true },
    passwordPolicy: 'good',
    passkey_options: {
      challenge_ui: 'both',
      local_enrollment_enabled: true,
      progressive_enrollment_enabled: true,
    },
    strategy_version: 2,
    authentication_methods: {
      passkey: { enabled: false },
      password: { enabled: true, api_behavior: 'required' },
    },
    brute_force_protection: true,
  }
  return { ...common, options }
}

function scopeOf(strategy: string, options: Record<string, unknown>): { scope?: string[] } {
  const known = SOCIAL_SCOPES[strategy]
  if (!known) return {}
  const scope = Object.keys(known).filter((name) => options[name] === true)
  return { scope: scope.map((name) => known[name] as string) }
}

function existing({ tenant, params }: Call): Connection {
  const found = tenant.state.connections.find(({ id }) => id === params.id)
  if (!found) throw notFound('connection')
  return found
}

/** Without the options where the token lacks their scope; no error says so. */
function visible(connection: Connection, { scopes }: Call): Partial<Connection> {
  if (scopes.has('read:connections_options')) return connection
  const { options: _, ...others } = connection
  return others
}

function create(call: Call) {
  const { body } = call
  const { state } = call.tenant
  validateBody(body, createSchema)
  const given = body as Partial<Connection> & { name: string; strategy: string }
  if (state.connections.some(({ name }) => name === given.name)) {
    throw new ApiError(409, 'A connection with the same name already exists', 'connection_conflict')
  }
  const defaults = connectionDefaults(given.strategy)
  const options = {
    ...(given.strategy === 'auth0' ? defaults.options : {}),
    ...given.options,
    ...scopeOf(given.strategy, given.options ?? {}),
  }
  const connection: Connection = {
    realms: [given.name],
    enabled_clients: [],
    ...defaults,
    ...given,
    id: newId.connection(),
    options,
  }
  state.connections.push(connection)
  return { status: 201, body: visible(connection, call) }
}

function update(call: Call) {
  const connection = existing(call)
  validateBody(call.body, updateSchema, { nullDeletes: true })
  const { options, ...patch } = call.body as Partial<Connection>
  if (options !== undefined && !call.scopes.has('update:connections_options')) {
    throw insufficientScope(['update:connections_options'])
  }
  applyPatch(connection, patch, ['metadata'])
  if (options !== undefined) {
    // All the rest of the options is replaced, as the reference warns.
    const kept = Object.entries(connection.options ?? {}).filter(([name]) =>
      LASTING_OPTIONS.includes(name),
    )
    connection.options = {
      ...Object.fromEntries(kept),
      ...options,
      ...scopeOf(connection.strategy, options ?? {}),
    }
  }
  connection.enabled_clients ??= []
  return { status: 200, body: visible(connection, call) }
}

function updateClients(call: Call) {
  const connection = existing(call)
  validateBody(call.body, clientsSchema)
  const changes = call.body as { client_id: string; status: boolean }[]
  for (const { client_id, status } of changes) {
    // Taking away what is not there is fine, and so is an application that is gone.
    if (status && !findClient(call.tenant.state, client_id)) throw notFound('client')
  }
  const enabled = new Set(connection.enabled_clients)
  for (const { client_id, status } of changes) {
    if (status) enabled.add(client_id)
    else enabled.delete(client_id)
  }
  connection.enabled_clients = [...enabled]
  return { status: 204 }
}

function list(call: Call) {
  const { tenant, query } = call
  const strategies = query.strategy?.split(',')
  const found = tenant.state.connections
    .filter(({ strategy }) => !strategies || strategies.includes(strategy))
    .filter(({ name }) => !query.name || name === query.name)
    .map((connection) => selectFields(visible(connection, call), query, ALWAYS))
  return { status: 200, body: paged('connections', found, query) }
}

function ofClient(call: Call) {
  const { params, query } = call
  const { state } = call.tenant
  if (!findClient(state, params.id)) throw notFound('client')
  const found = state.connections
    .filter((one) => one.enabled_clients.includes(params.id as string))
    .map((one) => visible(one, call))
  return { status: 200, body: checkpoint('connections', found, query) }
}

export const connectionRoutes: Route[] = [
  { method: 'GET', path: '/connections', scopes: ['read:connections'], handle: list },
  { method: 'POST', path: '/connections', scopes: ['create:connections'], handle: create },
  {
    method: 'GET',
    path: '/connections/:id',
    scopes: ['read:connections'],
    handle(call) {
      return { status: 200, body: selectFields(visible(existing(call), call), call.query, ALWAYS) }
    },
  },
  { method: 'PATCH', path: '/connections/:id', scopes: ['update:connections'], handle: update },
  {
    method: 'DELETE',
    path: '/connections/:id',
    scopes: ['delete:connections'],
    handle(call) {
      const connection = existing(call)
      const { state } = call.tenant
      state.connections = state.connections.filter((one) => one !== connection)
      return { status: 202, body: { deleted_at: new Date().toISOString() } }
    },
  },
  {
    method: 'GET',
    path: '/connections/:id/clients',
    scopes: ['read:connections'],
    handle(call) {
      const clients = existing(call).enabled_clients.map((client_id) => ({ client_id }))
      return { status: 200, body: checkpoint('clients', clients, call.query) }
    },
  },
  {
    method: 'PATCH',
    path: '/connections/:id/clients',
    scopes: ['update:connections'],
    handle: updateClients,
  },
  {
    method: 'GET',
    path: '/clients/:id/connections',
    scopes: ['read:connections', 'read:clients'],
    handle: ofClient,
  },
]
