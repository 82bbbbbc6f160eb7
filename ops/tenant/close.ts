import type { Tenant } from './api.ts'
import type { TenantSettings } from './stack.ts'

/**
 * Closes a tenant to strangers as far as a stack depends on it: no sign-ups in the databases among
 * its connections, no connection given to a new application by itself, and none on the stack's own
 * application but those that its settings list.
 * @returns what was changed, one line each
 * @throws Error where the token may not read a connection's options, before anything is changed: an
 *   update would replace what cannot be seen
 */
export async function closeSignUp(tenant: Tenant, settings: TenantSettings): Promise<string[]> {
  const { connections: names, application } = settings
  const [connections, everyConnection, linked] = await Promise.all([
    tenant.connections(names),
    tenant.givesEveryConnection(),
    application ? tenant.connectionsOf(application) : [],
  ])
  const databases = connections.filter(({ strategy }) => strategy === 'auth0')
  const unread = databases.find(({ options }) => !options)
  if (unread) {
    throw new Error(
      `Auth0 does not tell the options of ${unread.name}: the management application needs read:connections_options. Nothing was changed. Fix: Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine`,
    )
  }
  const changed: string[] = []
  for (const database of databases) {
    if (database.options?.disable_signup === true) continue
    await tenant.disableSignUp(database)
    changed.push(`${database.name}: sign-ups disabled`)
  }
  if (everyConnection) {
    await tenant.giveConnectionsOneByOne()
    changed.push('new applications get no connection by themselves (enable_client_connections)')
  }
  for (const { id = '', name = '' } of linked) {
    if (names.includes(name)) continue
    await tenant.unlink(id, application ?? '')
    changed.push(`${name}: taken from the application of ${settings.stack}, which does not list it`)
  }
  return changed
}
