/**
 * A real Chromium logs in at the reference app behind the real Caddy: at a plain issuer and at one
 * like Google's. The browser holds the policies of both sides, `form-action` among them.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Authority, openAuthority } from '../../sandbox/ca/index.ts'
import { type RunningIssuer, startIssuer } from '../engine/support/issuer.ts'
import { HOST, type OwnSite, startOwnSite } from '../sandbox/proxy/own-site.ts'
import { startReferenceApp } from '../sandbox/proxy/reference-app.ts'

jest.setTimeout(300_000)
const SECRET = 'a-secret/of+the-issuer'
const PROVIDERS = {
  plain: { id: 'site', callback: '/callback', prompt: 'login', path: '/realms/staff' },
  google: {
    id: '407408718192-a1b2c3.apps.googleusercontent.com',
    callback: '/auth',
    prompt: 'select_account',
    google: true,
  },
}
let home: string
let authority: Authority
let site: OwnSite
let browser: Browser
let origin: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'padlock-login-'))
  authority = await openAuthority(home)
  site = await startOwnSite('app.sock')
  origin = `https://${HOST}:${site.httpsPort}`
  const { key, cert } = await authority.issue({ names: [HOST] })
  await site.stage({ ownCertificate: true }, { certificate: `${cert}\n${key}` })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  rmSync(home, { recursive: true, force: true })
})

async function startBrowser(): Promise<Browser> {
  const store = join(home, '.pki', 'nssdb')
  mkdirSync(store, { recursive: true })
  const nss = (...more: string[]) => execFileSync('certutil', ['-d', `sql:${store}`, ...more])
  nss('-N', '--empty-password')
  nss('-A', '-t', 'C,,', '-n', 'root', '-i', authority.rootPath)
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, HOME: home } as Record<string, string>,
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${HOST} 127.0.0.1`],
  })
}

const startApp = (issuer: string, one: (typeof PROVIDERS)['plain' | 'google']) =>
  startReferenceApp(join(site.folder, 'app.sock'), {
    APP_URL: origin,
    ALLOWED_EMAILS: 'ada@example.com',
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: one.id,
    OIDC_CLIENT_SECRET: SECRET,
    OIDC_CALLBACK_PATH: one.callback,
    OIDC_SWITCH_PROMPT: one.prompt,
    REQUESTS_CA_BUNDLE: authority.rootPath,
  })

/** Runs this with an issuer, the app, and a page of a browser that knows nothing yet. */
async function at(
  name: keyof typeof PROVIDERS,
  use: (page: Page, issuer: string) => Promise<void>,
): Promise<void> {
  const one = PROVIDERS[name]
  const { id, callback } = one
  const own = { id, secret: SECRET, callbacks: [origin + callback], logoutUrls: [`${origin}/`] }
  const issuer: RunningIssuer = await startIssuer(home, { ...one, applications: [own] })
  const stop = await startApp(issuer.issuer, one)
  const context = await browser.newContext()
  try {
    await use(await context.newPage(), issuer.issuer)
  } finally {
    await context.close()
    await stop()
    await issuer.stop()
  }
}

async function enter(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill('sandbox')
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('at a plain issuer: in, out at both places, and in again by a password', () =>
  at('plain', async (page, issuer) => {
    await page.goto(`${origin}/home?tab=1`)
    expect(page.url()).toContain(`${issuer}/login/`)
    await enter(page, 'ada@example.com')
    await page.getByText('Hello, Ada Lovelace!').waitFor()
    expect(page.url()).toBe(`${origin}/home?tab=1`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log out?' }).waitFor()
    expect(page.url()).toContain(`${issuer}/session/end?`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${origin}/`)
    await page.goto(`${origin}/home`)
    await page.getByLabel('Password').waitFor()
  }))

test('with Google: in by /auth, a stranger to another account, out here alone', () =>
  at('google', async (page, issuer) => {
    await page.goto(`${origin}/login`)
    await enter(page, 'mallory@example.com')
    await page.getByRole('link', { name: 'Use another account' }).click()
    await enter(page, 'ada@example.com')
    await page.getByText('Hello, Ada Lovelace!').waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText('You are logged out here').waitFor()
    expect(await page.locator('main').textContent()).toContain(new URL(issuer).host)
    await page.getByRole('link', { name: 'Log in again' }).click()
    // Nobody asked for a password.
    await page.waitForURL(`${origin}/home`)
  }))
