/**
 * Further names, by a real Caddy that orders its certificates from a real authority: each has one of
 * its own, and one that gets none stops no other.
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type AcmeServer, startAcme } from '../../../sandbox/acme/index.ts'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import { type NameServer, startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { HOST, type OwnSite, startOwnSite, until } from './own-site.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(120_000)

const host = '127.0.0.1'
const WWW = 'www.example.test'
const SHOP = 'shop.example.test'
const LATER = 'later.example.test'
/** It leads nowhere, so that no authority signs for it. */
const BROKEN = 'broken.example.test'
const aliases = [
  { hostname: BROKEN, serves: true },
  { hostname: SHOP, serves: true },
  { hostname: WWW, serves: false },
]
let site: OwnSite
let authority: Authority
let dns: NameServer
let acme: AcmeServer

beforeAll(async () => {
  site = await startOwnSite(smallApp())
  authority = await openAuthority(site.folder)
  dns = await startDns({
    host,
    port: await freePort(),
    resolve: (name, type) =>
      type === 'A' && name !== BROKEN ? [{ type, data: host, ttl: 60 }] : [],
  })
  acme = await startAcme({
    dir: site.folder,
    authority,
    host,
    name: 'acme.sandbox.localhost',
    stagingName: 'acme-staging.sandbox.localhost',
    frontPort: await freePort(),
    port: await freePort(),
    managementPort: await freePort(),
    httpPort: site.httpPort,
    tlsPort: site.httpsPort,
    dnsServer: `${host}:${dns.port}`,
    log: () => undefined,
  })
  expect(await stage(aliases)).toBe('no certificate yet')
  expect(await site.serve()).toBe('served')
  await until(() => answers(HOST))
})
afterAll(async () => {
  await acme?.close()
  await dns?.close()
  await site?.close()
})

/** Sends the site to the host, with its authority at a name that needs no resolver. */
const stage = (names: { hostname: string; serves: boolean }[]) =>
  site.stage(
    {
      aliases: names,
      acmeDirectory: acme.directory.replace('acme.sandbox.localhost', 'localhost'),
      acmeRoot: authority.rootPem,
    },
    { aliases: names.map(({ hostname }) => hostname), acmeRoot: authority.rootPem },
  )

interface Answered {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
  /** Names and serial number of the certificate. */
  certificate?: { names: string | undefined; serial: string }
}

/** @param asked the Host, where it is not the name of the handshake */
function ask(name: string, path = '/', asked = name): Promise<Answered> {
  const headers = { host: `${asked}:${site.httpsPort}` }
  const common = { host, path, agent: false as const, headers }
  return answered(
    https.get({ ...common, port: site.httpsPort, servername: name, ca: authority.rootPem }),
  )
}

function answered(request: http.ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      const x509 = (response.socket as TLSSocket).getPeerX509Certificate?.()
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          certificate: x509 && { names: x509.subjectAltName, serial: x509.serialNumber },
        }),
      )
    })
  })
}

const answers = (name: string) =>
  ask(name).then(
    () => true,
    () => false,
  )

test('each name has a certificate of its own, and one that gets none stops no other', async () => {
  await until(async () => (await answers(SHOP)) && (await answers(WWW)))
  const shown = await Promise.all([HOST, SHOP, WWW].map((name) => ask(name)))
  expect(shown.map(({ certificate }) => certificate?.names)).toEqual(
    [HOST, SHOP, WWW].map((name) => `DNS:${name}`),
  )
  expect(new Set(shown.map(({ certificate }) => certificate?.serial)).size).toBe(3)
  await expect(ask(BROKEN)).rejects.toThrow(/alert internal error/)
})

test('a served name is the site, and the app sees which was asked', async () => {
  const { status, text, headers } = await ask(SHOP, '/login')
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({
    host: `${SHOP}:${site.httpsPort}`,
    'x-forwarded-host': `${SHOP}:${site.httpsPort}`,
  })
  expect(headers['strict-transport-security']).toBe('max-age=63072000')
})

test('a redirect keeps path and query, is for good, and is as secure as the site', async () => {
  const { status, headers } = await ask(WWW, '/a%20b/c?x=1&y=%2F')
  expect(status).toBe(308)
  expect(headers.location).toBe(`https://${HOST}:${site.httpsPort}/a%20b/c?x=1&y=%2F`)
  expect(headers).toMatchObject({
    'strict-transport-security': 'max-age=63072000',
    'x-content-type-options': 'nosniff',
  })
  expect(headers.server).toBeUndefined()
})

test('http leads to https under the same name first', async () => {
  for (const name of [HOST, SHOP, WWW]) {
    const headers = { host: `${name}:${site.httpPort}` }
    const { status, headers: got } = await answered(
      http.get({ host, port: site.httpPort, path: '/p?q', agent: false, headers }),
    )
    expect([status, got.location]).toEqual([308, `https://${name}:${site.httpsPort}/p?q`])
  }
})

test('a name that is none of them reaches no app', async () => {
  await expect(ask('other.example.test')).rejects.toThrow(/alert internal error/)
  for (const name of [HOST, WWW]) {
    expect((await ask(name, '/', 'other.example.test')).text).toBe('')
  }
})

test('a new name waits for its records, and the site in hand goes on; then it is served', async () => {
  const more = [...aliases.slice(1), { hostname: LATER, serves: true }]
  expect(await stage(more)).toBe('certified')
  expect((await ask(SHOP)).status).toBe(200)
  await expect(ask(LATER)).rejects.toThrow(/alert internal error/)
  // Caddy was told nothing of it, so it orders nothing.
  const served = () => readFileSync(join(site.folder, 'Caddyfile'), 'utf8')
  expect(served()).not.toContain(LATER)
  expect(await site.serve()).toBe('served')
  expect(served()).toContain(LATER)
  await until(() => answers(LATER))
  // All are there now, as on a host that its predecessor's certificates came to.
  expect(await stage(more.slice(1))).toBe('certified')
  await until(async () => !(await answers(SHOP)))
  expect((await ask(WWW)).status).toBe(308)
})
