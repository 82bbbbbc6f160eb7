import { placeOf } from '../../../components/place.ts'
import { caddyfile } from '../../../components/site/caddyfile.ts'
import { declaredTypes } from '../../../config/declared.ts'
import { ConfigurationError } from '../../../config/error.ts'
import { waysOut } from '../../../config/outbound.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { keys } from '../../../config/schema.ts'
import type { Context, Settings } from '../../../config/settings.ts'
import { badConfigurations } from './bad/index.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: RawConfig, more?: Partial<Context>): Settings =>
  parse({ ...defaults, ...good, ...raw }, context(more))

describe('a bad configuration is reported word for word', () => {
  test.each(badConfigurations)('$title', ({ raw, context: more, messages }) => {
    let problems: string[] = []
    try {
      read(raw, more)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      problems = (error as ConfigurationError).problems
    }
    expect(problems).toEqual(messages)
  })
})

test('each key of the configuration has a row', () => {
  const tried = new Set(
    badConfigurations.flatMap(({ raw, context: more }) => [
      ...Object.keys(raw),
      ...(more && 'auth0Domain' in more ? ['auth0:domain'] : []),
    ]),
  )
  expect(Object.keys(keys(context())).filter((key) => !tried.has(key))).toEqual([])
})

test('no secret value stands in any message', () => {
  for (const { messages } of badConfigurations) expect(messages.join()).not.toMatch(/hunter2|me:pw/)
})

test('all errors are reported at once, with what happened to the deployment', () => {
  expect(() => read({ zone: 'x', sshPort: 0, region: 'Mars' })).toThrow(
    /^The stack's configuration has 3 problems; nothing was created or changed\.\n {2}- zone = "x"/,
  )
})

describe('a good configuration', () => {
  test('needs a zone and somebody who may log in; everything else has a default', () => {
    const ports = { httpPort: 80, httpsPort: 443 }
    expect(read({})).toEqual({
      site: {
        zone: 'example.com',
        recordName: 'dev',
        hostname: 'dev.example.com',
        ...ports,
      },
      network: {
        region: 'fra1',
        sshFrom: ['0.0.0.0/0', '::/0'],
        sshPort: 22,
        outbound: waysOut([], []),
        ...ports,
      },
      host: {
        region: 'fra1',
        size: 's-1vcpu-1gb',
        image: 'debian-13-x64',
        ipv6: true,
        sshKey: 'state',
        adminSshKeys: [],
        adminKeyVersion: 1,
        rebootTime: '03:30',
        sshPort: 22,
        ...ports,
        caddyRepository: {
          url: 'https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
          suite: 'any-version',
          component: 'main',
          key: 'https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
          fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
        },
      },
      dns: {
        source: 'digitalocean',
        minutes: 15,
        zone: 'example.com',
        recordName: 'dev',
        manageZone: false,
        keepZone: false,
        protectZone: false,
        caaIssuer: 'letsencrypt.org',
      },
      identity: {
        domain: 'acme.eu.auth0.com',
        connections: ['Username-Password-Authentication'],
        signUp: 'closed',
        verifiedConnections: [],
        callbackPath: '/callback',
        loginPath: '/login',
      },
      certificates: {
        acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory',
        acmeEmail: undefined,
        acmeRoot: undefined,
        siteRoot: undefined,
        issuer: 'letsencrypt.org',
        dnsServer: undefined,
        delegationMinutes: undefined,
      },
      serving: { responseSeconds: 60, maxBodyMiB: 10, drainSeconds: 30 },
      release: {
        app: { kind: 'source', folder: 'app', baseImage: undefined },
        registries: {},
        env: {},
        secrets: {},
        port: 0,
        memoryMiB: 256,
        readyPath: '/readyz',
        readySeconds: 90,
        drainSeconds: 30,
        allowedEmails: ['ada@example.com'],
        allowedDomains: [],
      },
      project: { environment: 'Development' },
      lifecycle: {
        owner: { id: '1a2b3c4d', of: 'github.com/acme/shop, api.pulumi.com/acme' },
        allowOlder: false,
        wroteSettings: false,
        expires: undefined,
        protect: false,
        guard: false,
        protectDroplet: false,
        mayReplaceDroplet: false,
      },
      secretKeys: ['appSecrets', 'appRegistries'],
    })
  })

  test.each([
    ['@', 'dev', 'example.com', 'https://example.com'],
    ['www', 'dev', 'www.example.com', 'https://www.example.com'],
    ['a.b', 'dev', 'a.b.example.com', 'https://a.b.example.com'],
    ['', 'PR-12', 'pr-12.example.com', 'https://pr-12.example.com'],
  ])('subdomain %p of stack %p is %p', (subdomain, stack, hostname, url) => {
    const settings = read({ subdomain }, { stack })
    expect(placeOf(settings.site)).toMatchObject({ hostname, url })
  })

  test('one container is told to nobody, more of them to the proxy and the release', () => {
    const one = read({ replicas: 1 })
    expect([one.serving, one.release].filter((each) => 'replicas' in each)).toEqual([])
    const three = read({ replicas: 3 })
    expect([three.serving.replicas, three.release.replicas]).toEqual([3, 3])
  })

  test('what runs, and with how much', () => {
    const { release } = read({
      appCommand: `sh -c "a 'b'" c\\ d`,
      appCpus: '0.5',
      releaseCommand: 'migrate',
      releaseSeconds: 60,
    })
    expect(release.hangSeconds).toBeUndefined()
    expect(read({ hangSeconds: 0 }).release.hangSeconds).toBe(0)
    expect(release).toMatchObject({
      command: `sh -c "a 'b'" c\\ d`,
      cpus: 0.5,
      releaseCommand: { command: 'migrate', seconds: 60 },
    })
  })

  test('workers and jobs, sorted, with what they say nothing of', () => {
    expect(read({}).release.processes).toBeUndefined()
    const { processes } = read({
      appMemoryMiB: 128,
      processes: {
        worker: { command: 'python worker.py', cpus: 0.5 },
        nightly: { command: 'tidy', schedule: '0 3 * * *', seconds: 60, memoryMiB: 64 },
      },
    }).release
    expect(Object.entries(processes ?? {})).toEqual([
      [
        'nightly',
        { command: 'tidy', calendars: ['*-*-* 03:00:00 UTC'], seconds: 60, memoryMiB: 64 },
      ],
      [
        'worker',
        { command: 'python worker.py', calendars: [], seconds: 3600, memoryMiB: 128, cpus: 0.5 },
      ],
    ])
  })

  test('who signs, and whom', () => {
    const clients = { clientCertificates: ['alice'], clientAuth: 'require' }
    expect(read({}).authority).toBeUndefined()
    expect(read(clients)).toMatchObject({
      authority: { server: false, clients: ['alice'], clientAuth: 'require' },
      dns: { caaIssuer: 'letsencrypt.org' },
    })
    const own = read({ tls: 'private' })
    expect(own.authority).toEqual({ server: true, clients: [], clientAuth: 'off' })
    expect(own.dns.caaIssuer).toBeUndefined()
    expect(read({ tls: 'private', caaIssuer: 'letsencrypt.org' }).dns.caaIssuer).toBe(
      'letsencrypt.org',
    )
  })

  test('the delegation of a zone is waited for where somebody can delegate it', () => {
    const minutes = (raw: Parameters<typeof read>[0]) => read(raw).certificates.delegationMinutes
    expect(minutes({ manageZone: true, tls: 'private' })).toBe(15)
    expect(minutes({ tls: 'private' })).toBeUndefined()
    const corp = { zone: 'corp.internal', dnsServer: '10.0.0.53:53', tls: 'private' }
    expect(minutes({ ...corp, manageZone: true })).toBeUndefined()
  })

  test('plain http, for a few networks', () => {
    const plain = { tls: 'off', login: 'none', public: true, allowedEmails: [] }
    const { site, network, dns, authority } = read({ ...plain, siteFrom: ['10.0.0.0/8'] })
    expect(placeOf(site)).toMatchObject({ url: 'http://dev.example.com', plain: true })
    expect(network).toMatchObject({ siteFrom: ['10.0.0.0/8'], plain: true })
    expect(dns.caaIssuer).toBeUndefined()
    expect(authority).toBeUndefined()
    const other = read({ ...plain, siteFrom: ['10.0.0.0/8'], httpPort: 8080 })
    expect(placeOf(other.site).url).toBe('http://dev.example.com:8080')
  })

  test.each([
    [{ allowSharedLimit: true }],
    [{ tls: 'private' }],
    [{ acmeDirectory: 'https://acme-staging-v02.api.letsencrypt.org/directory' }],
  ])('a name made of the address, with %j', (raw) => {
    const { site, dns } = read({ dns: 'sslip', zone: '', ...raw })
    expect(site).toMatchObject({ zone: 'sslip.io', hostname: undefined })
    expect(dns).toMatchObject({ source: 'sslip', manageZone: false })
  })

  test('a port other than 443 stands in the URL', () => {
    expect(placeOf(read({ httpsPort: 8443 }).site)).toMatchObject({
      url: 'https://dev.example.com:8443',
      host: 'dev.example.com:8443',
    })
  })

  test.each<[string, RawConfig, string | undefined]>([
    ['at the zone itself, where it would bind every name', { subdomain: '@' }, undefined],
    ['but by the key', { subdomain: '@', caaIssuer: 'sectigo.com' }, 'sectigo.com'],
    ['where the key switches it off', { caaIssuer: 'none' }, undefined],
  ])('no CAA record %s', (_where, raw, issuer) => {
    expect(read(raw).dns.caaIssuer).toBe(issuer)
  })

  test('no CAA record for a directory that nobody knows', () => {
    expect(read({ acmeDirectory: 'https://ca.example.com/dir' }).dns.caaIssuer).toBeUndefined()
  })

  test('without a login there is no tenant, and no list', () => {
    const raw = { login: 'none', public: true, allowedEmails: [] }
    expect(read(raw, { auth0Domain: undefined }).identity).toBeUndefined()
  })

  test('a custom domain is where users log in', () => {
    const { identity } = read({ auth0CustomDomain: 'login.example.com:8471' })
    expect(identity?.domain).toBe('login.example.com:8471')
  })

  test('a local signing key brings its own fingerprint', () => {
    const { caddyRepository } = read({
      caddyRepository: { url: 'http://apt.example.com', key: 'caddy.asc' },
    }).host
    expect(caddyRepository.fingerprint).toBe('62C5467DC63A1C37B86E70F7D9C19B257F8668DA')
    expect(caddyRepository.key).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----/)
    expect(caddyRepository).toMatchObject({ suite: 'any-version', component: 'main' })
  })

  test.each([
    ['ghcr.io/acme/shop:1.2', 'ghcr.io/acme/shop:1.2'],
    ['acme/shop', 'docker.io/acme/shop'],
    ['nginx', 'docker.io/library/nginx'],
    ['localhost/shop', 'localhost/shop'],
    ['registry:5000/shop', 'registry:5000/shop'],
    ['docker.io/acme/shop', 'docker.io/acme/shop'],
  ])('the image %s is %s, as Docker completes it', (name, whole) => {
    const digest = `@sha256:${'a'.repeat(64)}`
    const image = whole + digest
    expect(read({ appImage: name + digest }).release.app).toEqual({ kind: 'image', image })
    expect(read({ appBaseImage: name }).release.app).toMatchObject({ baseImage: whole })
  })

  test('logins at several registries, for an image as for a build', () => {
    const logins = {
      'ghcr.io': { user: 'bot', password: 'hunter2' },
      'docker.io': { user: 'acme', password: 'hunter22' },
      'registry.example.com:5000/team': { user: 'bot', password: 'hunter2' },
    }
    expect(read({ appRegistries: logins }).release.registries).toEqual(logins)
  })

  test("the team's registry, and the one that appImage is in", () => {
    const appImage = `registry.digitalocean.com/acme/shop@sha256:${'a'.repeat(64)}`
    expect(read({}).registry).toBeUndefined()
    expect(read({ registry: true, owner: 'acmeshop' }).registry).toEqual({
      image: undefined,
      newName: 'padlock-acmeshop',
      ephemeral: false,
    })
    expect(read({ registry: true, appImage, expires: '2030-01-01T00:00Z' }).registry).toMatchObject(
      {
        image: 'acme',
        ephemeral: true,
      },
    )
  })

  test.each(["o'brien@example.com", 'ops+padlock&co@example.com'])(
    'acmeEmail %s is known to the certificate authority as it is',
    (acmeEmail) => {
      const { site, certificates, serving } = read({ acmeEmail })
      const text = caddyfile({ ...site, hostname: 'www.example.com', ...certificates, ...serving })
      expect(text).toContain(`\n\t\t\temail ${acmeEmail}\n`)
    },
  )

  test('environment values may be numbers and booleans, sorted by name', () => {
    expect(Object.entries(read({ appEnv: { B: 1, A: true } }).release.env)).toEqual([
      ['A', 'true'],
      ['B', '1'],
    ])
  })
})

describe('protection', () => {
  test.each<[RawConfig, boolean]>([
    [{ manageZone: true }, true],
    [{ manageZone: true, expires: '2031-01-01T00:00Z' }, false],
    [{ manageZone: true, protect: 'false' }, false],
    [{ manageZone: true, keepZone: true }, false],
    [{ manageZone: false }, false],
    [{ manageZone: true, environment: 'Production', expires: '2031-01-01T00:00Z' }, true],
  ])('of the zone with %j: %p', (keys, expected) => {
    const { dns, lifecycle } = read(keys)
    expect([dns.protectZone, lifecycle.guard]).toEqual([expected, expected])
  })

  test.each([
    ['', 'Development', false],
    ['', 'Staging', false],
    ['', 'Production', true],
    ['true', 'Development', true],
    ['false', 'Production', false],
  ])('protect %p in %s: %p', (protect, environment, expected) => {
    const { lifecycle } = read({ protect, environment })
    expect(lifecycle).toMatchObject({ protect: expected, protectDroplet: expected })
  })

  test.each([
    [{ allowReplace: ['droplet'] }, false],
    [{ allowDelete: ['droplet'] }, false],
    [{ allowDelete: ['volume'] }, true],
  ])('%j lifts that of the droplet alone', (consent, protectDroplet) => {
    const { lifecycle } = read({ environment: 'Production', ...consent })
    expect(lifecycle).toMatchObject({ protect: true, protectDroplet })
  })
})

test('whatever stands in a key, the answer is a list of problems', () => {
  const values = [null, 0, 1.5, true, '', 'x', '*', [], [null], [{}], {}, { a: null }, { '': [] }]
  let rejected = 0
  for (const key of Object.keys(declaredTypes())) {
    for (const value of values) {
      try {
        read({ [key]: value })
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError)
        rejected++
      }
    }
  }
  expect(rejected).toBeGreaterThan(300)
})
