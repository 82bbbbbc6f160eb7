/**
 * Where Auth0 ends its own session and leads back to the site
 * (https://auth0.com/docs/api/authentication/logout/auth-0-logout).
 */
export function auth0LogoutUrl(domain: string, clientId: string, url: string): string {
  const query = new URLSearchParams({ client_id: clientId, returnTo: `${url}/` })
  return `https://${domain}/v2/logout?${query}`
}

/**
 * Where an issuer ends its own session and leads back to the site
 * (https://openid.net/specs/openid-connect-rpinitiated-1_0.html).
 * @param endpoint its `end_session_endpoint`
 */
export function issuerLogoutUrl(endpoint: string, clientId: string, url: string): string {
  const target = new URL(endpoint)
  target.searchParams.set('client_id', clientId)
  target.searchParams.set('post_logout_redirect_uri', `${url}/`)
  return target.href
}
