/**
 * What strangers say of the site's TLS and headers: testssl.sh, and Mozilla's HTTP Observatory, at the
 * real Caddy with the site's own Caddyfile in front of the reference app.
 */
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ProxySettings } from '../../components/site/caddyfile.ts'
import { cacheFolder } from '../../sandbox/deployment/environment.ts'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { type Made, ownAuthority } from '../sandbox/proxy/own-authority.ts'
import { HOST, until } from '../sandbox/proxy/own-site.ts'
import { startReferenceApp } from '../sandbox/proxy/reference-app.ts'
import { type Renewing, startRenewing } from '../sandbox/proxy/renewing.ts'
import { type Local, observatoryGrade } from '../support/grade/observatory.ts'
import { bad, testssl } from '../support/grade/testssl.ts'

jest.setTimeout(900_000)
/** Of Let's Encrypt. */
const VALIDITY_SECONDS = 90 * 24 * 3600
/** The ports that the public sees. */
const PUBLIC: Partial<ProxySettings> = { httpPort: 80, httpsPort: 443 }
let renewing: Renewing
let own: Made
let stopApp: () => Promise<void>

beforeAll(async () => {
  await ensurePrerequisites(['testssl'], console.log)
  renewing = await startRenewing(VALIDITY_SECONDS, { app: 'app.sock' })
  own = await ownAuthority({
    host: HOST,
    aliases: [],
    server: true,
    clients: ['alice'],
    clientAuth: 'request',
  })
  stopApp = await startReferenceApp(join(renewing.site.folder, 'app.sock'), {
    APP_URL: `https://${HOST}`,
    ALLOWED_EMAILS: 'ada@example.com',
    OIDC_ISSUER: 'https://login.example.test',
    OIDC_CLIENT_ID: 'site',
    OIDC_CLIENT_SECRET: 'a-secret/of+the-issuer',
  })
})
afterAll(async () => {
  await stopApp?.()
  await renewing?.close()
})

interface Way {
  settings: Partial<ProxySettings>
  files: Record<string, unknown>
  root: string
  change?(caddyfile: string): string
}
const acme = (): Way => ({
  settings: { acmeDirectory: renewing.acme, acmeRoot: renewing.root },
  files: { acmeRoot: renewing.root },
  root: renewing.root,
})
const pem = ({ certificate, key }: { certificate: string; key: string }) => certificate + key
const privately = (): Way => ({
  settings: { ownCertificate: true },
  files: { certificate: pem(own.server!) },
  root: own.root,
})
const request = (): Way => ({
  settings: { ownCertificate: true, clientAuth: 'request' },
  files: { certificate: pem(own.server!), clients: own.trusted },
  root: own.root,
})

/** The site, once it is served this way. */
async function served({ settings, files, root, change }: Way): Promise<Local> {
  const { site } = renewing
  await site.stage({ ...PUBLIC, ...settings }, files, change)
  await site.serve()
  const file = join(site.folder, 'root.pem')
  writeFileSync(file, root)
  const { httpPort, httpsPort } = site
  const local = { name: HOST, httpPort, httpsPort, root: file }
  await until(() => answers(local.httpsPort, root))
  return local
}

function answers(port: number, ca: string): Promise<boolean> {
  return new Promise((done) => {
    const options = { host: '127.0.0.1', port, ca, servername: HOST, agent: false }
    https
      .get({ ...options, headers: { host: HOST } }, (response) => {
        response.resume()
        done(response.statusCode === 200)
      })
      .on('error', () => done(false))
  })
}

const WAYS: [string, () => Way][] = [
  ['acme', acme],
  ['private', privately],
  ['private, clientAuth request', request],
]

test.each(WAYS)('%s: HTTP Observatory gives A+ and 130', async (_name, way) => {
  const site = await served(way())
  const graded = await observatoryGrade(cacheFolder(), site)
  expect(graded).toEqual({ grade: 'A+', score: 130, failed: {} })
})

test('a header less costs the grade', async () => {
  const way = { ...privately(), change: (text: string) => text.replace(/\t*Strict-Tr.*\n/, '') }
  const graded = await observatoryGrade(cacheFolder(), await served(way))
  expect(graded.score).toBeLessThan(130)
  expect(graded.failed).toEqual({ 'strict-transport-security': 'hsts-not-implemented' })
})

test.each(WAYS)('%s: testssl finds nothing but BREACH', async (_name, way) => {
  const site = await served(way())
  const findings = await testssl(site, renewing.site.folder)
  expect(findings.length).toBeGreaterThan(100)
  expect(bad(findings)).toEqual([])
})

test('an old protocol would be found', async () => {
  const { certificate: cert, key } = own.server!
  const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const server = https.createServer({ cert, key, ...old }, (_, response) => response.end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const { folder } = renewing.site
  const site = { name: HOST, httpPort: 0, httpsPort: port, root: join(folder, 'root.pem') }
  const findings = await testssl(site, folder, ['--protocols'])
  await new Promise((done) => server.close(done))
  expect(bad(findings)).toEqual([
    'TLS1: LOW, offered (deprecated)',
    'TLS1_1: LOW, offered (deprecated)',
  ])
})
