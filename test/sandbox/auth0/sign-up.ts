/** Registering by oneself in a tenant as it is when it is new; prints observations. */
import * as oidc from 'openid-client'
import { Browser, observe, read } from './harness.ts'
import {
  ADA,
  api,
  application,
  begin,
  config,
  connectionId,
  DATABASE,
  domain,
  logIn,
  run,
  web,
} from './login-setup.ts'

const CAROL = { username: 'carol@example.com', password: 'Stranger-1815' }
const claimsAfter = async (begun: Awaited<ReturnType<typeof begin>>, callback: URL, of = config) =>
  (await oidc.authorizationCodeGrant(of, callback, begun.checks)).claims()
const register = (body: object) =>
  fetch(`https://${domain}/dbconnections/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: web.id,
      connection: 'Username-Password-Authentication',
      ...body,
    }),
  }).then(async (response) => ({
    status: response.status,
    body: (await response.json()) as { code?: string; email?: string; email_verified?: boolean },
  }))

const seen = await observe({
  async page() {
    const browser = new Browser()
    const begun = await begin()
    const login = await browser.follow(begun.url.href)
    const link = /href="(\/u\/login\/[^"]+\/signup)"/.exec(await login.response.text())?.[1] ?? ''
    const page = new URL(link, login.url).href
    const weak = await browser.submit(page, { ...CAROL, password: 'short' })
    const taken = await browser.submit(page, { ...CAROL, username: ADA.username })
    const done = await browser.submit(page, CAROL)
    const claims = await claimsAfter(begun, new URL(done.url))
    return {
      weak: await read(weak.response),
      taken: await read(taken.response),
      claims: { email: claims?.email, verified: claims?.email_verified },
    }
  },
  async mail() {
    const [mail, ...more] = run.tenant.mail()
    const first = await new Browser().follow(mail?.link ?? '')
    const second = await new Browser().follow(mail?.link ?? '')
    const begun = await begin()
    const claims = await claimsAfter(begun, await logIn(begun, CAROL))
    return {
      to: mail?.to,
      more: more.length,
      titles: [(await read(first.response)).title, (await read(second.response)).title],
      verified: claims?.email_verified,
    }
  },
  async endpoint() {
    const { status, body } = await register({ email: 'Dan@example.com', password: 'Stranger-1815' })
    const told = { status, email: body.email, verified: body.email_verified }
    const again = await register({ email: 'dan@example.com', password: 'Stranger-1815' })
    const other = await application('Other', {}, [])
    const foreign = await register({
      client_id: other.id,
      email: 'x@example.com',
      password: 'Stranger-1815',
    })
    return { told, again: [again.status, again.body.code], foreign: foreign.body.code }
  },
  async closed() {
    const { options } = (await api.connections.get(DATABASE)) as { options?: object }
    await api.connections.update(DATABASE, { options: { ...options, disable_signup: true } })
    const browser = new Browser()
    const page = await browser.follow((await begin()).url.href)
    const text = await page.response.text()
    const forced = await browser.submit(`${page.url}/signup`, {
      ...CAROL,
      username: 'eve@example.com',
    })
    const posted = await register({ email: 'eve@example.com', password: 'Stranger-1815' })
    const { data } = await api.users
      .listUsersByEmail({ email: 'eve@example.com' })
      .withRawResponse()
    return {
      link: text.includes('Sign up'),
      forced: new URL(forced.url).searchParams.get('error'),
      posted: posted.body.code,
      users: data.length,
    }
  },
  async enterprise() {
    const { id = '' } = await api.connections.create({ name: 'corporate', strategy: 'samlp' })
    const app = await application('Staff', {}, [id, connectionId('google-oauth2')])
    const target = await oidc.discovery(new URL(config.serverMetadata().issuer), app.id, app.secret)
    const begun = await begin(target)
    const browser = new Browser()
    const page = await browser.follow(begun.url.href)
    const chosen = await browser.submit(page.url, {
      connection: 'corporate',
      as: ADA.username,
    })
    const claims = await claimsAfter(begun, new URL(chosen.url), target)
    return { sub: claims?.sub, email: claims?.email, verified: claims?.email_verified ?? null }
  },
})
await run.end()
process.stdout.write(JSON.stringify(seen, undefined, 1))
