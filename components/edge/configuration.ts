/** Where systemd shows the service its files, which nobody else reads (systemd.exec(5), credentials). */
const CREDENTIALS = '/run/credentials/padlock-edge.service'

/** Who knows the users. */
export interface Provider {
  /** Of the tokens, exactly as the provider writes it. */
  issuer: string
  clientId: string
  scopes: string[]
  /** OpenID Connect's `prompt`; absent where a log-out ends the provider's session too. */
  prompt?: string
}

export interface EdgeOptions {
  /** Public base URL of the site, no final slash. */
  url: string
  provider: Provider
  /** Does the site answer at further names? Then a login comes back to the one where it began. */
  aliases?: boolean
  /** E-mail domains without @. */
  allowedDomains: string[]
}

/**
 * The configuration file of oauth2-proxy >= 7.15.6 (TOML). Only addresses that the provider says are
 * verified come in: without the claim oauth2-proxy would let them pass, so it is read as a group.
 * Nothing is skipped (`skip_auth_*`): what needs no login never comes here.
 */
export function configuration({ url, provider, aliases, allowedDomains }: EdgeOptions): string {
  const { issuer, clientId, scopes, prompt } = provider
  const settings: Record<string, string | number | boolean | string[]> = {
    // The socket that systemd opened; whoever comes by it is Caddy.
    http_address: 'fd:3',
    reverse_proxy: true,
    trusted_proxy_ips: ['127.0.0.1/32'],
    upstreams: ['static://202'],
    provider: 'oidc',
    oidc_issuer_url: issuer,
    client_id: clientId,
    client_secret_file: `${CREDENTIALS}/client-secret`,
    // Without a host it is that of the request, which Caddy lets through for its own names alone.
    redirect_url: `${aliases ? '' : url}/oauth2/callback`,
    scope: scopes.join(' '),
    ...(prompt && { prompt }),
    code_challenge_method: 'S256',
    insecure_oidc_skip_nonce: false,
    oidc_groups_claim: 'email_verified',
    allowed_groups: ['true'],
    authenticated_emails_file: `${CREDENTIALS}/emails`,
    ...(allowedDomains.length > 0 && { email_domains: allowedDomains }),
    cookie_name: '__Host-edge',
    cookie_secret_file: `${CREDENTIALS}/cookie-secret`,
    cookie_expire: '12h',
    cookie_secure: true,
    cookie_httponly: true,
    cookie_samesite: 'lax',
    // An abandoned login leaves a cookie; a handful of tabs may each have one.
    cookie_csrf_per_request: true,
    cookie_csrf_per_request_limit: 5,
    session_cookie_minimal: true,
    skip_provider_button: true,
    set_xauthrequest: true,
    // Caddy has a line for every request already.
    request_logging: false,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join('')
}

/** The file with the addresses; one a line, as CSV. */
export const emailsFile = (emails: string[]) => emails.map((email) => `"${email}"\n`).join('')
