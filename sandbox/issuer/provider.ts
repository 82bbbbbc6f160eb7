/** The OpenID provider behind the simulated issuer: strict about every address that it sends people to. */
import type { ParameterizedContext } from 'koa'
import { errors, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { readForm, sendPage } from '../auth0/oidc/page.ts'
import { errorPage } from '../auth0/pages/error.ts'
import { html, page } from '../auth0/pages/layout.ts'
import { loginPage } from '../auth0/pages/login.ts'
import { ROUTES, wrongPrompt } from './google.ts'
import type { Application, IssuerOptions } from './index.ts'
import { CLAIMS, PASSWORD } from './people.ts'

interface Site extends Required<Pick<IssuerOptions, 'applications' | 'people' | 'log'>> {
  /** As it calls itself, without a final slash. */
  issuer: string
  google: boolean
  /** JWK of the private key that signs ID tokens. */
  signingKey: object
  cookieKey: string
}

export function plainProvider(site: Site): Provider {
  const { issuer, google, people, log } = site
  const mount = new URL(issuer).pathname.replace(/\/$/, '')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: true } as const
  const provider = new Provider(issuer, {
    clients: site.applications.map((one) => metadata(one, google)),
    jwks: { keys: [site.signingKey as never] },
    claims: CLAIMS,
    // Google puts them into the ID token, as most issuers do; others give them to userinfo alone.
    conformIdTokenClaims: !google,
    scopes: ['openid', 'profile', 'email'],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    pkce: { required: () => false },
    extraParams: ['access_type', 'hd'],
    cookies: { keys: [site.cookieKey], long: cookie, short: cookie },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      rpInitiatedLogout: google
        ? { enabled: false }
        : { enabled: true, logoutSource, postLogoutSuccessSource: loggedOut },
    },
    ...(google && { routes: ROUTES }),
    interactions: {
      policy: policy(),
      url: (_ctx, interaction) => `${mount}/login/${interaction.uid}`,
    },
    findAccount(_ctx, sub) {
      const person = people.find((one) => one.sub === sub)
      return person && { accountId: sub, claims: () => ({ ...person }) }
    },
    loadExistingGrant: grantAll,
    renderError(ctx, out, error) {
      log(`${ctx.method} ${ctx.path}: ${out.error}: ${out.error_description ?? ''}`)
      const title = error instanceof errors.InvalidRedirectUri ? 'redirect_uri_mismatch' : out.error
      const message = out.error_description ?? ''
      sendPage(ctx, ctx.status, errorPage({ title, message, advice: 'Go back and try again.' }))
    },
  })
  if (google) refusePrompts(provider)
  loginPages(provider, site)
  return provider
}

function metadata({ id, secret, callbacks, logoutUrls }: Application, google: boolean) {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: callbacks,
    response_types: ['code' as const],
    grant_types: ['authorization_code'],
    ...(!google && { post_logout_redirect_uris: logoutUrls ?? [] }),
  }
}

/** As in life, an account is asked for where the application says so, and no consent. */
function policy(): interactionPolicy.DefaultPolicy {
  const prompts = interactionPolicy.base()
  prompts.remove('consent')
  prompts.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  return prompts
}

function refusePrompts(provider: Provider): void {
  provider.use(async (ctx, next) => {
    const prompt = new URLSearchParams(ctx.querystring).get('prompt')
    const message = ctx.path === ROUTES.authorization ? wrongPrompt(prompt) : undefined
    if (!message) return next()
    sendPage(ctx, 400, errorPage({ title: 'invalid_request', message, advice: 'Error 400' }))
  })
}

function loginPages(provider: Provider, { people, log }: Site): void {
  provider.use(async (ctx, next) => {
    if (!/^\/login\/[\w-]+$/.test(ctx.path)) return next()
    const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res)
    const show = (status: number, problem?: string) =>
      sendPage(ctx, status, loginPage(view(ctx, String(params.client_id), problem)))
    if (ctx.method !== 'POST') return show(200)
    const form = await readForm(ctx.req)
    const person = people.find(({ email }) => email === form.get('username'))
    if (!person || form.get('password') !== PASSWORD) return show(400, 'Wrong address or password.')
    log(`login: ${person.sub}`)
    ctx.respond = false
    const result = { login: { accountId: person.sub }, [prompt.name]: { accountId: person.sub } }
    return provider.interactionFinished(ctx.req, ctx.res, result)
  })

  const view = (ctx: ParameterizedContext, application: string, problem?: string) => ({
    application,
    action: (ctx.req as { originalUrl?: string }).originalUrl ?? ctx.path,
    email: '',
    database: true,
    social: [],
    demo: { emails: people.map(({ email }) => email), password: PASSWORD },
    ...(problem && { problem }),
  })
}

/** Nothing proves who asks: a page with a button, as most issuers show it. */
function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  const button =
    '<button type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>'
  const card = html`<h1>Log out?</h1>`
  sendPage(ctx, 200, page('Log out', card).replace('</h1>', `</h1>${form}${button}`))
}

function loggedOut(ctx: KoaContextWithOIDC): void {
  sendPage(ctx, 200, page('Logged out', html`<h1>You are logged out</h1>`))
}

/** No consent screen: what the application asks for is granted. */
async function grantAll(ctx: KoaContextWithOIDC) {
  const { client, session, provider, requestParamOIDCScopes, account } = ctx.oidc
  if (!client || !session) return undefined
  const id = session.grantIdFor(client.clientId)
  const found = id ? await provider.Grant.find(id) : undefined
  const grant =
    found ?? new provider.Grant({ clientId: client.clientId, accountId: account?.accountId })
  grant.addOIDCScope([...requestParamOIDCScopes].join(' '))
  await grant.save()
  return grant
}
