/**
 * `/v2/logout?client_id&returnTo` and `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0).
 * Both end the session at the tenant and go back only to a URL that is listed, exactly.
 */
import { compactVerify, createLocalJWKSet, decodeJwt } from 'jose'
import type { ParameterizedContext } from 'koa'
import type Provider from 'oidc-provider'
import { findClient } from '../management/clients.ts'
import { errorPage, messagePage } from '../pages/error.ts'
import { confirmPage } from '../pages/logout.ts'
import type { Client, TenantState } from '../state.ts'
import { publicKey } from './management-token.ts'
import { readForm, sendPage } from './page.ts'
import type { Site } from './provider.ts'

type Session = InstanceType<Provider['Session']>

/** Why a logout is refused, for the page. */
class LogoutError extends Error {
  readonly client: Client | undefined

  constructor(message: string, client?: Client) {
    super(message)
    this.client = client
  }
}

export function logoutRoutes(provider: Provider, { store, issuer, log }: Site): void {
  const { state } = store
  provider.use(async (ctx, next) => {
    const key = `${ctx.method} ${ctx.path}`
    try {
      if (key === 'GET /v2/logout') await plainLogout(ctx)
      else if (key === 'GET /oidc/logout') await oidcLogout(ctx, fields(ctx.query), false)
      else if (key === 'POST /oidc/logout') await oidcLogout(ctx, await form(ctx), false)
      else if (key === 'POST /u/logout') await oidcLogout(ctx, await form(ctx), true)
      else await next()
    } catch (error) {
      if (!(error instanceof LogoutError)) throw error
      log(`${key} refused: ${error.message}`)
      const { message, client } = error
      const advice = 'You are still logged in here. Go back to the application.'
      sendPage(ctx, 400, errorPage({ title: 'Logout refused', message, advice, client }))
    }
  })

  async function endSession(ctx: ParameterizedContext, session: Session): Promise<void> {
    if (session.accountId) await session.destroy()
    ctx.cookies.set(provider.cookieName('session'), null, { signed: true, httpOnly: true })
  }

  async function plainLogout(ctx: ParameterizedContext): Promise<void> {
    const { client_id, returnTo } = fields(ctx.query)
    const client = client_id ? known(state, client_id) : undefined
    const allowed = allowedUrls(state, client)
    const target = returnTo ?? allowed[0]
    if (returnTo && !allowed.includes(returnTo)) {
      throw new LogoutError(notListed('returnTo', returnTo, client), client)
    }
    await endSession(ctx, await sessionOf(ctx))
    if (target) ctx.redirect(target)
    else sendPage(ctx, 200, messagePage('You are logged out', 'You may close this page.'))
  }

  async function oidcLogout(
    ctx: ParameterizedContext,
    request: Record<string, string | undefined>,
    confirmed: boolean,
  ): Promise<void> {
    const { id_token_hint, logout_hint, post_logout_redirect_uri: target, state: echo } = request
    const hint = id_token_hint ? await verifyHint(state, issuer, id_token_hint) : undefined
    if (hint && request.client_id && request.client_id !== hint.clientId) {
      throw new LogoutError('client_id and id_token_hint belong to different applications.')
    }
    const clientId = request.client_id ?? hint?.clientId
    const client = clientId ? known(state, clientId) : undefined
    if (target && !allowedUrls(state, client).includes(target)) {
      throw new LogoutError(notListed('post_logout_redirect_uri', target, client), client)
    }
    const session = await sessionOf(ctx)
    const sid = client && session.sidFor(client.client_id)
    const proved = hint ? hint.sub === session.accountId : Boolean(sid) && logout_hint === sid
    if (session.accountId && !proved && !confirmed) {
      sendPage(ctx, 200, confirmPage(client?.name, { ...request, id_token_hint: undefined }))
      return
    }
    await endSession(ctx, session)
    if (!target) {
      sendPage(ctx, 200, messagePage('You are logged out', 'You may close this page.'))
      return
    }
    const url = new URL(target)
    if (echo) url.searchParams.set('state', echo)
    ctx.redirect(echo ? url.href : target)
  }

  function sessionOf(ctx: ParameterizedContext): Promise<Session> {
    return provider.Session.get(ctx as never)
  }
}

function fields(query: ParameterizedContext['query']): Record<string, string | undefined> {
  const entries = Object.entries(query)
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat()[0] || undefined]))
}

async function form(ctx: ParameterizedContext): Promise<Record<string, string | undefined>> {
  return Object.fromEntries([...(await readForm(ctx.req))].filter(([, value]) => value !== ''))
}

function known(state: TenantState, clientId: string): Client {
  const client = findClient(state, clientId)
  if (!client) throw new LogoutError(`This tenant has no application with client id ${clientId}.`)
  return client
}

/** An application's own list, or the tenant's where no application is named. */
function allowedUrls(state: TenantState, client: Client | undefined): string[] {
  if (client) return client.allowed_logout_urls ?? []
  return (state.settings.allowed_logout_urls as string[] | undefined) ?? []
}

function notListed(parameter: string, url: string, client: Client | undefined): string {
  const owner = client ? `the application “${client.name}”` : 'the tenant'
  return `${parameter} ${url} is not among the allowed logout URLs of ${owner}.`
}

/** Expired tokens are fine as a hint: it says who, and proves nothing that a cookie does not. */
async function verifyHint(state: TenantState, issuer: string, token: string) {
  try {
    const claims = decodeJwt(token)
    const clientId = [claims.aud].flat()[0] as string
    const secret = new TextEncoder().encode(known(state, clientId).client_secret)
    const keys = createLocalJWKSet({ keys: [publicKey(state.signingKey)] })
    await compactVerify(token, (header, jws) =>
      header.alg?.startsWith('HS') ? secret : keys(header, jws),
    )
    if (claims.iss !== issuer) throw new Error(`issued by ${claims.iss}`)
    return { clientId, sub: claims.sub }
  } catch (error) {
    if (error instanceof LogoutError) throw error
    throw new LogoutError('The id_token_hint is not an ID token of this tenant.')
  }
}
