/** Wrong requests, codes, secrets and logouts, refused; prints observations. */
import * as oidc from 'openid-client'
import { Browser, observe, read } from './harness.ts'
import {
  ADA,
  api,
  application,
  begin,
  CALLBACK,
  config,
  customDomain,
  errorAt,
  HOME,
  issuer,
  logIn,
  refused,
  run,
  web,
} from './login-setup.ts'

const seen = await observe({
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
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
