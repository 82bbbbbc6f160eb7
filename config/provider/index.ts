import { EDGE_PATHS } from '../edge/index.ts'
import type { Values } from '../rules.ts'
import type { OpenIdSettings } from '../settings.ts'

/** https://developers.google.com/identity/openid-connect/openid-connect#discovery */
const GOOGLE = 'https://accounts.google.com'
const SCOPES = ['openid', 'email', 'profile']

/** The issuer that users log in at; undefined where it is an Auth0 tenant, or there is no login. */
export function openIdOf(values: Values): OpenIdSettings | undefined {
  const { provider, login, issuer, clientId, clientSecret, scopes } = values
  if (login === 'none' || (provider !== 'oidc' && provider !== 'google')) return undefined
  const isGoogle = provider === 'google'
  return {
    provider,
    issuer: issuer || GOOGLE,
    clientId,
    clientSecret,
    scopes: scopes.length > 0 ? scopes : SCOPES,
    callbackPath: login === 'edge' ? EDGE_PATHS.callbackPath : isGoogle ? '/auth' : '/callback',
    // Google knows no other (https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters).
    switchPrompt: isGoogle ? 'select_account' : 'login',
  }
}
