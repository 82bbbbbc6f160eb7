/** Scopes of the part of the Management API that is simulated (from its reference pages). */
const entities: Record<string, string[]> = {
  clients: ['create', 'read', 'update', 'delete'],
  client_keys: ['create', 'read', 'update', 'delete'],
  client_credentials: ['create', 'read', 'update', 'delete'],
  client_grants: ['create', 'read', 'update', 'delete'],
  connections: ['create', 'read', 'update', 'delete'],
  connections_options: ['read', 'update'],
  custom_domains: ['create', 'read', 'update', 'delete'],
  resource_servers: ['create', 'read', 'update', 'delete'],
  role_members: ['create', 'read', 'delete'],
  roles: ['create', 'read', 'update', 'delete'],
  tenant_settings: ['read', 'update'],
  user_tickets: ['create'],
  users: ['create', 'read', 'update', 'delete'],
}

export const MANAGEMENT_SCOPES: string[] = Object.entries(entities).flatMap(([entity, actions]) =>
  actions.map((action) => `${action}:${entity}`),
)
