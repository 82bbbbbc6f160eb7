/** What a new tenant comes with, and what is put right at every start. */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import { newId } from './ids.ts'
import { clientDefaults } from './management/clients.ts'
import { connectionDefaults } from './management/connections.ts'
import { MANAGEMENT_SCOPES } from './management/scopes.ts'
import { newUser } from './management/users.ts'
import { hashPassword } from './passwords.ts'
import type { TenantState } from './state.ts'

export const DATABASE = 'Username-Password-Authentication'

/** Users of the simulated tenant; the password is no secret. */
export const DEMO_USERS = [
  { email: 'ada@example.com', name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
  { email: 'mallory@example.com', name: 'Mallory' },
]
export const DEMO_PASSWORD = 'sandbox'

export interface ManagementClient {
  clientId: string
  clientSecret: string
  /** What its tokens may do; everything if absent. */
  scopes?: string[]
}

export async function seed(): Promise<TenantState> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signingKey = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }
  const connections = [
    { ...connectionDefaults('auth0'), name: DATABASE, strategy: 'auth0' },
    { ...connectionDefaults('google-oauth2'), name: 'google-oauth2', strategy: 'google-oauth2' },
  ].map((connection) => ({
    ...connection,
    id: newId.connection(),
    enabled_clients: [],
    realms: [connection.name],
  }))
  const users = await Promise.all(
    DEMO_USERS.map(async (user) => ({
      ...newUser(DATABASE, 'auth0', newId.user(), { ...user, email_verified: true }),
      passwordHash: await hashPassword(DEMO_PASSWORD),
    })),
  )
  return {
    version: 1,
    signingKey: { ...signingKey, kid: randomBytes(16).toString('base64url') },
    cookieKeys: [randomBytes(32).toString('base64url')],
    settings: newSettings(),
    clients: [],
    connections,
    users,
    resourceServers: [],
    clientGrants: [],
    roles: [],
    tickets: [],
    mail: [],
    builtIn: [...connections.map(({ id }) => id), ...users.map((user) => user.user_id)],
    artifacts: {},
  }
}

function newSettings(): Record<string, unknown> {
  return {
    change_password: { enabled: false },
    default_directory: DATABASE,
    enabled_locales: ['en'],
    flags: {
      // The API's default: a new application gets every connection there is.
      enable_client_connections: true,
      enable_sso: true,
      revoke_refresh_token_grant: false,
      universal_login: true,
    },
    friendly_name: 'Sandbox',
    guardian_mfa_page: { enabled: false },
    idle_session_lifetime: 72,
    session_lifetime: 168,
    sandbox_version: '22',
    sandbox_versions_available: ['22'],
    oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
    resource_parameter_profile: 'audience',
  }
}

/** Nobody registers himself, and a new application gets no connection but its own. */
export function closeToStrangers(state: TenantState): void {
  state.closed = true
  state.settings.flags = {
    ...(state.settings.flags as object),
    enable_client_connections: false,
  }
  for (const { strategy, options } of state.connections) {
    if (strategy === 'auth0') options.disable_signup = true
  }
}

/**
 * The application that programs manage the tenant with, and the Management API itself. Its name
 * carries the domain, and so the port, which may be another one than at the last start.
 */
export function ensureManagement(
  state: TenantState,
  domain: string,
  management: ManagementClient,
): void {
  const identifier = `https://${domain}/api/v2/`
  let api = state.resourceServers.find((server) => server.is_system)
  if (!api) {
    api = { id: newId.resourceServer(), identifier, is_system: true, token_lifetime: 86400 }
    state.resourceServers.push(api)
    state.builtIn.push(api.id)
  }
  for (const grant of state.clientGrants) {
    if (grant.audience === api.identifier) grant.audience = identifier
  }
  Object.assign(api, {
    name: 'Auth0 Management API',
    identifier,
    signing_alg: 'RS256',
    scopes: MANAGEMENT_SCOPES.map((value) => ({ value })),
  })

  const { clientId, clientSecret, scopes = MANAGEMENT_SCOPES } = management
  let client = state.clients.find((candidate) => candidate.client_id === clientId)
  if (!client) {
    client = {
      ...clientDefaults('non_interactive'),
      name: 'Deployment (Management API)',
      app_type: 'non_interactive',
      client_id: clientId,
      client_secret: clientSecret,
    }
    state.clients.push(client)
    state.builtIn.push(clientId)
  }
  client.client_secret = clientSecret
  client.grant_types = ['client_credentials']
  const grant = state.clientGrants.find(
    (candidate) => candidate.client_id === clientId && candidate.audience === identifier,
  )
  if (grant) {
    grant.scope = [...scopes]
  } else {
    const id = newId.clientGrant()
    state.clientGrants.push({ id, client_id: clientId, audience: identifier, scope: [...scopes] })
    state.builtIn.push(id)
  }
}
