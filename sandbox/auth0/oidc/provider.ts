/** One OpenID provider a domain, set up to answer like Auth0; all share the tenant's state. */
import { errors, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { findClient } from '../management/clients.ts'
import { findUser } from '../management/users.ts'
import { errorPage, type Problem } from '../pages/error.ts'
import type { Store } from '../state.ts'
import { CLAIMS, claimsOf, mayUse } from './accounts.ts'
import { adapterFor } from './adapter.ts'
import { loginRoutes } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { sendPage } from './page.ts'
import { signUpEndpoint } from './sign-up.ts'
import { ticketPages } from './tickets.ts'
import { tokenEndpoint } from './token-endpoint.ts'

const HOUR = 3600
const DAY = 24 * HOUR

export interface Site {
  store: Store
  /** `https://DOMAIN/`, with the slash. */
  issuer: string
  log(line: string): void
}

export function openIdProvider(site: Site): Provider {
  const { store, issuer, log } = site
  const { state } = store
  const provider = new Provider(issuer, {
    adapter: adapterFor(store),
    jwks: { keys: [state.signingKey as never] },
    claims: CLAIMS,
    // Auth0 puts the claims of the scopes into the ID token as well.
    conformIdTokenClaims: false,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'client_secret_basic', 'none'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'RS512', 'PS256', 'HS256'] },
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    extraParams: ['audience', 'connection', 'screen_hint', 'organization', 'prompt_hint'],
    cookies: {
      keys: state.cookieKeys,
      names: { session: 'auth0', interaction: 'auth0_login', resume: 'auth0_resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true, secure: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true, secure: true },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      userinfo: { enabled: true },
      clientCredentials: { enabled: true },
    },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
    },
    ttl: {
      AccessToken: DAY,
      AuthorizationCode: 60,
      IdToken: (_ctx, _token, client) =>
        findClient(state, client.clientId)?.jwt_configuration?.lifetime_in_seconds ?? 10 * HOUR,
      Interaction: HOUR,
      Session: 3 * DAY,
      Grant: 3 * DAY,
    },
    interactions: {
      policy: policy(site),
      url: (_ctx, interaction) => `/u/login/${interaction.uid}`,
    },
    findAccount(_ctx, sub) {
      const user = findUser(state, sub)
      if (!user || user.blocked) return undefined
      return { accountId: sub, claims: () => claimsOf(user) }
    },
    loadExistingGrant: grantAll,
    renderError(ctx, out, error) {
      log(`${ctx.method} ${ctx.path}: ${out.error}: ${out.error_description ?? ''}`)
      sendPage(ctx, ctx.status === 404 ? 404 : 400, errorPage(explain(site, ctx, out, error)))
    },
  })
  // Auth0 gives every ID token the session's id.
  Object.assign(provider.Client.prototype, { includeSid: () => true })
  provider.on('server_error', (ctx, error) => log(`${ctx.method} ${ctx.path}: ${error.stack}`))

  provider.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const { error_description = String((error as Error).message) } =
        error as errors.OIDCProviderError
      log(`${ctx.method} ${ctx.path}: ${error_description}`)
      const out = { error: 'server_error', error_description }
      sendPage(ctx, 400, errorPage(explain(site, ctx as KoaContextWithOIDC, out, error as Error)))
    }
  })
  tokenEndpoint(provider, site)
  logoutRoutes(provider, site)
  loginRoutes(provider, site)
  signUpEndpoint(provider, site)
  ticketPages(provider, site)
  return provider
}

/** No consent screen: what a first-party application asks for is granted. */
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

/** Log in anew where the session's user is gone, blocked, or of a connection that is not enabled. */
function policy({ store: { state } }: Site): interactionPolicy.DefaultPolicy {
  const { Check, base } = interactionPolicy
  const prompts = base()
  prompts.remove('consent')
  prompts.get('login')?.checks.add(
    new Check('user_not_welcome', 'another user must log in', (ctx) => {
      const { session, client } = ctx.oidc
      const application = findClient(state, client?.clientId)
      if (!session?.accountId || !application) return Check.NO_NEED_TO_PROMPT
      return !mayUse(state, findUser(state, session.accountId), application)
    }),
  )
  return prompts
}

function explain(
  { store }: Site,
  ctx: KoaContextWithOIDC,
  out: { error: string; error_description?: string | undefined },
  error: Error,
): Problem {
  const { client_id, redirect_uri } = (ctx.oidc?.params ?? ctx.query) as Record<string, string>
  const client = findClient(store.state, client_id)
  if (error instanceof errors.InvalidRedirectUri) {
    return {
      client,
      title: 'Callback URL mismatch',
      message: `${redirect_uri} is not among the allowed callback URLs of this application.`,
      advice: 'Add exactly this URL to the application’s Allowed Callback URLs.',
    }
  }
  if (error instanceof errors.InvalidClient) {
    return {
      title: 'Unknown application',
      message: `This tenant has no application with the client id ${client_id ?? '(none)'}.`,
      advice: 'Compare AUTH0_CLIENT_ID of the app with the applications of the tenant.',
    }
  }
  if (error instanceof errors.SessionNotFound) {
    return {
      title: 'This login has expired',
      message: 'It was finished already, is too old, or was begun in another browser.',
      advice: 'Go back to the application and log in again.',
    }
  }
  return {
    client,
    title: 'Something went wrong',
    message: `${out.error}: ${out.error_description ?? 'no description'}`,
    advice: 'Go back to the application and try again.',
  }
}
