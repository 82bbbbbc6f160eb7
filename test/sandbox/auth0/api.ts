/** The Management API as any program asks for it; beside the SDK, where its answer matters itself. */
import { ManagementClient } from 'auth0'
import { type Bench, MANAGEMENT } from './harness.ts'

/** What the API refused, without the SDK's wrapping. */
export async function refusal(attempt: Promise<unknown>) {
  return attempt.then(
    (result) => ({ accepted: result }),
    (error: { statusCode?: number; body?: unknown; message: string }) =>
      error.body ?? { message: error.message },
  )
}

export const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

export function client(run: Bench) {
  const { domain } = run.tenant
  const audience = `https://${domain}/api/v2/`

  async function token(scope?: string, more: object = {}): Promise<string> {
    const response = await fetch(`https://${domain}//oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: MANAGEMENT.clientId,
        client_secret: MANAGEMENT.clientSecret,
        audience,
        ...(scope ? { scope } : {}),
        ...more,
      }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  async function tokenRequest(fields: Record<string, string>, authorization?: string) {
    const response = await fetch(`https://${domain}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
      headers: authorization ? { authorization } : {},
    })
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, body: { ...body, access_token: typeof body.access_token } }
  }

  async function raw(path: string, init: { method?: string; token?: string; body?: string } = {}) {
    const response = await fetch(`https://${domain}${path}`, {
      method: init.method ?? 'GET',
      headers: {
        ...(init.token ? { authorization: `Bearer ${init.token}` } : {}),
        'content-type': 'application/json',
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    })
    const text = await response.text()
    const headers = Object.fromEntries(response.headers)
    return { status: response.status, headers, body: text ? JSON.parse(text) : undefined }
  }

  const api = new ManagementClient({ domain, ...MANAGEMENT, maxRetries: 0 })
  return { api, audience, token, tokenRequest, raw }
}
