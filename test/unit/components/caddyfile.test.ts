import { caddyfile, type ProxySettings } from '../../../components/site/caddyfile.ts'
import { expectGolden } from '../golden.ts'

const limits = { responseSeconds: 60, maxBodyMiB: 10, drainSeconds: 30 }
const production: ProxySettings = {
  ...limits,
  hostname: 'app.example.com',
  httpPort: 80,
  httpsPort: 443,
  acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory',
  acmeEmail: 'ops@example.com',
}
const highPorts: ProxySettings = {
  ...limits,
  hostname: 'dev.padlock.localhost',
  httpPort: 8080,
  httpsPort: 8443,
  acmeDirectory: 'https://acme.example.com:8472/dir',
  acmeRoot: 'PEM',
}

test('a public site', () => {
  expectGolden('Caddyfile.production', caddyfile(production))
})

test('high ports and an authority of its own', () => {
  expectGolden('Caddyfile.high-ports', caddyfile(highPorts))
})

test('a certificate of the stack’s own, and nobody without one', () => {
  const text = caddyfile({ ...production, ownCertificate: true, clientAuth: 'require' })
  expectGolden('Caddyfile.own-authority', text)
  expect(text).not.toContain('acme')
})

test('an authority’s certificate, and clients that may show one', () => {
  const text = caddyfile({ ...production, clientAuth: 'request' })
  expect(text).toContain(`			mode verify_if_given
			trust_pool file /var/lib/padlock/proxy/client-root.pem
		}`)
  expect(text).toContain('import /var/lib/padlock/proxy/client-matcher.caddy')
  expect(text).toContain('issuer acme {')
  // A stream of one that is no longer trusted ends with the rest.
  expect(text).not.toContain('stream_close_delay')
})

const edge = {
  logoutUrl:
    'https://acme.eu.auth0.com/v2/logout?client_id=c1&returnTo=https%3A%2F%2Fapp.example.com%2F',
  publicPaths: ['/healthz', '/webhooks/*', '/.well-known/security.txt'],
}

test('who is trusted no longer is refused before a login in front of the app is asked', () => {
  const edge = { publicPaths: ['/healthz'] }
  const text = caddyfile({ ...production, clientAuth: 'request', edge })
  const refusal = text.indexOf('\troute {\n\t\trespond @stranger')
  expect(refusal).toBeGreaterThan(0)
  expect(refusal).toBeLessThan(text.indexOf('/oauth2/sign_out'))
})

test('replicas', () => {
  expectGolden('Caddyfile.replicas', caddyfile({ ...production, replicas: 3 }))
  expect(caddyfile({ ...production, replicas: 1 })).toBe(caddyfile(production))
  expect(() => caddyfile({ ...production, replicas: 17 })).toThrow('must be from 1 to 16')
})

test('replicas behind a login: every way to the app leads to all of them', () => {
  const text = caddyfile({ ...production, replicas: 2, edge })
  const ways = text.match(/reverse_proxy unix\/\/srv\/app\/.*/g)
  const all = 'reverse_proxy unix//srv/app/current/app.sock unix//srv/app/current-2/app.sock {'
  expect(ways).toEqual([all, all])
})

test('a login in front of the app', () => {
  expectGolden('Caddyfile.edge', caddyfile({ ...production, edge }))
})

test('without public paths none is asked for, and nothing leads to a provider’s log-out', () => {
  const text = caddyfile({ ...production, edge: { publicPaths: [] } })
  expect(text).not.toContain('@public')
  expect(text).not.toContain('header_down')
})

test.each([
  [{ publicPaths: ['/*'] }, 'publicPaths has "/*": must be paths such as /healthz or /webhooks/*'],
  [
    { publicPaths: ['/a` {'] },
    'publicPaths has "/a` {": must be paths such as /healthz or /webhooks/*',
  ],
  [
    { publicPaths: [], logoutUrl: 'https://x/ {' },
    'logoutUrl is "https://x/ {": must be an https URL',
  ],
])('%j breaks out of its place', (wrong, message) => {
  expect(() => caddyfile({ ...production, edge: wrong })).toThrow(new Error(message))
})

const HASH = `$2a$10$${'./Az09'.repeat(9).slice(0, 53)}`
const tunnels = [
  { name: 'demo', hostname: 'demo.app.example.com', passwordHash: HASH },
  { name: 'hook', hostname: 'hook.app.example.com' },
]

test('tunnels, with a password and without one', () => {
  const text = caddyfile({ ...production, tunnels })
  expectGolden('Caddyfile.tunnels', text)
  expect(text.startsWith(caddyfile(production))).toBe(true)
})

test('tunnels behind the login that stands in front of the site, public paths or not', () => {
  const [demo, hook] = tunnels
  const routes = [{ ...demo!, passwordHash: undefined, login: true }, hook!]
  const text = caddyfile({ ...production, edge, tunnels: routes })
  expectGolden('Caddyfile.edge-tunnels', text)
  const [site = '', ofDemo = '', ofHook = ''] = text.split('# A tunnel:')
  expect([site, ofDemo, ofHook].map((one) => one.split('forward_auth').length - 1)).toEqual([
    1, 1, 0,
  ])
  expect(ofDemo).not.toContain('@public')
  expect(ofDemo).not.toContain('basic_auth')
  // What is open gets no session either: one of this name's past opens the site. Nor a name to believe.
  for (const part of [site, ofDemo, ofHook]) {
    expect(part.match(/header_up Cookie .*__Host-edge/g)?.length).toBe(
      part.match(/reverse_proxy (?!unix\/\/run\/padlock-edge\.sock)/g)?.length,
    )
    expect(part).toContain('request_header -X-Auth-Request-*')
  }
  expect(() => caddyfile({ ...production, tunnels: routes })).toThrow('cannot be served')
})

test('tunnels ask for the client certificates that the site asks for', () => {
  const text = caddyfile({ ...production, clientAuth: 'request', tunnels })
  const [site = '', ...parts] = text.split('# A tunnel:')
  expect(parts).toHaveLength(2)
  for (const part of parts) {
    expect(part).toContain('mode verify_if_given')
    expect(part).toContain('respond @stranger')
    expect(part).toContain('header_up X-Client-Subject')
  }
  expect(site).toContain('mode verify_if_given')
})

test.each([
  { name: 'a }', hostname: 'a }.app.example.com' },
  { name: 'demo', hostname: 'other.example.com' },
  { name: 'demo', hostname: 'demo.x {' },
  { name: 'demo', hostname: 'demo.example.com', passwordHash: '' },
  { name: 'demo', hostname: 'demo.example.com', passwordHash: `${HASH}\n}` },
])('a tunnel that would break out of its place: %j', (tunnel) => {
  expect(() => caddyfile({ ...production, tunnels: [tunnel] })).toThrow('cannot be served')
})

test('plain http has no redirect, no certificate and no promise of one', () => {
  const text = caddyfile({ ...production, plain: true })
  expectGolden('Caddyfile.plain', text)
  expect(text).not.toMatch(/https:\/\/|^\ttls|Strict-Transport-Security/m)
})

const aliases = [
  { hostname: 'example.com', serves: false },
  { hostname: 'shop.example.com', serves: true },
]

test('further names, one served and one that leads to the first', () => {
  const text = caddyfile({ ...production, aliases })
  expectGolden('Caddyfile.aliases', text)
  // Nothing but the names differs from the site without them.
  const [start] = text.split('\nhttps://example.com {')
  const single = start
    ?.replace(', https://shop.example.com {', ' {')
    .replace(/http:\/\/(shop\.)?example\.com \{\n.*\n.*\n\}\n\n/g, '')
  expect(single).toBe(caddyfile(production))
})

test('further names of a site over plain http, on a port of its own', () => {
  const text = caddyfile({ ...production, plain: true, httpPort: 8080, aliases })
  expect(text).toContain('http://app.example.com, http://shop.example.com {')
  expect(text).toContain(
    'http://example.com {\n\timport headers\n\tredir http://app.example.com:8080{uri} 308\n}',
  )
  expect(text).not.toMatch(/https:\/\/|^\ttls/m)
})

test('a name that leads on asks nobody for a certificate, one that is served does', () => {
  const text = caddyfile({ ...production, aliases, ownCertificate: true, clientAuth: 'require' })
  const file = '/var/lib/padlock/proxy/certificate.pem'
  expect(text.match(/client_auth/g)).toHaveLength(1)
  expect(text).toContain(`https://example.com {\n\ttls ${file} ${file}\n\n\timport headers`)
})

test('the redirect names the port only where it is not the usual one', () => {
  expect(caddyfile(production)).toContain('redir https://app.example.com{uri} 308')
  expect(caddyfile(highPorts)).toContain('redir https://dev.padlock.localhost:8443{uri} 308')
})

test.each<[Partial<ProxySettings>, string]>([
  [
    { hostname: 'localhost' },
    'hostname is "localhost": must be a host name in lower case, with a dot in it',
  ],
  [
    { hostname: 'A.example' },
    'hostname is "A.example": must be a host name in lower case, with a dot in it',
  ],
  [
    { hostname: 'a.example {' },
    'hostname is "a.example {": must be a host name in lower case, with a dot in it',
  ],
  [
    { aliases: [{ hostname: 'a.example {', serves: true }] },
    'aliases is [{"hostname":"a.example {","serves":true}]: must be host names in lower case, none twice',
  ],
  [
    { aliases: [{ hostname: 'app.example.com', serves: true }] },
    'aliases is [{"hostname":"app.example.com","serves":true}]: must be host names in lower case, none twice',
  ],
  [{ httpPort: 0 }, 'httpPort is 0: must be from 1 to 65535'],
  [{ httpsPort: 1.5 }, 'httpsPort is 1.5: must be from 1 to 65535'],
  [
    { acmeDirectory: 'http://acme.example' },
    'acmeDirectory is "http://acme.example": must be an https URL of an ACME directory',
  ],
  [
    { acmeDirectory: 'https://acme.example\n}' },
    'acmeDirectory is "https://acme.example\\n}": must be an https URL of an ACME directory',
  ],
  [{ acmeEmail: 'ops' }, 'acmeEmail is "ops": must be an e-mail address'],
  [{ acmeEmail: 'a b@example.com' }, 'acmeEmail is "a b@example.com": must be an e-mail address'],
])('%j', (wrong, message) => {
  expect(() => caddyfile({ ...production, ...wrong })).toThrow(new Error(message))
})

test('a site without a name is certified as an address, whatever name a visitor gives', () => {
  const hostname = '203.0.113.5'
  const text = caddyfile({ ...production, hostname })
  expect(text).toContain(`\n\tdefault_sni ${hostname}\n`)
  expect(text).toContain('\n\t\t\tprofile shortlived\n\t\t}\n')
  expect(text).toContain(`https://${hostname} {`)
  expect(text).not.toContain('strict_sni_host')
  expect(caddyfile({ ...production, hostname, plain: true })).not.toMatch(/default_sni|profile/)
  const asking = { ...production, clientAuth: 'require' } as const
  expect(caddyfile({ ...asking, hostname })).toContain('\n\t\tstrict_sni_host insecure_off\n')
  expect(caddyfile(asking)).not.toMatch(/default_sni|profile|strict_sni_host/)
})
