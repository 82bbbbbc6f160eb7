import * as v from 'valibot'
import { backupKeys } from './backups/keys.ts'
import { command, cpus, HANG_SECONDS, MOST_REPLICAS } from './commands.ts'
import { databaseKeys } from './database/keys.ts'
import { edgeKeys } from './edge/keys.ts'
import { help, type Say } from './error.ts'
import { processes } from './processes.ts'
import { providerKeys } from './provider/keys.ts'
import { registries } from './registries.ts'
import { caddyRepository } from './repository/caddy-repository.ts'
import { seedKeys } from './seed/keys.ts'
import type { Context } from './settings.ts'
import { aliases } from './site/aliases.ts'
import { root } from './site/root.ts'
import * as texts from './texts.ts'
import { TUNNEL, TUNNEL_NAMES } from './tunnels/problems.ts'
import { environment, flag, list, wholeNumber } from './values.ts'
import { volumeKeys } from './volume/keys.ts'

/** Names that the deployment itself gives to the app. */
export const RESERVED = [
  'ALLOWED_DOMAINS',
  'ALLOWED_EMAILS',
  'APP_ALIAS_URLS',
  'APP_RELEASE',
  'APP_SECRET_KEY',
  'APP_SECRET_KEY_PREVIOUS',
  'APP_SOCKET',
  'APP_URL',
  'AUTH0_CLIENT_ID',
  'AUTH0_CLIENT_SECRET',
  'AUTH0_DOMAIN',
  'VERIFIED_CONNECTIONS',
]

type Texts<T> = (say: Say) => v.GenericSchema<unknown, T>

/** A text key, fixed by `pulumi config set`; absent counts as empty. */
const text = <T>(schema: Texts<T>, allowed: string, example: string) =>
  v.optional(schema(help(allowed, `pulumi config set {path} ${example}`)), '')

/** The same, where the empty text stands for a default. */
const optional = (schema: Texts<string>, allowed: string, example: string) =>
  text((say) => texts.orEmpty(schema(say)), allowed, example)

/** A value of any kind, where the empty text stands for none. */
const orEmpty = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.optional(
    v.lazy((input) => (input === '' ? v.literal('') : schema)),
    '',
  )

const port = (standard: number) => wholeNumber('TCP port', 1, 65535, standard)

/** What may be lost. */
const consent = (kinds: string[]) =>
  list(texts.oneOf(kinds, 'is nothing that this key is about'), kinds.join(', '), 'droplet')

const REGION = texts.matching(/^[a-z]{3}\d$/, 'is not a region')
const SIZE = texts.matching(/^[a-z0-9]+(-[a-z0-9.]+)+$/, 'is not a size')
const IMAGE = texts.matching(
  /^(debian-13-x64|\d+)$/,
  'is not an image that the host can be made from',
)
const OUTBOUND: Texts<string> = (say) =>
  v.pipe(texts.text(say), v.check(isWayOut, say('is no port with its protocol')))
const CONNECTION = texts.matching(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/,
  'is not the name of a connection',
)
const DNS = ['digitalocean', 'external', 'sslip', 'duckdns', 'none']
const UUID = texts.matching(
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'is not a token of DuckDNS',
)
const SIGN_UP = texts.oneOf(['', 'closed', 'open'], 'is neither closed nor open')

const REBOOT_TIME = texts.matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day')
const NAME_SERVER = texts.matching(
  /^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/,
  'is not an address with a port',
)
/** A common name, and part of the names of resources; the probe's own is not to be had. */
const CLIENT = texts.matching(
  /^(?!padlock-probe$)[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
  'is not a name that a certificate can be made for',
)
const PATH = texts.matching(/^\/[\w./~-]*$/, 'is not a path')
const ENVIRONMENTS = ['Development', 'Staging', 'Production']
const ENVIRONMENT = texts.oneOf(ENVIRONMENTS, 'is not a kind of environment')
const OWNER = texts.matching(/^[a-z0-9]{4,20}$/, 'is not an owner id')
const TRUE_OR_FALSE = texts.oneOf(['', 'true', 'false'], 'is neither true nor false')

/**
 * Every key of Pulumi.yaml by itself; what must fit together stands in `rules.ts`. The engine puts
 * in the defaults of Pulumi.yaml.
 */
export function keys(context: Context) {
  return {
    zone: optional(texts.dnsName, 'a lower-case DNS name with at least one dot', 'example.com'),
    subdomain: text(
      texts.subdomain,
      'lower-case letters, digits, - and ., or @ for the zone itself',
      'www',
    ),
    dns: v.optional(
      texts.oneOf(
        DNS,
        `is none of ${DNS.join(', ')}`,
      )(help(DNS.join(', '), 'pulumi config set {path} digitalocean')),
      'digitalocean',
    ),
    allowSharedLimit: flag(),
    duckdnsToken: optional(
      UUID,
      'the token that duckdns.org shows to its account (32 hex digits in five groups)',
      '--secret',
    ),
    duckdnsApi: v.optional(
      texts.httpsUrl(
        help('an https URL without a path', 'pulumi config set {path} https://www.duckdns.org'),
      ),
      'https://www.duckdns.org',
    ),
    aliases: aliases(),
    manageZone: flag(),
    keepZone: flag(),
    delegationMinutes: wholeNumber('number of minutes', 0, 1440, 15),
    caaIssuer: optional(
      (say) => v.union([v.literal('none'), texts.dnsName(say)]),
      'the DNS name by which CAA records name the certificate authority, or none',
      'letsencrypt.org',
    ),

    region: text(REGION, 'a region slug such as fra1 (doctl compute region list)', 'fra1'),
    size: text(SIZE, 'a size slug such as s-1vcpu-1gb (doctl compute size list)', 's-1vcpu-1gb'),
    image: text(IMAGE, 'debian-13-x64, or the number of a snapshot made from it', 'debian-13-x64'),
    ipv6: flag(),

    sshKey: v.optional(
      texts.oneOf(
        ['state', 'agent'],
        'is neither state nor agent',
      )(help('state, agent', 'pulumi config set {path} state')),
      'state',
    ),
    adminSshKeys: list(
      texts.sshKey,
      'authorized_keys lines (the text of a .pub file)',
      'ssh-ed25519 AAAA… you@example.com',
    ),
    adminKeyVersion: wholeNumber('version of a key', 1, 1_000_000, 1),
    sshFrom: list(texts.network, 'networks in CIDR notation', '203.0.113.0/24', {
      wrong: 'lets nobody in, not even this deployment',
      allowed: 'at least one network in CIDR notation',
    }),
    sshPort: port(22),
    httpPort: port(80),
    httpsPort: port(443),

    outbound: list(
      OUTBOUND,
      'ports or ranges with their protocol, such as 25060/tcp or 5000-5010/udp, or all',
      '25060/tcp',
    ),

    rebootTime: v.optional(
      REBOOT_TIME(
        help('hours and minutes in UTC, such as 03:30', 'pulumi config set {path} 03:30'),
      ),
      '03:30',
    ),

    tls: v.optional(
      texts.oneOf(
        ['acme', 'private', 'off'],
        'is neither acme nor private nor off',
      )(help('acme, private, off', 'pulumi config set {path} acme')),
      'acme',
    ),
    siteFrom: list(texts.network, 'networks in CIDR notation', '203.0.113.0/24'),
    clientCertificates: list(
      CLIENT,
      'names of at most 64 letters, digits and . _ @ + -, other than padlock-probe',
      'alice',
    ),
    clientAuth: v.optional(
      texts.oneOf(
        ['off', 'request', 'require'],
        'is neither off nor request nor require',
      )(help('off, request, require', 'pulumi config set {path} off')),
      'off',
    ),

    tunnels: list(TUNNEL, TUNNEL_NAMES, 'demo'),
    publicTunnels: list(TUNNEL, 'names that are in tunnels', 'demo'),

    acmeEmail: optional(texts.contact, 'an e-mail address without { } ` #', 'you@example.com'),
    acmeDirectory: text(
      texts.httpsUrl,
      'an https URL',
      'https://acme-v02.api.letsencrypt.org/directory',
    ),
    acmeRoot: optional(
      root(context),
      'a PEM certificate, or the path of a file that holds one',
      'path/to/root.pem',
    ),
    siteRoot: optional(
      root(context),
      'a PEM certificate, or the path of a file that holds one or more',
      'path/to/root.pem',
    ),
    dnsServer: optional(NAME_SERVER, 'an IP address with a port', '192.0.2.53:53'),
    caddyRepository: caddyRepository(context),

    'auth0:domain': optional(
      texts.hostAndPort,
      "the tenant's domain, such as acme.eu.auth0.com",
      'acme.eu.auth0.com',
    ),
    login: v.optional(
      texts.oneOf(
        ['app', 'edge', 'none'],
        'is neither app nor edge nor none',
      )(help('app, edge, none', 'pulumi config set {path} app')),
      'app',
    ),
    public: flag(),
    ...providerKeys(),
    ...edgeKeys(),
    auth0CustomDomain: optional(texts.hostAndPort, 'a host, or host:port', 'login.example.com'),
    connections: list(
      CONNECTION,
      'names of connections of the tenant',
      'Username-Password-Authentication',
      {
        wrong: 'leaves no way to log in',
        allowed: 'at least one name of a connection of the tenant',
      },
    ),
    signUp: text(SIGN_UP, 'closed or open', 'closed'),
    verifiedConnections: list(
      CONNECTION,
      'names of connections that are in connections',
      'corporate',
    ),
    allowedEmails: list(texts.email, 'e-mail addresses', 'you@example.com'),
    allowedDomains: list(texts.emailDomain, 'e-mail domains without @', 'example.com'),

    appSource: text(texts.text, 'the path of a folder', 'app'),
    appImage: optional(
      texts.imageByDigest,
      'name@sha256:digest, with its registry or of Docker Hub',
      'ghcr.io/acme/shop@sha256:<64 hex digits>',
    ),
    appBaseImage: optional(
      texts.image,
      'the name of an image, such as docker.io/library/python:3.13-slim',
      'docker.io/library/python:3.13-slim',
    ),
    appRegistries: registries(),
    registry: flag(),
    appEnv: environment(false, RESERVED),
    appSecrets: environment(true, RESERVED),
    appPort: wholeNumber('TCP port, nor 0 for a unix socket', 0, 65535, 8080),
    appMemoryMiB: wholeNumber('number of MiB', 64, 65536, 256),
    appCpus: orEmpty(cpus()),
    replicas: wholeNumber('number of replicas', 1, MOST_REPLICAS, 1),
    appCommand: orEmpty(command('gunicorn --config gunicorn_conf.py shop.wsgi')),
    releaseCommand: orEmpty(command('python manage.py migrate')),
    processes: processes(),
    ...volumeKeys(),
    ...databaseKeys(),
    ...backupKeys(),
    restorable: flag(),
    ...seedKeys(context),
    sessionKeyVersion: wholeNumber('version of a key', 1, 1_000_000, 1),
    releaseSeconds: wholeNumber('number of seconds', 1, 900, 300),
    readyPath: text(PATH, 'a path that begins with /', '/readyz'),
    readySeconds: wholeNumber('number of seconds', 1, 900, 90),
    hangSeconds: wholeNumber('number of seconds, nor 0 for never', 0, 3600, HANG_SECONDS),
    drainSeconds: wholeNumber('number of seconds', 0, 600, 30),
    responseSeconds: wholeNumber('number of seconds', 5, 3600, 60),
    maxBodyMiB: wholeNumber('number of MiB', 1, 10240, 10),

    owner: optional(OWNER, '4 to 20 lower-case letters and digits', 'acmeshop'),
    environment: text(ENVIRONMENT, ENVIRONMENTS.join(', '), 'Development'),
    expires: text(
      texts.expiry,
      'a time in UTC to the minute, such as 2026-11-23T09:00Z',
      '2026-11-23T09:00Z',
    ),
    protect: text(TRUE_OR_FALSE, 'true or false', 'true'),
    ephemeral: flag(),
    allowOlder: flag(),
    allowReplace: consent(['droplet']),
    allowDelete: consent(['droplet', 'volume', 'database', 'backups']),
  }
}

function isWayOut(text: string): boolean {
  if (text === 'all') return true
  const [, first, last = first] = /^([1-9]\d*)(?:-([1-9]\d*))?\/(?:tcp|udp)$/.exec(text) ?? []
  return Number(first) <= Number(last) && Number(last) <= 65535
}
