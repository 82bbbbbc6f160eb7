/** The login as openid-client (certified) sees it; prints observations (see auth0-harness.ts). */
import { ManagementClient } from 'auth0'
import { decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import { Browser, bench, MANAGEMENT, observe, read } from './auth0-harness.ts'

const run = await bench()
const { domain, customDomain } = run.tenant
const issuer = new URL(`https://${customDomain}/`)
const api = new ManagementClient({ domain, ...MANAGEMENT })
const CALLBACK = 'https://dev.padlock.localhost:8443/callback'
const HOME = 'https://dev.padlock.localhost:8443/'
const ADA = { username: 'ada@example.com', password: 'sandbox' }

await api.tenants.settings.update({ flags: { enable_client_connections: false } })
const connections = (await api.connections.list()).data as { id: string; name: string }[]
const connectionId = (name: string) => connections.find((one) => one.name === name)?.id as string
const DATABASE = connectionId('Username-Password-Authentication')

async function application(name: string, more: object = {}, enabled = [DATABASE]) {
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

const web = await application('Demo app')
const config = await oidc.discovery(issuer, web.id, web.secret)

interface Begun {
  url: URL
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string }
}

async function begin(target = config, more: Record<string, string> = {}): Promise<Begun> {
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
async function logIn(begun: Begun, credentials = ADA, browser = new Browser()) {
  const page = await browser.follow(begun.url.href)
  if (page.url.startsWith(CALLBACK)) return new URL(page.url)
  const answer = await browser.submit(page.url, { ...credentials, action: 'default' })
  if (!answer.url.startsWith(CALLBACK)) throw new Error(JSON.stringify(await read(answer.response)))
  return new URL(answer.url)
}

/** The OAuth error of an exchange that must not succeed. */
async function refused(exchange: Promise<unknown>) {
  return exchange.then(
    () => 'accepted',
    (error: { error?: string; error_description?: string; status?: number; message: string }) => ({
      status: error.status,
      error: error.error ?? error.message,
      description: error.error_description,
    }),
  )
}

async function errorAt(url: string, browser = new Browser()) {
  const { response } = await browser.follow(url)
  return { status: response.status, ...(await read(response)) }
}

const seen = await observe({
  async discovery() {
    const { issuer: name, token_endpoint, end_session_endpoint, jwks_uri } = config.serverMetadata()
    const tenant = await oidc.discovery(new URL(`https://${domain}/`), web.id, web.secret)
    return {
      issuer: name === issuer.href && tenant.serverMetadata().issuer === `https://${domain}/`,
      paths: [token_endpoint, end_session_endpoint, jwks_uri].map(
        (url) => new URL(url ?? '').pathname,
      ),
    }
  },
  async login() {
    const browser = new Browser()
    const begun = await begin()
    const callback = await logIn(begun, ADA, browser)
    const tokens = await oidc.authorizationCodeGrant(config, callback, begun.checks)
    const claims = tokens.claims()
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')
    const { alg, kid } = decodeProtectedHeader(tokens.id_token ?? '')
    const silent = await begin(config, { prompt: 'none' })
    const again = await logIn(silent, ADA, browser)
    const second = await oidc.authorizationCodeGrant(config, again, silent.checks)
    const lifetime = (claims?.exp ?? 0) - (claims?.iat ?? 0)
    return {
      claims: {
        iss: claims?.iss === issuer.href,
        aud: claims?.aud === web.id,
        sub: /^auth0\|[0-9a-f]{24}$/.test(claims?.sub ?? ''),
        email: claims?.email,
        email_verified: claims?.email_verified,
        name: claims?.name,
        sid: typeof claims?.sid,
        lifetime,
      },
      header: { alg, kid: typeof kid },
      refresh: tokens.refresh_token ?? null,
      expires: tokens.expires_in,
      userinfo: { email: info.email, name: info.name },
      single: second.claims()?.sid === claims?.sid,
    }
  },
  async basic() {
    const app = await application('Basic', { token_endpoint_auth_method: 'client_secret_basic' })
    const basic = oidc.ClientSecretBasic(app.secret)
    const target = await oidc.discovery(issuer, app.id, {}, basic)
    const begun = await begin(target)
    const callback = await logIn(begun)
    const tokens = await oidc.authorizationCodeGrant(target, callback, begun.checks)
    return tokens.claims()?.email
  },
  async pages() {
    const browser = new Browser()
    const { url } = await begin()
    const page = await browser.follow(url.href)
    const text = await page.response.text()
    const { headers } = page.response
    const style = await browser.visit(new URL('/u/style.css', page.url).href)
    return {
      path: new URL(page.url).pathname.replace(/[^/]+$/, ':uid'),
      policy: headers.get('content-security-policy'),
      names: text.includes('Demo app') && text.includes('ada@example.com'),
      scripts: /<script|onclick=|javascript:/i.test(text),
      google: text.includes('Google'),
      style: style.headers.get('content-type'),
    }
  },
  async escaping() {
    const app = await application('Tom & "Jerry" \'n co')
    const target = await oidc.discovery(issuer, app.id, app.secret)
    const { url } = await begin(target, { login_hint: '"><script>alert(1)</script>' })
    const { response } = await new Browser().follow(url.href)
    const text = await response.text()
    await api.clients.delete(app.id)
    return { raw: text.includes('<script>'), name: text.includes('Tom &amp; &quot;Jerry&quot;') }
  },
  async wrongPassword() {
    const browser = new Browser()
    const begun = await begin()
    const page = await browser.follow(begun.url.href)
    const attempt = async (fields: Record<string, string>) => {
      const { response } = await browser.submit(page.url, fields)
      return { status: response.status, ...(await read(response)) }
    }
    const wrong = await attempt({ ...ADA, password: 'wrong' })
    const nobody = await attempt({ ...ADA, username: 'nobody@example.com' })
    const empty = await attempt({ username: 'ada@example.com', password: '' })
    const right = await browser.submit(page.url, { ...ADA, username: ' ADA@example.com ' })
    return { wrong, nobody, empty, right: right.url.startsWith(CALLBACK) }
  },
  async exchange() {
    const wrongSecret = await oidc.discovery(issuer, web.id, 'not-the-secret')
    const first = await begin()
    const firstCallback = await logIn(first)
    const refusedSecret = await refused(
      oidc.authorizationCodeGrant(wrongSecret, firstCallback, first.checks),
    )
    const second = await begin()
    const noVerifier = await refused(
      oidc.authorizationCodeGrant(config, await logIn(second), {
        ...second.checks,
        pkceCodeVerifier: undefined as never,
      }),
    )
    const third = await begin()
    const wrongVerifier = await refused(
      oidc.authorizationCodeGrant(config, await logIn(third), {
        ...third.checks,
        pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      }),
    )
    const fourth = await begin()
    const callback = await logIn(fourth)
    await oidc.authorizationCodeGrant(config, callback, fourth.checks)
    const reuse = await refused(oidc.authorizationCodeGrant(config, callback, fourth.checks))
    const fifth = await begin()
    const other = await application('Other')
    const thief = await oidc.discovery(issuer, other.id, other.secret)
    const stolen = await refused(
      oidc.authorizationCodeGrant(thief, await logIn(fifth), fifth.checks),
    )
    const sixth = await begin()
    const moved = await logIn(sixth)
    moved.pathname = '/elsewhere'
    const elsewhere = await refused(oidc.authorizationCodeGrant(config, moved, sixth.checks))
    await api.clients.delete(other.id)
    return { refusedSecret, noVerifier, wrongVerifier, reuse, stolen, elsewhere }
  },
  async requests() {
    const at = async (more: Record<string, string>) => errorAt((await begin(config, more)).url.href)
    const publicApp = await application('Public', { token_endpoint_auth_method: 'none' })
    const target = await oidc.discovery(issuer, publicApp.id, undefined, oidc.None())
    const plain = await begin(target)
    for (const name of ['code_challenge', 'code_challenge_method'])
      plain.url.searchParams.delete(name)
    const { url: noPkce } = await new Browser().follow(plain.url.href)
    return {
      redirect: await at({ redirect_uri: `${CALLBACK}/` }),
      prefix: (await at({ redirect_uri: 'https://dev.padlock.localhost:8443/callback?x=1' })).title,
      unknownClient: await at({ client_id: 'nobody' }),
      host: (await fetch(`https://127.0.0.1:${new URL(run.tenant.url).port}/userinfo`)).status,
      loginAgain: await errorAt(`https://${customDomain}/u/login/made-up`),
      publicWithoutPkce: new URL(noPkce).searchParams.get('error'),
      withoutCallbacks: await (async () => {
        const app = await application('No callbacks', { callbacks: [] })
        const bare = await oidc.discovery(issuer, app.id, app.secret)
        const answer = await errorAt((await begin(bare)).url.href)
        await api.clients.delete(app.id)
        return answer.title
      })(),
    }
  },
  async blocked() {
    const [mallory] = await api.users.listUsersByEmail({ email: 'mallory@example.com' })
    const id = mallory?.user_id as string
    const browser = new Browser()
    const credentials = { username: 'mallory@example.com', password: 'sandbox' }
    await logIn(await begin(), credentials, browser)
    await api.users.update(id, { blocked: true })
    const fresh = await logIn(await begin(), credentials)
    const session = await browser.follow((await begin()).url.href)
    await api.users.update(id, { blocked: false })
    const { searchParams } = fresh
    return {
      error: [searchParams.get('error'), searchParams.get('error_description')],
      session: new URL(session.url).pathname.startsWith('/u/login/'),
    }
  },
  async notEnabled() {
    const app = await application('Closed', {}, [])
    const target = await oidc.discovery(issuer, app.id, app.secret)
    const browser = new Browser()
    await logIn(await begin(), ADA, browser)
    const page = await browser.follow((await begin(target)).url.href)
    const text = await page.response.clone().text()
    const forced = await browser.submit(page.url, ADA)
    const asked = await new Browser().follow(
      (await begin(config, { connection: 'google-oauth2' })).url.href,
    )
    await api.clients.delete(app.id)
    return {
      page: await read(page.response),
      form: text.includes('<form'),
      forced: forced.url.startsWith(CALLBACK),
      asked: new URL(asked.url).searchParams.get('error_description'),
    }
  },
  async google() {
    const app = await application('Social', {}, [DATABASE, connectionId('google-oauth2')])
    const target = await oidc.discovery(issuer, app.id, app.secret)
    const begun = await begin(target)
    const browser = new Browser()
    const page = await browser.follow(begun.url.href)
    const text = await page.response.text()
    const chooser = await browser.submit(page.url, { connection: 'google-oauth2' })
    const chosen = await browser.submit(chooser.url, {
      connection: 'google-oauth2',
      as: 'ada@example.com',
    })
    const tokens = await oidc.authorizationCodeGrant(target, new URL(chosen.url), begun.checks)
    const claims = tokens.claims()
    await api.clients.delete(app.id)
    return {
      button: text.includes('Continue with Google'),
      chooser: (await read(chooser.response)).title,
      email: claims?.email,
      sub: claims?.sub.split('|')[0],
    }
  },
  async switching() {
    const browser = new Browser()
    await logIn(await begin(), ADA, browser)
    const begun = await begin(config, { prompt: 'login' })
    const page = await browser.follow(begun.url.href)
    const mallory = { username: 'mallory@example.com', password: 'sandbox' }
    const handover = await browser.submit(page.url, mallory)
    // The former user's session is ended by a form that a browser's script submits.
    const form = await handover.response.text()
    const action = /action="([^"]+)"/.exec(form)?.[1] ?? ''
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]])
    const back = await browser.submit(action, Object.fromEntries(fields))
    const tokens = await oidc.authorizationCodeGrant(config, new URL(back.url), begun.checks)
    return {
      asksAgain: new URL(page.url).pathname.startsWith('/u/login/'),
      email: tokens.claims()?.email,
    }
  },
  async deletedClient() {
    const app = await application('Short-lived')
    const target = await oidc.discovery(issuer, app.id, app.secret)
    const { url } = await begin(target)
    await api.clients.delete(app.id)
    return (await errorAt(url.href)).title
  },
  async rotatedSecret() {
    const app = await application('Rotated')
    await api.clients.update(app.id, { client_secret: 'a-new-secret-of-32-characters-xx' })
    const begun = await begin(await oidc.discovery(issuer, app.id, app.secret))
    const callback = await logIn(begun)
    const old = await oidc.discovery(issuer, app.id, app.secret)
    const fresh = await oidc.discovery(issuer, app.id, 'a-new-secret-of-32-characters-xx')
    const refusal = await refused(oidc.authorizationCodeGrant(old, callback, begun.checks))
    const tokens = await oidc.authorizationCodeGrant(fresh, callback, begun.checks)
    await api.clients.delete(app.id)
    return { refusal, email: tokens.claims()?.email }
  },
  async logout() {
    const base = `https://${customDomain}`
    const signedIn = async () => {
      const browser = new Browser()
      const begun = await begin()
      const tokens = await oidc.authorizationCodeGrant(
        config,
        await logIn(begun, ADA, browser),
        begun.checks,
      )
      return { browser, tokens }
    }
    const stillIn = async (browser: Browser) =>
      (await browser.follow((await begin()).url.href)).url.startsWith(CALLBACK)
    const to = (path: string, fields: Record<string, string>) =>
      `${base}${path}?${new URLSearchParams(fields)}`

    const plain = await signedIn()
    const plainOut = await plain.browser.follow(
      to('/v2/logout', { client_id: web.id, returnTo: HOME }),
    )
    const foreign = await signedIn()
    const refusedUrl = await errorAt(
      to('/v2/logout', { client_id: web.id, returnTo: 'https://evil.example.com/' }),
      foreign.browser,
    )
    const stillInAfterRefusal = await stillIn(foreign.browser)
    const hinted = await signedIn()
    const end = oidc.buildEndSessionUrl(config, {
      id_token_hint: hinted.tokens.id_token as string,
      post_logout_redirect_uri: HOME,
      state: 'echo',
    })
    const hintedOut = await hinted.browser.follow(end.href)
    const bySid = await signedIn()
    const sidOut = await bySid.browser.follow(
      to('/oidc/logout', {
        client_id: web.id,
        logout_hint: String(bySid.tokens.claims()?.sid),
        post_logout_redirect_uri: HOME,
      }),
    )
    const asked = await signedIn()
    const question = await asked.browser.follow(
      to('/oidc/logout', { client_id: web.id, post_logout_redirect_uri: HOME }),
    )
    const stillInWhenAsked = await stillIn(asked.browser)
    const confirmed = await asked.browser.submit(`${base}/u/logout`, {
      client_id: web.id,
      post_logout_redirect_uri: HOME,
    })
    return {
      plain: [plainOut.url, await stillIn(plain.browser)],
      refusedUrl,
      stillInAfterRefusal,
      hinted: [hintedOut.url, await stillIn(hinted.browser)],
      bySid: [sidOut.url, await stillIn(bySid.browser)],
      asked: [(await read(question.response)).title, stillInWhenAsked],
      confirmed: [confirmed.url, await stillIn(asked.browser)],
      oidcForeign: await errorAt(
        to('/oidc/logout', {
          client_id: web.id,
          post_logout_redirect_uri: 'https://evil.example.com/',
        }),
      ),
      forgedHint: await errorAt(
        to('/oidc/logout', { id_token_hint: `${hinted.tokens.id_token?.slice(0, -8)}AAAAAAAA` }),
      ),
    }
  },
  async restart() {
    const browser = new Browser()
    await logIn(await begin(), ADA, browser)
    const { port } = new URL(run.tenant.url)
    await run.tenant.close()
    run.tenant = await run.start({ port: Number(port) })
    return (await browser.follow((await begin()).url.href)).url.startsWith(CALLBACK)
  },
  async log() {
    const text = run.log.join('\n')
    return {
      leaks: [web.secret, 'sandbox', 'not-the-secret', 'eyJ'].filter((one) => text.includes(one)),
      says: text.includes('wrong e-mail or password') && text.includes('is blocked'),
    }
  },
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
