/** Which user may log in to which application, and what a token says about a user. */
import type { Client, Connection, TenantState, User } from '../state.ts'

/** Claims by scope, as in Auth0's ID tokens. */
export const CLAIMS: Record<string, string[]> = {
  openid: ['sub'],
  profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
}

export function claimsOf(user: User): Record<string, unknown> & { sub: string } {
  const names = Object.values(CLAIMS).flat()
  const claims = names.filter((name) => user[name] !== undefined).map((name) => [name, user[name]])
  return { ...Object.fromEntries(claims), sub: user.user_id }
}

/** The connections that are enabled for an application. */
export function connectionsOf(state: TenantState, clientId: string): Connection[] {
  return state.connections.filter(({ enabled_clients }) => enabled_clients.includes(clientId))
}

/** Is this user still welcome: there, not blocked, and through an enabled connection? */
export function mayUse(state: TenantState, user: User | undefined, client: Client): boolean {
  if (!user || user.blocked) return false
  const enabled = connectionsOf(state, client.client_id).map(({ name }) => name)
  return user.identities.some(({ connection }) => enabled.includes(connection))
}
