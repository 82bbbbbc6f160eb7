import { parse } from '../../../config/parse.ts'
import { ConfigurationError, describe as text } from '../../../config/problems.ts'
import type { RawConfig } from '../../../config/reader.ts'
import type { Settings, Surroundings } from '../../../config/settings.ts'
import { badConfigurations } from './bad-configurations.ts'
import { defaults, good, surroundings } from './surroundings.ts'

const read = (raw: RawConfig, more?: Partial<Surroundings>): Settings =>
  parse({ ...defaults, ...good, ...raw }, surroundings(more))

describe('a bad configuration is refused with the exact message', () => {
  test.each(badConfigurations)('$title', ({ raw, surroundings: more, messages }) => {
    let problems: string[] = []
    try {
      read(raw, more)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      problems = (error as ConfigurationError).problems.map(text)
    }
    expect(problems).toEqual(messages)
  })
})

test('no secret value stands in any message', () => {
  for (const { messages } of badConfigurations) expect(messages.join()).not.toMatch(/hunter2|me:pw/)
})

test('all mistakes are told at once, with what happened to the deployment', () => {
  expect(() => read({ zone: 'x', sshPort: 0, region: 'Mars' })).toThrow(
    /^The stack's configuration has 3 problems; nothing was created or changed\.\n {2}- zone = "x"/,
  )
})

describe('a good configuration', () => {
  test('needs a zone and somebody who may log in; everything else has a default', () => {
    expect(read({})).toEqual({
      zone: 'example.com',
      recordName: 'dev',
      hostname: 'dev.example.com',
      url: 'https://dev.example.com',
      manageZone: false,
      caaIssuer: 'letsencrypt.org',
      region: 'fra1',
      size: 's-1vcpu-1gb',
      image: 'debian-13-x64',
      ipv6: true,
      adminSshKeys: [],
      sshFrom: ['0.0.0.0/0', '::/0'],
      sshPort: 22,
      httpPort: 80,
      httpsPort: 443,
      acmeEmail: undefined,
      acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory',
      acmeRoot: undefined,
      caddyRepository: {
        url: 'https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
        suite: 'any-version',
        component: 'main',
        key: 'https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
        fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
      },
      auth0Domain: 'acme.eu.auth0.com',
      connections: ['Username-Password-Authentication'],
      allowedEmails: ['ada@example.com'],
      allowedDomains: [],
      app: { kind: 'source', folder: 'app', baseImage: undefined },
      appEnv: {},
      appSecrets: {},
      appMemoryMiB: 256,
      readyPath: '/readyz',
      readySeconds: 90,
      environment: 'Development',
      protect: false,
      protectDroplet: false,
      secretKeys: ['appSecrets', 'appRegistryPassword'],
    })
  })

  test.each([
    ['@', 'dev', 'example.com', 'https://example.com'],
    ['www', 'dev', 'www.example.com', 'https://www.example.com'],
    ['a.b', 'dev', 'a.b.example.com', 'https://a.b.example.com'],
    ['', 'PR_12.x', 'pr-12-x.example.com', 'https://pr-12-x.example.com'],
  ])('subdomain %p of stack %p is %p', (subdomain, stack, hostname, url) => {
    expect(read({ subdomain }, { stack })).toMatchObject({ hostname, url })
  })

  test('a port other than 443 stands in the URL', () => {
    expect(read({ httpsPort: 8443 }).url).toBe('https://dev.example.com:8443')
  })

  test('no CAA record for a directory that nobody knows', () => {
    expect(read({ acmeDirectory: 'https://ca.example.com/dir' }).caaIssuer).toBeUndefined()
  })

  test('a custom domain is where users log in', () => {
    expect(read({ auth0CustomDomain: 'login.example.com:8471' }).auth0Domain).toBe(
      'login.example.com:8471',
    )
  })

  test('a local signing key brings its own fingerprint', () => {
    const { caddyRepository } = read({
      caddyRepository: { url: 'http://apt.example.com', key: 'caddy.asc' },
    })
    expect(caddyRepository.fingerprint).toBe('62C5467DC63A1C37B86E70F7D9C19B257F8668DA')
    expect(caddyRepository.key).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----/)
    expect(caddyRepository).toMatchObject({ suite: 'any-version', component: 'main' })
  })

  test('an image by digest, with a login at its registry', () => {
    const image = `ghcr.io/acme/shop:1.2@sha256:${'a'.repeat(64)}`
    const { app } = read({
      appImage: image,
      appRegistryUser: 'bot',
      appRegistryPassword: 'hunter2',
    })
    expect(app).toEqual({ kind: 'image', image, registry: { user: 'bot', password: 'hunter2' } })
  })

  test('environment values may be numbers and booleans, sorted by name', () => {
    expect(Object.entries(read({ appEnv: { B: 1, A: true } }).appEnv)).toEqual([
      ['A', 'true'],
      ['B', '1'],
    ])
  })
})
