/** Logging in, as a person and openid-client see it; prints observations. */
import { decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import { Browser, observe, read } from './harness.ts'
import {
  ADA,
  api,
  application,
  begin,
  CALLBACK,
  config,
  connectionId,
  DATABASE,
  domain,
  issuer,
  logIn,
  run,
  web,
} from './login-setup.ts'

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
