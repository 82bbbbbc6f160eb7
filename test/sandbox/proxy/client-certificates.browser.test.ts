/** A real Chromium with a client certificate in its own store, as a person would import it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { AuthorityArgs } from '../../../components/authority.ts'
import { pkcs12 } from '../../../ops/cli/pkcs12.ts'
import { type Made, ownAuthority } from './own-authority.ts'
import { HOST, type OwnSite, startOwnSite } from './own-site.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(180_000)
const args: AuthorityArgs = { host: HOST, server: true, clients: ['alice'], clientAuth: 'require' }
let site: OwnSite
let own: Made
let other: Made
const homes: string[] = []

beforeAll(async () => {
  own = await ownAuthority(args)
  other = await ownAuthority(args)
  site = await startOwnSite(smallApp())
  const { certificate, key } = own.server!
  await site.stage(
    { ownCertificate: true, clientAuth: 'require' },
    { certificate: certificate + key, clients: own.trusted },
  )
})
afterAll(async () => {
  await site?.close()
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** What a person sees at the site, or the browser's own word for what it could not show. */
async function seen(client?: { certificate: string; key: string }): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'padlock-browser-'))
  homes.push(home)
  const store = join(home, '.pki', 'nssdb')
  mkdirSync(store, { recursive: true })
  const nss = (program: string, ...more: string[]) =>
    execFileSync(program, ['-d', `sql:${store}`, ...more], { stdio: 'pipe' })
  nss('certutil', '-N', '--empty-password')
  writeFileSync(join(home, 'root.pem'), own.root)
  nss('certutil', '-A', '-t', 'C,,', '-n', 'root', '-i', join(home, 'root.pem'))
  if (client) {
    const file = join(home, 'client.p12')
    writeFileSync(file, await pkcs12('alice', client, 'a passphrase'))
    nss('pk12util', '-i', file, '-W', 'a passphrase', '-K', '')
  }
  const browser = await chromium.launch({
    executablePath: withPolicies(home),
    env: { ...process.env, HOME: home } as Record<string, string>,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
    ],
  })
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`https://${HOST}:${site.httpsPort}/`)
    return (await page.locator('body').textContent()) ?? ''
  } catch (error) {
    return (error as Error).message
  } finally {
    await browser.close()
  }
}

/**
 * Chromium under a policy that answers its question which certificate is to be shown: on Linux it is
 * read from /etc/chromium alone, so the browser gets that folder in a mount namespace of its own.
 */
function withPolicies(home: string): string {
  const folder = join(home, 'policies', 'managed')
  mkdirSync(folder, { recursive: true })
  const rule = JSON.stringify({ pattern: `https://${HOST}:${site.httpsPort}`, filter: {} })
  writeFileSync(
    join(folder, 'certificates.json'),
    JSON.stringify({ AutoSelectCertificateForUrls: [rule] }),
  )
  const program = join(home, 'chromium')
  writeFileSync(
    program,
    `#!/bin/sh
exec unshare --user --map-root-user --mount sh -c 'mount --bind "$0" /etc/chromium && exec /usr/bin/chromium "$@"' '${home}' "$@"
`,
  )
  chmodSync(program, 0o755)
  return program
}

test('with the certificate a person comes in, and the app knows who it is', async () => {
  expect(await seen(own.clients.alice)).toContain('"x-client-subject":"CN=alice"')
})

/** TLS 1.3 tells a client after it has begun to speak, so the browser names the end that it saw. */
const REFUSED =
  /net::ERR_(BAD_SSL_CLIENT_AUTH_CERT|SSL_CLIENT_AUTH_CERT_NEEDED|SOCKET_NOT_CONNECTED|CONNECTION_(CLOSED|RESET))/

test('without one nobody comes in', async () => {
  expect(await seen()).toMatch(REFUSED)
})

test('nor with one of another authority of the same name', async () => {
  expect(await seen(other.clients.alice)).toMatch(REFUSED)
})
