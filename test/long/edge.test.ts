/** The login in front of an app that has none: real oauth2-proxy, real Caddy, the sandbox's tenant. */
import http2 from 'node:http2'
import { openBrowser } from '../e2e/browser.ts'
import { overHttp3 } from '../sandbox/proxy/http3.ts'
import { type EdgeSite, PASSWORD, startEdgeSite } from './edge-site.ts'
import { ask, PAGE, type Reply, Visitor } from './visitor.ts'

jest.setTimeout(900_000)

const ADA = 'ada@corp.example'
const GRACE = 'grace@example.com'
let site: EdgeSite
let ada: Visitor

beforeAll(async () => {
  site = await startEdgeSite(['/healthz', '/webhooks/*'], [GRACE])
  await site.person(ADA)
  await site.person(GRACE)
  await site.person('mallory@example.org')
  await site.person('unverified@corp.example', false)
  ada = new Visitor(site.root)
})
afterAll(() => site?.close())

const stranger = () => new Visitor(site.root)
const from = (reply: Reply) => String(reply.headers.location ?? '')
/** Headers as the app got them. */
const got = (reply: Reply) => reply.json() as Record<string, string>

describe('without a login', () => {
  test('a page leads to the provider, with PKCE, and back to the site alone', async () => {
    const reply = await stranger().visit(`${site.url}/reports?month=5&x=1`)
    expect(reply.status).toBe(302)
    const target = new URL(from(reply))
    expect(target.href).toMatch(site.issuer)
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      redirect_uri: `${site.url}/oauth2/callback`,
      code_challenge_method: 'S256',
      nonce: expect.any(String),
    })
  })

  test.each([
    ['a program', 'GET', '/', { accept: 'application/json' }],
    ['one that says nothing', 'GET', '/', {}],
    ['a form', 'POST', '/', PAGE],
    ['a page’s own script', 'GET', '/', { ...PAGE, 'x-requested-with': 'XMLHttpRequest' }],
    ['/api', 'GET', '/api', PAGE],
    ['below /api', 'GET', '/api/things?x=1', PAGE],
  ])('%s gets a 401 and no redirect', async (_who, method, path, headers) => {
    const reply = await ask(new URL(site.url), site.root, { method, headers }, path)
    expect(reply).toMatchObject({ status: 401, text: '{"error":"login required"}' })
    expect(reply.headers.location).toBeUndefined()
  })

  test('a WebSocket is a 401', async () => {
    expect(await webSocket({})).toBe('status 401')
  })

  test.each([
    '/ping',
    '/ready',
    '/robots.txt',
    '/oauth2/../ping',
    '/oauth2/%2e%2e/app',
    '/oauth2/..%2fapp',
    '/OAUTH2/auth',
    '/oauth2/unknown',
    '//oauth2/auth',
  ])('%s opens nothing', async (path) => {
    const reply = await ask(new URL(site.url), site.root, { headers: PAGE }, path)
    expect([301, 302, 307, 401, 403, 404]).toContain(reply.status)
    expect(reply.text).not.toContain('user-agent')
    expect(reply.text).not.toContain('"host"')
  })

  test.each([
    '/oauth2/start?rd=https://evil.example/',
    '/oauth2/start?rd=//evil.example/',
    '/oauth2/start?rd=/%5cevil.example/',
    '/oauth2/sign_out?rd=https://evil.example/',
  ])('%s leads nowhere else', async (path) => {
    const visitor = stranger()
    const reply = await visitor.visit(site.url, {}, path)
    expect(from(reply)).toMatch(/^https:\/\/localhost:/)
    const state = new URL(from(reply)).searchParams.get('state') ?? ''
    const back = Buffer.from(state, 'base64url').toString()
    expect(state + back).not.toContain('evil')
  })
})

describe('public paths', () => {
  test.each(['/healthz', '/healthz?x=1', '/webhooks/', '/webhooks/a/b.c', '/webhooks/a/?x=/../'])(
    '%s needs no login, and brings no identity',
    async (path) => {
      const headers = { 'x-forwarded-email': ADA, authorization: 'Bearer of-the-sender' }
      const reply = await ask(new URL(site.url), site.root, { headers }, path)
      expect(reply.status).toBe(200)
      expect(got(reply)['x-forwarded-email']).toBeUndefined()
      expect(got(reply).authorization).toBe('Bearer of-the-sender')
    },
  )

  test.each([
    '/healthz/',
    '/healthz/x',
    '/healthzz',
    '/HEALTHZ',
    '/Webhooks/x',
    '/webhooks',
    '/webhooks/../admin',
    '/webhooks/..',
    '/webhooks/.',
    '/webhooks/./x',
    '/webhooks//x',
    '//webhooks/x',
    '/admin/../webhooks/x',
    '/admin/..%2fwebhooks/x',
    '/webhooks/%2e%2e/admin',
    '/webhooks/%2E%2E%2Fadmin',
    '/webhooks/%252e%252e/admin',
    '/webhooks/..%2fadmin',
    '/webhooks/..;/admin',
    '/webhooks/x;/../admin',
    '/webhooks/..%5cadmin',
    '/webhooks/..\\admin',
    '/webhooks%2f..%2fadmin',
    '/%77ebhooks/x',
    '/webhooks/a%00b',
    '/webhooks/...',
    '/x?/webhooks/x',
    '/admin?x=/webhooks/x',
    '/admin#/webhooks/x',
  ])('%s does', async (path) => {
    const reply = await ask(new URL(site.url), site.root, {}, path)
    expect([400, 401]).toContain(reply.status)
  })

  test.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Uri', 'X-Forwarded-Prefix'])(
    'no other path is named by %s',
    async (name) => {
      const sent = { headers: { [name]: '/admin' } }
      const reply = await ask(new URL(site.url), site.root, sent, '/webhooks/x')
      expect(got(reply)[name.toLowerCase()]).toBeUndefined()
    },
  )

  test('nor by the whole address in the request’s first line', async () => {
    const path = `${site.url}/admin`
    expect((await ask(new URL(site.url), site.root, {}, path)).status).toBe(401)
  })
})

describe('with a login', () => {
  test('a deep link is led to the provider and back, and the app knows who it is', async () => {
    const { url, reply } = await ada.logIn(`${site.url}/reports?month=5&x=1`, ADA, PASSWORD)
    expect(url).toBe(`${site.url}/reports?month=5&x=1`)
    expect(got(reply)).toMatchObject({
      'x-forwarded-email': ADA,
      'x-auth-request-email': ADA,
      'x-forwarded-user': expect.stringMatching(/^auth0\|/),
    })
  })

  test('the session’s cookie is for this host alone, and no script reads it', () => {
    const cookie = ada.given.findLast((line) => line.startsWith('__Host-edge='))
    expect(cookie?.split('; ').slice(1)).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']),
    )
    expect(cookie).not.toMatch(/Domain=/i)
  })

  test('the app gets its own cookies, and not the login’s', async () => {
    ada.cookies.get(new URL(site.url).host)?.set('theme', 'dark')
    const reply = await ada.visit(`${site.url}/`)
    expect(got(reply).cookie).toBe('theme=dark')
  })

  test('a listed address outside of the domains comes in', async () => {
    const { reply } = await stranger().logIn(`${site.url}/`, GRACE, PASSWORD)
    expect(got(reply)).toMatchObject({ 'x-forwarded-email': GRACE })
  })

  test.each(['mallory@example.org', 'unverified@corp.example'])(
    '%s gets a plain page with ways out, and no session',
    async (email) => {
      const visitor = stranger()
      const { reply } = await visitor.logIn(`${site.url}/`, email, PASSWORD)
      expect(reply.status).toBe(403)
      expect(reply.text).toContain('<h1>No entry</h1>')
      expect(reply.text).toContain('href="/oauth2/sign_out"')
      expect(reply.headers['cache-control']).toBe('no-store')
      expect((await visitor.visit(`${site.url}/`)).status).toBe(302)
    },
  )

  test('an upload arrives whole, and a program with the session gets what it asks for', async () => {
    const body = Buffer.alloc(3_000_000, 'x')
    expect(await ada.visit(`${site.url}/upload`, { method: 'POST', body })).toMatchObject({
      status: 200,
      text: '3000000',
    })
    const headers = { accept: 'application/json' }
    expect((await ada.visit(`${site.url}/api/things`, { headers })).status).toBe(200)
  })

  test('a WebSocket goes through', async () => {
    const jar = ada.cookies.get(new URL(site.url).host) ?? []
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    expect(await webSocket({ cookie })).toBe('hello')
  })
})

const SPELLINGS = [
  ...['X-Forwarded-Email', 'x-forwarded-email', 'X-FORWARDED-EMAIL', 'X_Forwarded_Email'],
  ...['X-Forwarded_Email', 'X.Forwarded.Email', 'X-Forwarded-User', 'X_Forwarded_User'],
  ...['X-Forwarded-Groups', 'X-Forwarded-Preferred-Username', 'X-Forwarded-Access-Token'],
  ...['X-Auth-Request-Email', 'x-auth-request-email', 'X_AUTH_REQUEST_EMAIL'],
  ...['X-Auth-Request-User', 'X-Auth-Request-Groups', 'X-Auth-Request-Redirect'],
  ...['Remote-User', 'Remote_User', 'Remote-Email', 'X-Remote-User', 'X-WebAuth-User'],
  'Authorization',
]

describe('nobody says himself who he is', () => {
  test.each(SPELLINGS)('%s', async (name) => {
    const value = name === 'Authorization' ? 'Basic bWFsbG9yeTp4' : 'mallory@example.org'
    for (const sent of [value, [value, value]]) {
      const headers = { [name]: sent }
      // Without a session it opens nothing; with one it changes nothing.
      expect((await ask(new URL(site.url), site.root, { headers })).status).toBe(401)
      const reply = await ada.visit(`${site.url}/`, { headers })
      expect(got(reply)).toMatchObject({ 'x-forwarded-email': ADA, 'x-auth-request-email': ADA })
      expect(reply.text).not.toContain('mallory')
      expect(reply.text).not.toContain('bWFsbG9yeTp4')
    }
  })

  test.each(['X-Forwarded-Email', 'X-Auth-Request-Email, X-Auth-Request-User', 'X-Forwarded-User'])(
    'nor is it dropped by Connection: %s',
    async (names) => {
      const headers = { connection: `close, ${names}`, 'x-forwarded-email': 'mallory@example.org' }
      expect(got(await ada.visit(`${site.url}/`, { headers }))).toMatchObject({
        'x-forwarded-email': ADA,
        'x-auth-request-email': ADA,
        'x-forwarded-user': expect.stringMatching(/^auth0\|/),
      })
    },
  )

  test('over HTTP/2 neither', async () => {
    const session = http2.connect(`https://127.0.0.1:${new URL(site.url).port}`, {
      ca: site.root,
      servername: 'edge.localhost',
    })
    const jar = ada.cookies.get(new URL(site.url).host) ?? []
    const request = session.request({
      ':authority': new URL(site.url).host,
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      'x-forwarded-email': ['mallory@example.org', 'mallory@example.org'],
      x_forwarded_email: 'mallory@example.org',
      'remote-user': 'mallory',
    })
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    session.destroy()
    expect(JSON.parse(text)).toMatchObject({ 'x-forwarded-email': ADA })
    expect(text).not.toContain('mallory')
  })

  test('nor over HTTP/3, in any spelling, once or twice', async () => {
    const value = (name: string) =>
      name === 'Authorization' ? 'Basic bWFsbG9yeTp4' : 'mallory@example.org'
    const lines = SPELLINGS.map((name) => `${name}: ${value(name)}`)
    const requests = lines.flatMap((line) => [[line], [line, line]])
    const client = await overHttp3(site.proxy, requests)
    const jar = ada.cookies.get(new URL(site.url).host) ?? []
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const [at, one] of requests.entries()) {
      const nobody = await client.ask(at)
      expect([one, nobody.status, nobody.headers.get('via')]).toEqual([
        ...[one, 401],
        expect.stringContaining('3.0'),
      ])
      const text = await (await client.ask(at, { cookie })).text()
      expect([one, JSON.parse(text)]).toMatchObject([
        one,
        { 'x-forwarded-email': ADA, 'x-auth-request-email': ADA },
      ])
      expect(text).not.toMatch(/mallory|bWFsbG9yeTp4/)
    }
    await client.close()
  })
})

test('a person with a real browser logs in, uses the app, and logs out of both', async () => {
  const browser = await openBrowser(site.rootPath)
  try {
    const page = await browser.visit()
    const logIn = async (address: string) => {
      await page.goto(address)
      await page.getByLabel(/e-?mail/i).fill(ADA)
      await page.getByLabel(/password/i).fill(PASSWORD)
      await page
        .getByRole('button', { name: /continue|log in/i })
        .first()
        .click()
      await page.waitForURL((url) => url.href.startsWith(site.url))
    }
    await logIn(`${site.url}/reports?month=5`)
    expect(page.url()).toBe(`${site.url}/reports?month=5`)
    expect(await page.locator('body').textContent()).toContain(`"x-forwarded-email":"${ADA}"`)
    const asked = page.evaluate(`(async () => {
      const socket = new WebSocket('wss://' + location.host + '/?after=100')
      const said = new Promise((done) => {
        socket.onmessage = ({ data }) => done(data)
        socket.onclose = () => done('closed')
      })
      const sent = await fetch('/upload', { method: 'POST', body: 'x'.repeat(200000) })
      return [await said, await sent.text()]
    })()`)
    expect(await asked).toEqual(['hello', '200000'])
    await page.evaluate(`document.cookie = 'theme=dark; Secure; Path=/'`)
    await page.goto(`${site.url}/oauth2/sign_out`)
    expect(page.url()).toContain(site.issuer)
    expect(await page.getByLabel(/password/i).count()).toBe(1)
    // Neither the session nor what the app kept; the next login has begun.
    const left = await page.context().cookies(site.url)
    expect(left.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^__Host-edge_[\w-]+_csrf$/),
    ])
    await logIn(site.url)
    expect(await page.locator('body').textContent()).not.toContain('theme=dark')
  } finally {
    await browser.close()
  }
})

describe('an end', () => {
  test('who is taken out of the list is out, session or not; a restart loses nobody else', async () => {
    const grace = stranger()
    await grace.logIn(`${site.url}/`, GRACE, PASSWORD)
    await site.restart(['somebody@example.com'])
    expect((await grace.visit(`${site.url}/`)).status).toBe(302)
    expect((await ada.visit(`${site.url}/`)).status).toBe(200)
    await site.restart([GRACE])
  })

  test('where the login does not run, nobody comes in, and public paths answer', async () => {
    await site.stop()
    const reply = await ada.visit(`${site.url}/`)
    expect(reply.status).toBe(503)
    expect(reply.text).not.toContain('x-forwarded')
    expect((await ask(new URL(site.url), site.root, {}, '/healthz')).status).toBe(200)
    await site.restart([GRACE])
    expect((await ada.visit(`${site.url}/`)).status).toBe(200)
  })

  test('another site logs nobody out', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const reply = await ada.visit(`${site.url}/oauth2/sign_out`, { headers })
    expect(reply.status).toBe(403)
    expect(reply.headers['clear-site-data']).toBeUndefined()
    expect((await ada.visit(`${site.url}/`)).status).toBe(200)
  })

  test('a log-out ends the session at the edge, at the provider, and what the app has kept', async () => {
    const reply = await ada.visit(`${site.url}/oauth2/sign_out`)
    expect(reply.status).toBe(302)
    expect(reply.headers['clear-site-data']).toBe('"cookies", "storage"')
    expect(from(reply)).toMatch(`${site.issuer}v2/logout?client_id=`)
    const { url, reply: last } = await ada.follow(from(reply))
    // Back at the site, which asks for a login anew: the provider shows its form and lets nobody through.
    expect(new URL(url).host).toBe(new URL(site.issuer).host)
    expect(last.text).toMatch(/type="password"/)
  })
})

/** What the app says over it, or the status where it is refused. */
function webSocket(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = site.proxy.request('/?after=100', {
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      resolve(`status ${response.statusCode}`)
    })
    request.on('upgrade', (_response, socket) => {
      socket.on('data', (frame: Buffer) => {
        resolve(frame.subarray(2).toString())
        socket.destroy()
      })
    })
    request.end()
  })
}
