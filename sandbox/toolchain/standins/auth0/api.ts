import { STATUS_CODES } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Http, type HttpResponse } from '../bridge/http.ts'
import { NotFound } from '../bridge/resource.ts'
import { isObject, type Value, type Values } from '../server/values.ts'

export interface Settings {
  /** Host of the tenant, with a port if it has one; spoken to by https. */
  domain: string
  credentials: { token: string } | { clientId: string; clientSecret: string }
}

/** How often a call is tried while the tenant answers 5xx, and the first pause in milliseconds. */
const TRIES = 4
const FIRST_PAUSE = 100
/** The longest wait for a rate limit to pass, in milliseconds. */
const LONGEST_PAUSE = 10_000

/** The Management API v2 of a tenant (https://auth0.com/docs/api/management/v2). */
export class Auth0 {
  readonly #settings: Settings
  readonly #http = new Http()
  #token: Promise<string> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  get(path: string): Promise<Values> {
    return this.call('GET', path)
  }

  patch(path: string, body: Value): Promise<Values> {
    return this.call('PATCH', path, body)
  }

  /**
   * Sends one request under /api/v2. Repeats it after 5xx a few times, after 429 until the limit has passed. Throws
   * {@link NotFound} for 404, else an Error worded as by the real plugin's library.
   */
  async call(method: string, path: string, body?: Value): Promise<Values> {
    const url = `https://${this.#settings.domain}/api/v2${path}`
    this.#token ??= this.#fetchToken()
    let token: string
    try {
      token = await this.#token
    } catch (error) {
      this.#token = undefined
      const verb = `${method[0]}${method.slice(1).toLowerCase()}`
      throw new Error(`failed to send the request: ${verb} "${url}": ${(error as Error).message}`)
    }
    const request = {
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }
    for (let attempt = 1; ; attempt++) {
      const response = await this.#http.send(request)
      if (response.status < 300) return response.body ? JSON.parse(response.body) : {}
      if (response.status === 429) await sleep(untilReset(response))
      else if (response.status >= 500 && attempt < TRIES) await sleep(FIRST_PAUSE * 2 ** attempt)
      else throw refusal(response)
    }
  }

  /** The client credentials grant (RFC 6749 section 4.4), by Basic authentication and else in the form. */
  async #fetchToken(): Promise<string> {
    const { domain, credentials } = this.#settings
    if ('token' in credentials) return credentials.token
    const { clientId, clientSecret } = credentials
    const form = { audience: `https://${domain}/api/v2/`, grant_type: 'client_credentials' }
    const ask = (fields: Record<string, string>, headers: Record<string, string>) =>
      this.#http.send({
        method: 'POST',
        url: `https://${domain}/oauth/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      })
    const both = [clientId, clientSecret].map(encodeURIComponent).join(':')
    const basic = { authorization: `Basic ${Buffer.from(both).toString('base64')}` }
    let response = await ask(form, basic)
    if (response.status === 401) {
      response = await ask({ ...form, client_id: clientId, client_secret: clientSecret }, {})
    }
    const answer = json(response)
    if (response.status === 200) return String(answer.access_token)
    throw new Error(`oauth2: "${answer.error ?? ''}" "${answer.error_description ?? ''}"`)
  }
}

function json(response: HttpResponse): Values {
  try {
    const parsed = JSON.parse(response.body)
    return isObject(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

function refusal(response: HttpResponse): Error {
  const { error, message } = json(response)
  const reason = error ?? STATUS_CODES[response.status] ?? ''
  const text = `${response.status} ${reason}: ${message ?? response.body}`
  return response.status === 404 ? new NotFound(text) : new Error(text)
}

function untilReset(response: HttpResponse): number {
  const reset = Number(response.headers['x-ratelimit-reset']) * 1000 - Date.now()
  return Math.min(Math.max(reset || 0, FIRST_PAUSE), LONGEST_PAUSE)
}

/** Awaits a deletion; what is gone already is fine. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  await call.catch((error) => {
    if (!(error instanceof NotFound)) throw error
  })
}
