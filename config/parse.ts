import { X509Certificate } from 'node:crypto'
import { readApp } from './app.ts'
import { readCaddyRepository } from './caddy-repository.ts'
import * as check from './checks.ts'
import { readDropletKept } from './consent.ts'
import { reportUnknownKeys } from './declared.ts'
import { ConfigurationError } from './problems.ts'
import { type RawConfig, Reader } from './reader.ts'
import type { Settings, Surroundings } from './settings.ts'

/** Certificate authorities by the host of their ACME directory, as CAA names them (RFC 8659). */
const CAA_ISSUERS: Record<string, string> = {
  'acme-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme-staging-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme.zerossl.com': 'sectigo.com',
  'dv.acme-v02.api.pki.goog': 'pki.goog',
}

/**
 * Turns raw configuration into settings.
 * @throws ConfigurationError that lists every problem at once.
 */
export function parse(raw: RawConfig, surroundings: Surroundings): Settings {
  const reader = new Reader(raw)
  reportUnknownKeys(reader, raw)
  const site = readSite(reader, surroundings)
  const environment = readEnvironment(reader)
  const protect = reader.boolean('protect')
  const settings: Settings = {
    ...site,
    ...readMachine(reader),
    ...readAcme(reader, surroundings),
    caddyRepository: readCaddyRepository(reader, surroundings),
    ...readIdentity(reader, surroundings),
    ...readApp(reader, surroundings),
    environment,
    expires: readExpires(reader),
    protect,
    protectDroplet: readDropletKept(reader, environment) || protect,
    secretKeys: surroundings.secretKeys,
  }
  reportPortClashes(reader, settings)
  if (reader.problems.length > 0) throw new ConfigurationError(reader.problems)
  return settings
}

function readSite(reader: Reader, surroundings: Surroundings) {
  const zone = reader.text(
    'zone',
    'pulumi config set zone example.com',
    'a lower-case DNS name with at least one dot',
    check.dnsName,
  )
  const label = reader.text(
    'subdomain',
    'pulumi config set subdomain www',
    'lower-case letters, digits, - and ., or @ for the zone itself',
    check.subdomain,
  )
  const recordName = label === '' ? dnsLabel(surroundings.stack) : label
  const hostname = recordName === '@' ? zone : `${recordName}.${zone}`
  const httpsPort = reader.integer('httpsPort', 'TCP port', 1, 65535, 443)
  return {
    zone,
    recordName,
    hostname,
    httpsPort,
    url: httpsPort === 443 ? `https://${hostname}` : `https://${hostname}:${httpsPort}`,
    manageZone: reader.boolean('manageZone'),
  }
}

/** A stack's name as a DNS label: Pulumi allows capitals, dots and underscores in it. */
function dnsLabel(stack: string): string {
  return stack
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
}

function readMachine(reader: Reader) {
  return {
    region: reader.text(
      'region',
      'pulumi config set region fra1',
      'a region slug such as fra1 (doctl compute region list)',
      (text) => (/^[a-z]{3}\d$/.test(text) ? undefined : 'is not a region'),
    ),
    size: reader.text(
      'size',
      'pulumi config set size s-1vcpu-1gb',
      'a size slug such as s-1vcpu-1gb (doctl compute size list)',
      (text) => (/^[a-z0-9]+(-[a-z0-9.]+)+$/.test(text) ? undefined : 'is not a size'),
    ),
    image: reader.text(
      'image',
      'pulumi config set image debian-13-x64',
      'debian-13-x64, or the number of a snapshot made from it',
      (text) =>
        /^(debian-13-x64|\d+)$/.test(text)
          ? undefined
          : 'is not an image that the host can be made from',
    ),
    ipv6: reader.boolean('ipv6'),
    adminSshKeys: reader.texts(
      'adminSshKeys',
      'ssh-ed25519 AAAA… you@example.com',
      'authorized_keys lines (the text of a .pub file)',
      check.sshPublicKey,
    ),
    sshFrom: readSshFrom(reader),
    sshPort: reader.integer('sshPort', 'TCP port', 1, 65535, 22),
    httpPort: reader.integer('httpPort', 'TCP port', 1, 65535, 80),
  }
}

function readSshFrom(reader: Reader): string[] {
  const networks = reader.texts(
    'sshFrom',
    '203.0.113.0/24',
    'networks in CIDR notation',
    check.cidr,
  )
  const value = reader.value('sshFrom')
  if (Array.isArray(value) && value.length === 0) {
    reader.report({
      key: 'sshFrom',
      value,
      wrong: 'lets nobody in, not even this deployment',
      allowed: 'at least one network in CIDR notation',
      mend: `pulumi config set --path 'sshFrom[0]' 203.0.113.0/24`,
    })
  }
  return networks
}

function readAcme(reader: Reader, surroundings: Surroundings) {
  const acmeDirectory = reader.text(
    'acmeDirectory',
    'pulumi config set acmeDirectory https://acme-v02.api.letsencrypt.org/directory',
    'an https URL',
    check.httpsUrl,
  )
  const issuer = reader.text(
    'caaIssuer',
    'pulumi config set caaIssuer letsencrypt.org',
    'the DNS name by which CAA records name the certificate authority',
    (text) => (text === '' ? undefined : check.dnsName(text)),
  )
  const known = URL.canParse(acmeDirectory)
    ? CAA_ISSUERS[new URL(acmeDirectory).hostname]
    : undefined
  return {
    acmeDirectory,
    caaIssuer: issuer || known,
    acmeEmail:
      reader.text(
        'acmeEmail',
        'pulumi config set acmeEmail you@example.com',
        'an e-mail address',
        (text) => (text === '' ? undefined : check.email(text)),
      ) || undefined,
    acmeRoot: readAcmeRoot(reader, surroundings),
  }
}

function readAcmeRoot(reader: Reader, surroundings: Surroundings): string | undefined {
  let pem: string | undefined
  reader.text(
    'acmeRoot',
    'pulumi config set acmeRoot path/to/root.pem',
    'a PEM certificate, or the path of a file that holds one',
    (text) => {
      if (text === '') return undefined
      pem = text.includes('-----BEGIN') ? text : surroundings.readFile(text)
      if (pem === undefined) return 'is a file that cannot be read'
      try {
        new X509Certificate(pem)
        return undefined
      } catch {
        return 'holds no PEM certificate'
      }
    },
  )
  return pem
}

function readIdentity(reader: Reader, surroundings: Surroundings) {
  const custom = reader.text(
    'auth0CustomDomain',
    'pulumi config set auth0CustomDomain login.example.com',
    'a host, or host:port',
    (text) => (text === '' ? undefined : check.hostAndPort(text)),
  )
  const tenant = surroundings.auth0Domain ?? ''
  const wrong = tenant === '' ? 'is not set' : check.hostAndPort(tenant)
  if (wrong) {
    reader.report({
      key: 'auth0:domain',
      value: tenant || undefined,
      wrong,
      allowed: "the tenant's domain, such as acme.eu.auth0.com",
      mend: 'pulumi config set auth0:domain acme.eu.auth0.com',
    })
  }
  const connections = reader.texts(
    'connections',
    'Username-Password-Authentication',
    'names of connections of the tenant',
    (text) =>
      /^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/.test(text) ? undefined : 'is not the name of a connection',
  )
  if (isEmpty(reader.value('connections'))) {
    reader.report({
      key: 'connections',
      value: [],
      wrong: 'leaves no way to log in',
      allowed: 'at least one name of a connection of the tenant',
      mend: `pulumi config set --path 'connections[0]' Username-Password-Authentication`,
    })
  }
  const allowedEmails = reader.texts(
    'allowedEmails',
    'you@example.com',
    'e-mail addresses',
    check.email,
  )
  const allowedDomains = reader.texts(
    'allowedDomains',
    'example.com',
    'e-mail domains without @',
    check.emailDomain,
  )
  if (isEmpty(reader.value('allowedEmails')) && isEmpty(reader.value('allowedDomains'))) {
    reader.report({
      key: 'allowedEmails',
      value: [],
      wrong: 'and allowedDomains are both empty, so nobody could use the app',
      allowed: 'at least one address or one domain',
      mend: `pulumi config set --path 'allowedEmails[0]' you@example.com`,
    })
  }
  return { auth0Domain: custom || tenant, connections, allowedEmails, allowedDomains }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

function readEnvironment(reader: Reader): string {
  const allowed = ['Development', 'Staging', 'Production']
  return reader.text(
    'environment',
    'pulumi config set environment Development',
    allowed.join(', '),
    (text) => (allowed.includes(text) ? undefined : 'is not a kind of environment'),
  )
}

function readExpires(reader: Reader): Date | undefined {
  const text = reader.text(
    'expires',
    'pulumi config set expires 2026-11-23T09:00Z',
    'a time in UTC to the minute, such as 2026-11-23T09:00Z',
    check.utcMinute,
  )
  return text === '' ? undefined : new Date(text)
}

const USUAL_PORTS = { sshPort: 22, httpPort: 80, httpsPort: 443 } as const

/** Blames the port that was moved away from its usual number, as that is the one to move back. */
function reportPortClashes(reader: Reader, settings: Settings): void {
  const keys = Object.keys(USUAL_PORTS) as (keyof typeof USUAL_PORTS)[]
  for (const [index, one] of keys.entries()) {
    for (const other of keys.slice(index + 1)) {
      if (settings[one] !== settings[other]) continue
      const [moved, kept] = settings[one] === USUAL_PORTS[one] ? [other, one] : [one, other]
      reader.report({
        key: moved,
        value: settings[moved],
        wrong: `is the same as ${kept}`,
        allowed: 'three different ports',
        mend: `pulumi config set ${moved} ${USUAL_PORTS[moved]}`,
      })
    }
  }
}
