import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { root } from './shell.ts'

const artifacts = join(root, '.sandbox', 'artifacts')

export interface Window {
  /** A page of a visitor who has never been here. */
  visit(): Promise<Page>
  close(): Promise<void>
}

/**
 * A Chromium that trusts one certificate authority more, by its own certificate store, as a person
 * would make it trust the sandbox: no flag turns any check off.
 */
export async function openBrowser(caPath: string): Promise<Window> {
  const home = mkdtempSync(join(tmpdir(), 'padlock-browser-'))
  const store = join(home, '.pki', 'nssdb')
  mkdirSync(store, { recursive: true })
  const certutil = (...args: string[]) => execFileSync('certutil', ['-d', `sql:${store}`, ...args])
  certutil('-N', '--empty-password')
  certutil('-A', '-t', 'C,,', '-n', 'padlock sandbox', '-i', caPath)
  const browser: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, HOME: home } as Record<string, string>,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    visit: async () => (await browser.newContext()).newPage(),
    close: async () => {
      await browser.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Logs in at the tenant's page from the app's public page. */
export async function logIn(
  page: Page,
  url: string,
  email: string,
  password: string,
): Promise<void> {
  await page.goto(url)
  await page
    .getByRole('link', { name: /log in/i })
    .first()
    .click()
  await page.getByLabel(/e-?mail/i).fill(email)
  await page.getByLabel(/password/i).fill(password)
  await page
    .getByRole('button', { name: /continue|log in/i })
    .first()
    .click()
}

/** Keeps what a person saw under `.sandbox/artifacts`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true })
}
