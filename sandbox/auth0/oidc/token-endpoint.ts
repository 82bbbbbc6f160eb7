/** `/oauth/token`: the client credentials grant by Auth0's rules, and its words for refusals. */
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { issueToken, TokenError } from './management-token.ts'
import type { Site } from './provider.ts'

/** What a refused code exchange is called; the library's detail stays in the log. */
const REFUSALS: [detail: RegExp, status: number, error: string, description: string][] = [
  [/PKCE|code_verifier/, 403, 'invalid_grant', 'Failed to verify code verifier'],
  [/redirect_uri/, 403, 'invalid_grant', 'The redirect URI is wrong.'],
  [/./, 403, 'invalid_grant', 'Invalid authorization code'],
]

export function tokenEndpoint(provider: Provider, { store, issuer, log }: Site): void {
  provider.registerGrantType(
    'client_credentials',
    async (ctx: KoaContextWithOIDC) => {
      const { audience, scope } = ctx.oidc.params as Record<string, string | undefined>
      const { clientId } = ctx.oidc.client as { clientId: string }
      try {
        ctx.body = await issueToken(store.state, issuer, { clientId, audience, scope })
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        ctx.status = error.status
        ctx.body = { error: error.error, error_description: error.message }
      }
    },
    ['audience', 'scope', 'organization'],
  )

  provider.on('grant.error', (ctx, error) => {
    const detail = (error as { error_detail?: string }).error_detail ?? error.error_description
    log(`POST /oauth/token refused, client ${ctx.oidc.client?.clientId ?? 'unknown'}: ${detail}`)
    ctx.state.refusal = detail ?? ''
  })

  provider.use(async (ctx, next) => {
    await next()
    const body = ctx.body as { error?: string; error_description?: string } | undefined
    if (ctx.path !== '/oauth/token' || ctx.status < 400 || !body?.error) return
    const say = (status: number, error: string, error_description: string) => {
      ctx.status = status
      ctx.body = { error, error_description }
    }
    if (body.error === 'invalid_client') {
      say(401, 'access_denied', 'Unauthorized')
    } else if (body.error === 'unauthorized_client') {
      say(403, 'unauthorized_client', 'Grant type not allowed for the client.')
    } else if (body.error === 'unsupported_grant_type') {
      say(403, 'unsupported_grant_type', 'Unsupported grant type')
    } else if (body.error === 'invalid_grant') {
      const detail = String(ctx.state.refusal ?? '')
      const refusal = REFUSALS.find(([pattern]) => pattern.test(detail))
      if (refusal) say(refusal[1], refusal[2], refusal[3])
    }
  })
}
