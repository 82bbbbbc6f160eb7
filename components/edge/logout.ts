/**
 * Where Auth0 ends its own session and leads back to the site
 * (https://auth0.com/docs/api/authentication/logout/auth-0-logout).
 */
export function auth0LogoutUrl(domain: string, clientId: string, url: string): string {
  const query = new URLSearchParams({ client_id: clientId, returnTo: `${url}/` })
  return `https://${domain}/v2/logout?${query}`
}
