import * as pulumi from '@pulumi/pulumi'
import { configuration, emailsFile } from '../../../components/edge/configuration.ts'
import { Edge } from '../../../components/edge/index.ts'
import { auth0LogoutUrl, issuerLogoutUrl } from '../../../components/edge/logout.ts'
import { expectGolden } from '../golden.ts'
import { Anchor, mockProviders, plain, settle } from './mocks.ts'

const provider = {
  issuer: 'https://acme.eu.auth0.com/',
  clientId: 'client-1',
  scopes: ['openid', 'email', 'profile'],
}
const options = { url: 'https://app.example.com', provider, allowedDomains: ['example.com'] }

test('the configuration of oauth2-proxy', () => {
  expectGolden('oauth2-proxy.cfg', configuration(options))
})

test('without domains none stands there, as * would mean everybody; an issuer may be asked anew', () => {
  const asked = { ...provider, prompt: 'select_account' }
  const text = configuration({ ...options, allowedDomains: [], provider: asked })
  expect(text).not.toContain('email_domains')
  expect(text).toContain('prompt = "select_account"\n')
})

test('where the site answers at further names a login comes back to where it began', () => {
  const text = configuration({ ...options, aliases: true })
  expect(text).toContain('redirect_url = "/oauth2/callback"\n')
})

test('addresses are one a line, in quotes, as # would begin a comment', () => {
  expect(emailsFile(['ada@example.com', '#1@example.com'])).toBe(
    '"ada@example.com"\n"#1@example.com"\n',
  )
})

test('the provider’s log-out leads back to the site', () => {
  expect(auth0LogoutUrl('acme.eu.auth0.com', 'client 1', 'https://app.example.com')).toBe(
    'https://acme.eu.auth0.com/v2/logout?client_id=client+1&returnTo=https%3A%2F%2Fapp.example.com%2F',
  )
})

test('an issuer’s keeps what its address says already', () => {
  expect(
    issuerLogoutUrl('https://login.example.com/out?realm=a', 'site', 'https://app.example.com'),
  ).toBe(
    'https://login.example.com/out?realm=a&client_id=site&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2F',
  )
})

test('the order is a secret, and its command names it by a digest alone', async () => {
  const registered = mockProviders()
  const ssh = { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' }
  new Edge('padlock-dev', {
    ssh,
    droplet: new Anchor(),
    dropletId: '4711',
    url: options.url,
    image: 'quay.io/oauth2-proxy/oauth2-proxy@sha256:0',
    provider,
    clientSecret: pulumi.secret('client-secret'),
    allowedEmails: ['ada@example.com'],
    allowedDomains: [],
    shown: { allowedEmails: 'ada@example.com' },
    after: [],
  })
  const byType = await settle(registered)
  const sent = plain(byType['command:remote:Command']?.[0]?.inputs) as {
    create: string
    stdin: { secret: string }
  }
  expect(sent.create).toMatch(/^sudo \/usr\/lib\/padlock\/edge [0-9a-f]{12} # on droplet 4711$/)
  expect(JSON.parse(sent.stdin.secret)).toEqual({
    image: 'quay.io/oauth2-proxy/oauth2-proxy@sha256:0',
    configuration: configuration({ ...options, allowedDomains: [] }),
    emails: '"ada@example.com"\n',
    clientSecret: 'client-secret',
    cookieSecret: 'session-key',
  })
})
