/**
 * The login in front of an app by an issuer that is no Auth0 tenant, and by one like Google's: real
 * oauth2-proxy, real Caddy. What a login has to do with the provider's kind is here alone.
 */
import { PASSWORD } from '../../sandbox/issuer/people.ts'
import { smallApp } from '../sandbox/proxy/small-app.ts'
import { type EdgeSite, type IssuerKind, startEdgeSite } from './edge-site.ts'
import { Visitor } from './visitor.ts'

jest.setTimeout(900_000)

const ADA = 'ada@example.com'
const ALL = [ADA, 'eve@example.com', 'grace@example.com']

describe.each<[string, IssuerKind]>([
  ['an issuer that tells of a person at its userinfo endpoint alone', { path: '/realms/staff' }],
  ['one like Google', { google: true }],
])('%s', (_, kind) => {
  let site: EdgeSite
  const program = smallApp()
  beforeAll(async () => {
    site = await startEdgeSite(['/healthz'], ALL, { issuer: kind, tunnel: program })
  })
  afterAll(() => site?.close())
  const visitor = () => new Visitor(site.root)
  const logIn = (one: Visitor, email: string) => one.logIn(`${site.url}/deep?x=1`, email, PASSWORD)

  test('a person who is listed comes in, and the app knows who it is', async () => {
    const { url, reply } = await logIn(visitor(), ADA)
    expect([url, reply.status]).toEqual([`${site.url}/deep?x=1`, 200])
    expect(reply.json()).toMatchObject({
      'x-forwarded-email': ADA,
      'x-forwarded-user': expect.stringMatching(/^1+$/),
    })
  })

  test.each([
    ['is not listed', 'mallory@example.com'],
    ['has an address that is not verified', 'eve@example.com'],
    ['has one of which the issuer says nothing', 'grace@example.com'],
  ])('who %s does not', async (_who, email) => {
    const one = visitor()
    const { reply } = await logIn(one, email)
    expect(reply.status).toBe(403)
    expect(reply.text).toContain('<h1>No entry</h1>')
    expect((await one.visit(`${site.url}/`)).status).toBe(302)
  })

  test('who logs out is asked again at the next login', async () => {
    const one = visitor()
    await logIn(one, ADA)
    const out = await one.visit(`${site.url}/oauth2/sign_out`)
    expect(out).toMatchObject({ status: 302, headers: { 'clear-site-data': expect.any(String) } })
    const to = new URL(String(out.headers.location), site.url)
    if (kind.google) expect(to.origin).toBe(site.url)
    else {
      const { reply } = await one.follow(to.href)
      expect(reply).toMatchObject({ status: 200, text: expect.stringContaining('Log out?') })
    }
    // As a browser does what Clear-Site-Data says.
    one.cookies.delete(new URL(site.url).host)
    const { url, reply } = await one.follow(`${site.url}/`)
    expect(new URL(url).origin).toBe(new URL(site.issuer).origin)
    expect(reply.text).toMatch(/type="password"/)
  })

  test('a tunnel has the same login, and its program learns who it is', async () => {
    const [one, api] = [visitor(), { headers: { accept: 'application/json' } }]
    const told = (path: string) => one.visit(`${site.tunnelUrl}${path}`, api)
    // Nothing of it is public, nor what is public at the site.
    for (const path of ['/', '/healthz']) expect((await told(path)).status).toBe(401)
    const { url, reply } = await one.logIn(`${site.tunnelUrl}/deep?x=1`, ADA, PASSWORD)
    expect([url, reply.status]).toEqual([`${site.tunnelUrl}/deep?x=1`, 200])
    expect(reply.json()).toMatchObject({
      host: new URL(site.tunnelUrl).host,
      'x-forwarded-email': ADA,
    })
    const forged = { 'x-forwarded-email': 'mallory@example.com', 'x-auth-request-email': 'm@x' }
    expect((await one.visit(`${site.tunnelUrl}/`, { headers: forged })).json()).toMatchObject({
      'x-forwarded-email': ADA,
      'x-auth-request-email': ADA,
    })
    const mallory = await visitor().logIn(`${site.tunnelUrl}/`, 'mallory@example.com', PASSWORD)
    expect(mallory.reply.status).toBe(403)
  })

  test('who is connected to a tunnel is told to those alone who have logged in', async () => {
    const one = visitor()
    await one.logIn(`${site.tunnelUrl}/`, ADA, PASSWORD)
    program.closeAllConnections()
    await new Promise((done) => program.close(done))
    const stranger = { headers: { accept: 'application/json' } }
    expect((await visitor().visit(`${site.tunnelUrl}/`, stranger)).status).toBe(401)
    expect(await one.visit(`${site.tunnelUrl}/`)).toMatchObject({
      status: 503,
      text: `Nobody is connected to ${new URL(site.tunnelUrl).hostname} right now.`,
    })
    await site.stop()
    expect(await one.visit(`${site.tunnelUrl}/`)).toMatchObject({
      status: 503,
      text: 'The login does not answer right now.',
    })
  })
})
