/** A tenant with an application, and a person who logs in to it by openid-client (certified). */
import { ManagementClient } from 'auth0'
import * as oidc from 'openid-client'
import { Browser, bench, MANAGEMENT, read } from './harness.ts'

export const run = await bench()
export const { domain, customDomain } = run.tenant
export const issuer = new URL(`https://${customDomain}/`)
export const api = new ManagementClient({ domain, ...MANAGEMENT })
export const CALLBACK = 'https://dev.padlock.localhost:8443/callback'
export const HOME = 'https://dev.padlock.localhost:8443/'
export const ADA = { username: 'ada@example.com', password: 'sandbox' }

await api.tenants.settings.update({ flags: { enable_client_connections: false } })
const connections = (await api.connections.list()).data as { id: string; name: string }[]
export const connectionId = (name: string) =>
  connections.find((one) => one.name === name)?.id as string
export const DATABASE = connectionId('Username-Password-Authentication')

export async function application(name: string, more: object = {}, enabled = [DATABASE]) {
  const made = await api.clients.create({
    name,
    app_type: 'regular_web',
    oidc_conformant: true,
    callbacks: [CALLBACK],
    allowed_logout_urls: [HOME],
    grant_types: ['authorization_code'],
    jwt_configuration: { alg: 'RS256' },
    token_endpoint_auth_method: 'client_secret_post',
    ...more,
  })
  const id = made.client_id as string
  for (const one of enabled) {
    await api.connections.clients.update(one, [{ client_id: id, status: true }])
  }
  return { id, secret: made.client_secret as string }
}

export const web = await application('Demo app')
export const config = await oidc.discovery(issuer, web.id, web.secret)

export interface Begun {
  url: URL
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string }
}

export async function begin(target = config, more: Record<string, string> = {}): Promise<Begun> {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const expectedNonce = oidc.randomNonce()
  const url = oidc.buildAuthorizationUrl(target, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  })
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
}

/** Up to the callback's URL, as the browser would ask the app for it. */
export async function logIn(begun: Begun, credentials = ADA, browser = new Browser()) {
  const page = await browser.follow(begun.url.href)
  if (page.url.startsWith(CALLBACK)) return new URL(page.url)
  const answer = await browser.submit(page.url, { ...credentials, action: 'default' })
  if (!answer.url.startsWith(CALLBACK)) throw new Error(JSON.stringify(await read(answer.response)))
  return new URL(answer.url)
}

/** The OAuth error of an exchange that must not succeed. */
export async function refused(exchange: Promise<unknown>) {
  return exchange.then(
    () => 'accepted',
    (error: { error?: string; error_description?: string; status?: number; message: string }) => ({
      status: error.status,
      error: error.error ?? error.message,
      description: error.error_description,
    }),
  )
}

export async function errorAt(url: string, browser = new Browser()) {
  const { response } = await browser.follow(url)
  return { status: response.status, ...(await read(response)) }
}
