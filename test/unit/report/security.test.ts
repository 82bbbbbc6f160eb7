import type { Properties } from '../../../ops/report/preview.ts'
import { report } from '../../../ops/report/report.ts'
import { preview, recording } from './fixtures.ts'

const lines = (found: ReturnType<typeof report>) =>
  found.security.map(({ effect, text }) => `${effect} ${text}`)
const CADDYFILE = `https://example.com {
	tls {
		issuer acme {
			dir https://acme-v02.api.letsencrypt.org/directory
		}
	}
}`
/** Two releases that differ in these properties. */
const released = (before: Properties, after: Properties) => {
  const base = { env: {}, secretNames: [], caddyfile: CADDYFILE }
  return report(
    preview({
      'padlock:index:Release': { old: { ...base, ...before }, new: { ...base, ...after } },
    }),
  )
}

test.each<[string, string[]]>([
  ['no-change', []],
  ['ssh-opened', ['opens ssh (tcp 2222) to the whole internet']],
  [
    'ssh-narrowed',
    ['opens ssh (tcp 2222) to 127.0.0.0/16', 'closes ssh (tcp 2222) to 127.0.0.0/8'],
  ],
  ['allowed-emails', ['opens the app to grace@example.com']],
  ['allowed-domains', ['opens the app to every verified address of example.org']],
  ['connection', ['opens the login to users of the connection google-oauth2']],
  [
    'admin-key',
    [
      expect.stringMatching(
        /^opens the host to grace@example\.com \(SHA256:[A-Za-z0-9+/]{43}\)$/,
      ) as unknown as string,
    ],
  ],
  ['app-secret-added', ['opens the secret STRIPE_KEY to the app']],
  ['app-secret-removed', ['closes the secret STRIPE_KEY to the app']],
  [
    'app-secret-changed',
    ['changes a value that is not shown: nothing else explains the new release'],
  ],
  [
    'protect',
    [
      'closes Domain padlock-dev, Droplet padlock-dev, Client padlock-dev, ReservedIp padlock-dev to deletion and replacement',
    ],
  ],
  [
    'drift',
    ['opens tcp 5432 to the whole IPv4 internet', 'closes HTTP/3 (udp 8443) to the whole internet'],
  ],
  ['destroy', []],
])('%s', (name, expected) => {
  expect(lines(report(recording(name)))).toEqual(expected)
})

test('a changed first boot is named, though a preview shows nothing of it', () => {
  expect(lines(report(recording('ssh-port')))).toContainEqual(
    expect.stringMatching(/^changes the first boot/),
  )
})

test('a moved site opens its new callback and closes its old one', () => {
  expect(lines(report(recording('subdomain')))).toEqual([
    'opens the callback https://www.padlock.localhost:8443/callback',
    'opens the way out to https://www.padlock.localhost:8443/',
    'closes the callback https://dev.padlock.localhost:8443/callback',
    'closes the way out to https://dev.padlock.localhost:8443/',
  ])
})

test('another certificate authority, and one that browsers do not trust', () => {
  expect(lines(report(recording('acme-staging')))).toEqual(
    expect.arrayContaining([
      'changes who may issue certificates: sandbox.localhost. → letsencrypt.org.',
      'changes where the certificate comes from: acme.sandbox.localhost:8472 → acme-staging-v02.api.letsencrypt.org (browsers do not trust it)',
      'closes trust in the private root certificate: the public ones count',
    ]),
  )
})

test.each<[string, string, string, string]>([
  [
    'TLS off',
    CADDYFILE,
    'http://example.com {\n}',
    'opens the site without TLS: everybody on the way reads along',
  ],
  [
    'a certificate of its own',
    CADDYFILE,
    'https://example.com {\n\ttls internal\n}',
    'changes where the certificate comes from: acme-v02.api.letsencrypt.org → the host itself (browsers do not trust it)',
  ],
  [
    'the stack’s own authority',
    CADDYFILE,
    'https://example.com {\n\ttls /var/lib/padlock/proxy/certificate.pem /var/lib/padlock/proxy/certificate.pem\n}',
    "changes where the certificate comes from: acme-v02.api.letsencrypt.org → the stack's own authority (browsers trust it once they have its root)",
  ],
  [
    'certificates of visitors demanded',
    CADDYFILE,
    CADDYFILE.replace('tls {', 'tls {\n\t\tclient_auth {\n\t\t\tmode require_and_verify\n\t\t}'),
    'closes the site to visitors without a certificate',
  ],
  [
    'certificates of visitors asked for',
    'https://example.com {\n\ttls /a/certificate.pem /a/certificate.pem\n}',
    'https://example.com {\n\ttls {\n\t\tclient_auth {\n\t\t\tmode verify_if_given\n\t\t}\n\t}\n}',
    "changes where the certificate comes from: the stack's own authority (browsers trust it once they have its root) → a public authority",
  ],
])('%s', (_what, before, after, line) => {
  expect(lines(released({ caddyfile: before }, { caddyfile: after }))).toEqual([line])
})

test('names of clients that come and go, and a certificate that is renewed', () => {
  const found = report(
    preview({
      'padlock:index:Authority': {
        old: { clients: ['alice', 'bob'] },
        new: { clients: ['bob', 'carol'] },
        within: 'Deployment',
      },
      'tls:index/locallySignedCert:LocallySignedCert': {
        old: { validityPeriodHours: 1 },
        new: { validityPeriodHours: 2 },
        replaces: ['validityPeriodHours'],
        within: 'Deployment$Authority',
        name: 'padlock-dev-client-bob',
      },
    }),
  )
  expect(lines(found)).toEqual([
    'opens the site to the certificate of carol',
    'changes the certificate of bob is renewed: hand it out anew',
    'closes the site to the certificate of alice',
  ])
  expect(found.headline.text).not.toContain('judge by its purpose')
})

test('tunnels that come and go, for everybody or with a password', () => {
  const found = report(
    preview({
      'padlock:index:Tunnels': {
        old: { names: ['a', 'b', 'c'], open: ['a', 'b'] },
        new: { names: ['b', 'c', 'd', 'e'], open: ['c', 'd'] },
        within: 'Deployment',
      },
    }),
  )
  expect(lines(found)).toEqual([
    'opens the tunnel c to everybody, without a password',
    'opens the tunnel d to everybody, without a password',
    'opens the tunnel e to those who have its password',
    'closes the tunnel a',
    'closes the tunnel b to those without its password',
  ])
})

test('tunnels behind the login that stands in front of the site', () => {
  const found = report(
    preview({
      'padlock:index:Tunnels': {
        old: { names: ['a'], open: ['a'], login: true },
        new: { names: ['a', 'b'], open: [], login: true },
        within: 'Deployment',
      },
    }),
  )
  expect(lines(found)).toEqual([
    'opens the tunnel b to those whom its login lets in',
    'closes the tunnel a to those without a login',
  ])
})

test.each([
  [true, 'changes the tunnel b, which asks for the login instead of a password'],
  [false, 'changes the tunnel b, which asks for a password instead of the login'],
])('a tunnel that stays and asks for something else: login %s', (login, line) => {
  const side = (names: string[], more: object) => ({ names, open: ['a'], ...more })
  const found = report(
    preview({
      'padlock:index:Tunnels': {
        old: side(['a', 'b', 'c'], login ? {} : { login: true }),
        new: side(['a', 'b', 'd'], login ? { login: true } : {}),
        within: 'Deployment',
      },
    }),
  )
  expect(lines(found)).toEqual([
    `opens the tunnel d to ${login ? 'those whom its login lets in' : 'those who have its password'}`,
    line,
    'closes the tunnel c',
  ])
})

test('nothing is said of a Caddyfile that is known after the update', () => {
  const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
  expect(lines(released({ caddyfile: CADDYFILE }, { caddyfile: UNKNOWN }))).toEqual([])
})

test('a list that becomes a secret', () => {
  const found = released(
    { env: { ALLOWED_EMAILS: 'ada@example.com' } },
    { env: { ALLOWED_EMAILS: '[secret]' } },
  )
  expect(lines(found)).toEqual(['changes ALLOWED_EMAILS, which is now a secret'])
})

test('grant types, wildcards, plain http, signatures and the way the app proves itself', () => {
  const client = (more: Properties) => ({
    callbacks: ['https://example.com/callback'],
    grantTypes: ['authorization_code'],
    jwtConfiguration: { alg: 'RS256' },
    ...more,
  })
  const found = report(
    preview({
      'auth0:index/client:Client': {
        old: client({}),
        new: client({
          callbacks: ['https://*.example.com/callback', 'http://example.com/callback'],
          grantTypes: ['authorization_code', 'implicit'],
          jwtConfiguration: { alg: 'HS256' },
        }),
      },
      'auth0:index/clientCredentials:ClientCredentials': {
        old: { authenticationMethod: 'client_secret_post' },
        new: { authenticationMethod: 'none' },
      },
    }),
  )
  expect(lines(found)).toEqual([
    'opens the callback http://example.com/callback (not https)',
    'opens the callback https://*.example.com/callback (a wildcard)',
    'opens the grant type implicit (out of use: OAuth 2.1 leaves it out)',
    'opens the app at Auth0: client_secret_post → none',
    'changes the signature of tokens: RS256 → HS256',
    'closes the callback https://example.com/callback',
  ])
})

test('without its firewall the droplet is open; without its login the site is', () => {
  const found = report(
    preview({
      'digitalocean:index/firewall:Firewall': { old: { inboundRules: [] } },
      'digitalocean:index/droplet:Droplet': { old: { size: 'x' }, new: { size: 'x' } },
      'auth0:index/client:Client': { old: {} },
    }),
  )
  expect(lines(found)).toEqual([
    'opens Every port of the droplet to the whole internet: the firewall goes',
    'opens the site: its login at Auth0 goes',
  ])
})

test('a login at an issuer comes, moves, gets another application, and goes', () => {
  const at = (OIDC_ISSUER: string, OIDC_CLIENT_ID = 'site') => ({
    env: { OIDC_ISSUER, OIDC_CLIENT_ID },
  })
  const [staff, google] = [at('https://login.example.com'), at('https://accounts.google.com')]
  expect(lines(released({}, staff))).toEqual([
    'closes the site to everybody who does not log in at https://login.example.com',
  ])
  expect(lines(released(staff, google))).toEqual([
    'changes where people log in: https://login.example.com → https://accounts.google.com',
  ])
  expect(lines(released(staff, at('https://login.example.com', 'other')))).toEqual([
    'changes the application at https://login.example.com: site → other',
  ])
  expect(lines(released(staff, {}))).toEqual([
    'opens the site: its login at https://login.example.com goes',
  ])
})

test('an issuer in the place of a tenant opens nothing', () => {
  const env = { AUTH0_DOMAIN: 'acme.eu.auth0.com' }
  const found = preview({
    'padlock:index:Release': {
      old: { env, secretNames: [] },
      new: { env: { OIDC_ISSUER: 'https://accounts.google.com' }, secretNames: [] },
    },
    'auth0:index/client:Client': { old: {} },
  })
  expect(lines(report(found))).toEqual([
    'changes where people log in: acme.eu.auth0.com → https://accounts.google.com',
  ])
})

test('where the site has a component of its own, its Caddyfile counts', () => {
  const shown = (before: Properties, after: Properties) =>
    lines(
      report(
        preview({
          'padlock:index:Release': {
            old: { env: {}, secretNames: [] },
            new: { env: {}, secretNames: [] },
          },
          'padlock:index:Site': { old: before, new: after, within: 'Deployment' },
        }),
      ),
    )
  expect(shown({ caddyfile: CADDYFILE }, { caddyfile: CADDYFILE, acmeRoot: 'PEM' })).toEqual([
    'opens trust in a private root certificate for the certificate authority',
  ])
  const demanding = CADDYFILE.replace('tls {', 'tls {\n\t\tclient_auth {\n\t\t}')
  expect(shown({ caddyfile: demanding }, { caddyfile: CADDYFILE })).toEqual([
    'opens the site to visitors without a certificate',
  ])
})

test('a state of version 0.1: the Caddyfile of its release is compared with the new site’s', () => {
  const release = { env: {}, secretNames: [] }
  const found = report(
    preview({
      'padlock:index:Release': { old: { ...release, caddyfile: CADDYFILE }, new: release },
      'padlock:index:Site': { new: { caddyfile: 'http://example.com {\n}' }, within: 'Deployment' },
    }),
  )
  expect(lines(found)).toEqual(['opens the site without TLS: everybody on the way reads along'])
})

test('keys of people, which the host’s component shows', () => {
  const key = (person: string) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== ${person}@example.com`
  const found = report(
    preview({
      'padlock:index:Host': {
        old: { adminSshKeys: [key('ada')] },
        new: { adminSshKeys: [key('grace')] },
        within: 'Deployment',
      },
      'command:local:Command': {
        old: { create: 'keys-1', stdin: '[secret]' },
        new: { create: 'keys-2', stdin: '[secret]' },
        within: 'Deployment$Host',
        name: 'padlock-dev-admin-keys',
      },
    }),
  )
  expect(lines(found)).toEqual([
    expect.stringMatching(/^opens the host to grace@example\.com \(SHA256:/),
    expect.stringMatching(/^closes the host to ada@example\.com \(SHA256:/),
  ])
})

describe('a login in front of the app', () => {
  const seen = (before: Properties, after: Properties) =>
    lines(
      report(
        preview({
          'padlock:index:Release': {
            old: { env: {}, secretNames: [] },
            new: { env: {}, secretNames: [] },
          },
          'padlock:index:Edge': { old: before, new: after },
        }),
      ),
    )

  test('tells whom it lets in, and what it lets everybody see', () => {
    expect(
      seen(
        { allowedEmails: 'ada@example.com', allowedDomains: '', publicPaths: ['/healthz'] },
        {
          allowedEmails: 'grace@example.com',
          allowedDomains: 'example.org',
          publicPaths: ['/webhooks/*'],
        },
      ),
    ).toEqual([
      'opens the app to grace@example.com',
      'opens the app to every verified address of example.org',
      'opens /webhooks/* to everybody, without a login',
      'closes the app to ada@example.com',
      'closes /healthz to who has not logged in',
    ])
  })

  test('with an issuer that goes opens the site, and its lists close nothing', () => {
    const guarded = {
      ...{ allowedEmails: 'ada@example.com', publicPaths: ['/healthz'] },
      ...{ issuer: 'https://login.example.com', clientId: 'site' },
    }
    const nothing = { env: {}, secretNames: [] }
    const found = report(
      preview({
        'padlock:index:Release': { old: nothing, new: nothing },
        'padlock:index:Edge': { old: guarded },
      }),
    )
    expect(lines(found)).toEqual(['opens the site: its login at https://login.example.com goes'])
    expect(seen(guarded, { ...guarded, clientId: 'other' })).toEqual([
      'changes the application at https://login.example.com: site → other',
    ])
  })

  test('that takes over the lists of the app changes nothing for anybody', () => {
    const lists = { ALLOWED_EMAILS: 'ada@example.com' }
    const found = report(
      preview({
        'padlock:index:Release': {
          old: { env: lists, secretNames: [] },
          new: { env: {}, secretNames: [] },
        },
        'padlock:index:Edge': { new: { allowedEmails: 'ada@example.com' } },
      }),
    )
    expect(lines(found)).toEqual([])
  })
})
