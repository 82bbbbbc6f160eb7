/** A site without a name, by a real Caddy: whoever visits an address names no server. */
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { freePort } from '../../../sandbox/ports.ts'
import { type Made, ownAuthority } from './own-authority.ts'
import { type OwnSite, startOwnSite, until } from './own-site.ts'
import { type Renewing, startRenewing } from './renewing.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(120_000)

/** Visitors come by 127.0.0.1, as those of a reserved IP arrive at another address of the droplet's. */
const ADDRESS = '127.0.0.9'

interface Who {
  root: string
  servername?: string
  client?: { certificate: string; key: string }
}

/** The status, or the error of the connection. */
function ask({ httpsPort: port }: OwnSite, { root: ca, servername = '', client }: Who) {
  return new Promise<number | string>((done) => {
    https
      .get(
        {
          ...{ host: '127.0.0.1', port, ca, servername, agent: false },
          checkServerIdentity: (_: string, found) => tls.checkServerIdentity(ADDRESS, found),
          ...(client && { cert: client.certificate, key: client.key }),
          headers: { host: `${ADDRESS}:${port}` },
        },
        (response) => {
          response.resume()
          done(response.statusCode ?? 0)
        },
      )
      .on('error', ({ message }) => done(message))
  })
}

describe('with an authority that signs for addresses in a profile alone', () => {
  let renewing: Renewing
  beforeAll(async () => {
    renewing = await startRenewing(3600, { hostname: ADDRESS })
    await until(async () => (await ask(renewing.site, renewing)) === 200)
  })
  afterAll(() => renewing?.close())

  test('Caddy gets its certificate, and the host finds it as visitors do', async () => {
    const [found] = JSON.parse((await renewing.expiry('show')).stdout).certificates
    expect(found).toMatchObject({ name: ADDRESS, state: 'good' })
  })

  test('who comes by http is led to the address by https', async () => {
    const { httpPort: port, httpsPort } = renewing.site
    const { statusCode, headers } = await new Promise<http.IncomingMessage>((done, fail) =>
      http
        .get(
          { host: '127.0.0.1', port, path: '/a?b', headers: { host: `${ADDRESS}:${port}` } },
          done,
        )
        .on('error', fail),
    )
    expect(statusCode).toBe(308)
    expect(headers.location).toBe(`https://${ADDRESS}:${httpsPort}/a?b`)
  })

  test('who names another server gets nothing', async () => {
    expect(await ask(renewing.site, { ...renewing, servername: 'other.example.test' })).toMatch(
      /alert/,
    )
  })
})

describe('with certificates of the stack’s own authority', () => {
  let site: OwnSite
  let own: Made
  beforeAll(async () => {
    own = await ownAuthority({
      ...{ host: ADDRESS, server: true, clients: ['alice'], clientAuth: 'require' },
    })
    site = await startOwnSite(smallApp())
  })
  afterAll(() => site?.close())

  async function stage(clientAuth?: 'request' | 'require') {
    const { certificates, fingerprints, root } = own.trusted!
    await site.stage(
      { hostname: ADDRESS, ownCertificate: true, clientAuth },
      {
        host: ADDRESS,
        certificate: own.server!.certificate + own.server!.key,
        ...(clientAuth && { clients: { root, certificates, fingerprints } }),
      },
    )
  }

  test('it serves whoever trusts that', async () => {
    await stage()
    await until(async () => (await ask(site, own)) === 200)
  })

  test('who has a client certificate comes in, and who has none where that is allowed', async () => {
    await stage('request')
    const client = own.clients.alice
    await until(async () => (await ask(site, { ...own, client })) === 200)
    expect(await ask(site, own)).toBe(200)
  })

  test('and nobody else where it is not, whatever server he names', async () => {
    await stage('require')
    const client = own.clients.alice
    await until(async () => /certificate required/.test(String(await ask(site, own))))
    expect(await ask(site, { ...own, client })).toBe(200)
    const { root } = own
    for (const servername of ['localhost', 'other.example.test', '9.0.0.127.in-addr.arpa'])
      expect(await ask(site, { root, servername })).toMatch(/alert/)
  })

  test('over HTTP/3 too', async () => {
    const port = await freePort()
    const { folder, httpsPort } = site
    const { certificate, key } = own.clients.alice!
    writeFileSync(`${folder}/alice.pem`, certificate + key)
    writeFileSync(`${folder}/root.pem`, own.root)
    // Go sends no address as a server's name, and holds the certificate against it.
    await site.also(`{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	reverse_proxy https://127.0.0.1:${httpsPort} {
		header_up Host ${ADDRESS}:${httpsPort}
		transport http {
			versions 3
			tls_server_name ${ADDRESS}
			tls_trust_pool file ${folder}/root.pem
			tls_client_auth ${folder}/alice.pem ${folder}/alice.pem
		}
	}
}
`)
    const asked = () => fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
    await until(async () => (await asked())?.status === 200)
    expect((await asked())?.headers.get('via')).toContain('3.0')
  })
})
