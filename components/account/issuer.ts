import { log } from '@pulumi/pulumi'
import { Agent, fetch, type RequestInit, type Response } from 'undici'
import { lookupName } from '../../config/lookup.ts'
import type { OpenIdSettings } from '../../config/settings.ts'
import { listed } from '../resolution/delegation.ts'
import { configurationError } from './error.ts'

/** What an issuer says of itself, as far as the stack needs it. */
export interface FoundIssuer {
  /** Where the app sends who logs in; nothing that a shell would take for its own. */
  authorizationEndpoint: string
  /** Of RP-initiated log-out (OpenID Connect RP-Initiated Logout 1.0), as plain; absent where it has none. */
  endSessionEndpoint?: string
}

interface Document {
  issuer?: unknown
  authorization_endpoint?: unknown
  token_endpoint?: unknown
  jwks_uri?: unknown
  end_session_endpoint?: unknown
  response_types_supported?: unknown
  id_token_signing_alg_values_supported?: unknown
  token_endpoint_auth_methods_supported?: unknown
}

const TIMEOUT_MS = 10_000
const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const
const ADDRESS = /^https:\/\/[\w.-]+(:\d+)?(\/[\w./~%-]*)?$/

const agent = new Agent({ connect: { lookup: lookupName, timeout: TIMEOUT_MS } })

/**
 * Asks the issuer for its discovery document (OpenID Connect Discovery 1.0, section 4) and whether
 * it knows the application, before anything is made.
 * @param redirectUri the callback, which the question about the application names
 * @throws RunError that says what is wrong with which key
 */
export async function checkIssuer(
  openId: OpenIdSettings,
  redirectUri: string,
): Promise<FoundIssuer> {
  const document = await discover(openId.issuer)
  await checkApplication(openId, document, redirectUri)
  const { authorization_endpoint, end_session_endpoint } = document
  return {
    authorizationEndpoint: String(authorization_endpoint),
    endSessionEndpoint: ADDRESS.test(String(end_session_endpoint))
      ? String(end_session_endpoint)
      : undefined,
  }
}

async function discover(issuer: string): Promise<Document> {
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await ask(place).catch((error) => {
    throw wrong(issuer, `cannot be reached: ${reason(error)}`)
  })
  if (answer.status !== 200) throw wrong(issuer, `is none: ${place} answers ${answer.status}`)
  const document = await answer.json().catch(() => undefined)
  if (typeof document !== 'object' || document === null)
    throw wrong(issuer, `is none: ${place} is no JSON`)
  return sound(issuer, document)
}

function sound(issuer: string, document: Document): Document {
  const name = document.issuer
  if (name !== issuer) {
    const other = typeof name === 'string' ? `calls itself "${name.slice(0, 200)}"` : 'has no name'
    const fix = typeof name === 'string' && ADDRESS.test(name) ? name : 'URL'
    throw configurationError(
      `issuer = "${issuer}" ${other}, and logins would be refused for it`,
      'the URL that the issuer calls itself, to the last slash',
      `pulumi config set issuer ${fix}`,
    )
  }
  const missing = ENDPOINTS.filter((key) => !ADDRESS.test(String(document[key])))
  if (missing.length > 0)
    throw wrong(issuer, `names no plain https address as its ${missing.join(', ')}`)
  if (!has(document.response_types_supported, 'code'))
    throw wrong(issuer, 'offers no authorization code flow (response_types_supported)')
  if (!has(document.id_token_signing_alg_values_supported, 'RS256'))
    throw wrong(issuer, 'signs no ID tokens with RS256, and the app takes no others')
  return document
}

/** A list that is left out promises nothing, and refuses nothing. */
const has = (list: unknown, one: string) => !Array.isArray(list) || list.includes(one)

/**
 * An application that the issuer knows is told that the code is none (RFC 6749 5.2); every other
 * answer but a refusal of the application says nothing.
 */
async function checkApplication(
  { issuer, clientId, clientSecret }: OpenIdSettings,
  document: Document,
  redirectUri: string,
): Promise<void> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: 'preflight',
    redirect_uri: redirectUri,
    code_verifier: 'preflight'.padEnd(43, '-'),
  })
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  // RFC 6749 2.3.1: each half encoded as in a form.
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  if (has(document.token_endpoint_auth_methods_supported, 'client_secret_basic')) {
    const pair = `${encoded(clientId)}:${encoded(clientSecret)}`
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  } else {
    form.set('client_id', clientId)
    form.set('client_secret', clientSecret)
  }
  const body = form.toString()
  const request = { method: 'POST', headers, body, redirect: 'manual' } as const
  const answer = await ask(String(document.token_endpoint), request).catch((error) => {
    throw wrong(issuer, `has a token endpoint that cannot be reached: ${reason(error)}`)
  })
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown> | null
  const code = typeof said?.error === 'string' ? said.error : ''
  if (answer.status !== 401 && !['invalid_client', 'unauthorized_client'].includes(code)) return
  const why = [code || `status ${answer.status}`, said?.error_description].filter(Boolean)
  throw configurationError(
    `clientId and clientSecret: the issuer ${issuer} refuses them (${printable(why.join(': '))})`,
    'id and secret of one application at the issuer, which may use the authorization code flow',
    'pulumi config set clientId ID && pulumi config set --secret clientSecret',
  )
}

const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, dispatcher: agent, signal: AbortSignal.timeout(TIMEOUT_MS) })

/** undici says "fetch failed", and keeps what happened as the cause; one of several addresses has no text. */
function reason(error: Error & { cause?: NodeJS.ErrnoException }): string {
  if (error.name === 'TimeoutError') return `no answer in ${TIMEOUT_MS / 1000} s`
  return error.cause?.message || error.cause?.code || error.message
}

const printable = (text: string) => text.replace(/[^ -~]/g, ' ').slice(0, 200)

const wrong = (issuer: string, what: string) =>
  configurationError(
    `issuer = "${issuer}" ${what}`,
    'an issuer of OpenID Connect that answers this computer',
    'pulumi config set issuer URL',
  )

/** Says what must be known at the issuer, before the first login fails for it. */
export function tellAddresses(
  { issuer, clientId }: OpenIdSettings,
  { endSessionEndpoint }: FoundIssuer,
  { callbacks, logouts }: { callbacks: string[]; logouts: string[] },
): Promise<void> {
  const out = endSessionEndpoint
    ? `and ${listed(logouts)} as the address${logouts.length > 1 ? 'es' : ''} after a log-out`
    : 'It offers apps no log-out (end_session_endpoint): a log-out ends the session of the app alone'
  const callback = `The application ${clientId} at ${issuer} must know ${listed(callbacks)} as ${callbacks.length > 1 ? 'callbacks' : 'a callback'}`
  return log.info(`${callback}${endSessionEndpoint ? ' ' : '. '}${out}.`)
}
