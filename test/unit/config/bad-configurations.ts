import type { Context } from '../../../config/settings.ts'

/** A configuration with errors, laid over the smallest good one, and the exact problems told. */
export interface BadConfiguration {
  title: string
  raw: Record<string, unknown>
  context?: Partial<Context>
  messages: string[]
}

const NAMES =
  'cannot be part of the names of droplets, tags and hosts. Allowed: letters, digits and - between them, project and stack together at most 62 characters.'
const badStack = (stack: string, better: string): BadConfiguration => ({
  title: `the stack’s name ${stack}`,
  raw: {},
  context: { stack },
  messages: [`the stack’s name ${stack} ${NAMES}\n    Fix: pulumi stack rename ${better}`],
})

export const badConfigurations: BadConfiguration[] = [
  {
    title: 'names that no tunnel can have, one twice, and a public one that there is not',
    raw: { tunnels: ['Demo', 'a.b', '-a', 'x'.repeat(31), 'ok', 'ok'], publicTunnels: ['hook'] },
    messages: [
      ...['Demo', 'a.b', '-a', 'x'.repeat(31)].map(
        (name, at) =>
          `tunnels[${at}] = "${name}" is not a name that a tunnel can have. Allowed: names of at most 30 lower-case letters, digits and - between them.\n    Fix: pulumi config set --path 'tunnels[${at}]' 'demo'`,
      ),
      'tunnels[5] = "ok" is in the list twice. Allowed: each entry once.\n    Fix: pulumi config rm --path \'tunnels[5]\'',
      'publicTunnels names "hook", which is not in tunnels. Allowed: names that are in tunnels.\n    Fix: pulumi config rm publicTunnels',
    ],
  },
  {
    title: 'more tunnels than certificates are had for',
    raw: { tunnels: Array.from({ length: 11 }, (_, at) => `t${at}`) },
    messages: [
      "tunnels lists more than 10 names, and each has a certificate of its own. Allowed: at most 10 names.\n    Fix: pulumi config rm --path 'tunnels[0]'",
    ],
  },
  {
    title: 'tunnels in plain text',
    raw: {
      ...{ login: 'none', public: true, allowedEmails: [] },
      ...{ tls: 'off', siteFrom: ['192.0.2.0/24'], tunnels: ['demo'] },
    },
    messages: [
      'tunnels is set where tls is off, and a tunnel’s password would go in plain text. Allowed: tunnels only with TLS.\n    Fix: pulumi config set tls private, or pulumi config rm tunnels',
    ],
  },
  {
    title: 'tunnels where others serve the zone',
    raw: { dns: 'external', tunnels: ['demo'] },
    messages: [
      'tunnels is set where the stack makes no records, and each tunnel needs one. Allowed: tunnels only where dns is digitalocean.\n    Fix: pulumi config rm tunnels',
    ],
  },
  {
    title: 'outbound without a protocol, backwards, beyond the last port, an unknown protocol',
    raw: { outbound: ['25060', '10-9/tcp', '65536/udp', '587/smtp', '0/tcp'] },
    messages: ['25060', '10-9/tcp', '65536/udp', '587/smtp', '0/tcp'].map(
      (text, at) =>
        `outbound[${at}] = "${text}" is no port with its protocol. Allowed: ports or ranges with their protocol, such as 25060/tcp or 5000-5010/udp, or all.\n    Fix: pulumi config set --path 'outbound[${at}]' '25060/tcp'`,
    ),
  },
  {
    title: 'a source of names that there is not',
    raw: { dns: 'cloudflare' },
    messages: [
      'dns = "cloudflare" is none of digitalocean, external, sslip, duckdns, none. Allowed: digitalocean, external, sslip, duckdns, none.\n    Fix: pulumi config set dns digitalocean',
    ],
  },
  {
    title: 'a zone of the stack’s own where others serve it',
    raw: { dns: 'external', manageZone: true, keepZone: true },
    messages: ['manageZone', 'keepZone'].map(
      (key) =>
        `${key} = true is set beside dns = "external", where the stack has no zone at DigitalOcean. Allowed: only with dns = "digitalocean".\n    Fix: pulumi config rm ${key}, or pulumi config set dns digitalocean`,
    ),
  },
  {
    title: 'a name made of the address, beside a zone and at the public authority',
    raw: { dns: 'sslip', subdomain: 'www' },
    messages: [
      ...['zone = "example.com"', 'subdomain = "www"'].map(
        (what) =>
          `${what} is set, but with dns = "sslip" the name is made of the address alone. Allowed: only with dns = "digitalocean" or "external".\n    Fix: pulumi config rm ${what.split(' ')[0]}`,
      ),
      "acmeDirectory = \"https://acme-v02.api.letsencrypt.org/directory\" is Let's Encrypt's public one, whose weekly limit all names below sslip.io share and have used up. Allowed: Let's Encrypt's staging directory or an authority of your own, where dns is sslip; or allowSharedLimit.\n    Fix: pulumi config set acmeDirectory https://acme-staging-v02.api.letsencrypt.org/directory, or pulumi config set allowSharedLimit true",
    ],
  },
  {
    title: 'DuckDNS without a token, with a zone and more than a label',
    raw: { dns: 'duckdns', subdomain: 'a.b' },
    messages: [
      'zone = "example.com" is set, but with dns = "duckdns" the name lies in duckdns.org. Allowed: only with dns = "digitalocean" or "external".\n    Fix: pulumi config rm zone',
      'subdomain = "a.b" is no domain of an account at DuckDNS. Allowed: its domain without .duckdns.org, one label; empty means the stack’s name.\n    Fix: pulumi config set subdomain shop',
      'duckdnsToken is not set. Allowed: the token that duckdns.org shows to its account, where dns is duckdns.\n    Fix: pulumi config set --secret duckdnsToken TOKEN',
    ],
  },
  {
    title: 'a token of DuckDNS that is none',
    raw: { duckdnsToken: 'hunter2' },
    messages: [
      'duckdnsToken = "(hidden)" is not a token of DuckDNS. Allowed: the token that duckdns.org shows to its account (32 hex digits in five groups).\n    Fix: pulumi config set duckdnsToken --secret TOKEN',
    ],
  },
  {
    title: 'a token of DuckDNS in plain text',
    raw: { dns: 'duckdns', zone: '', duckdnsToken: '01234567-89ab-4cde-8f01-23456789abcd' },
    messages: [
      'duckdnsToken is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret duckdnsToken VALUE, and change the value: it has been seen',
    ],
  },
  badStack('Prod_EU', 'prod-eu'),
  badStack('v1.2', 'v1-2'),
  badStack('__', 'main'),
  badStack('x-', 'x'),
  badStack('s'.repeat(60), 's'.repeat(55)),
  {
    title: 'a project whose name no firewall can have',
    raw: {},
    context: { project: 'My_shop' },
    messages: [
      `the project’s name My_shop ${NAMES}\n    Fix: name: my-shop in Pulumi.yaml, and the prefix my-shop: in the settings`,
    ],
  },
  {
    title: 'a consent to the loss of what no consent is about',
    raw: { allowReplace: ['volume'], allowDelete: 'droplet' },
    messages: [
      `allowReplace[0] = "volume" is nothing that this key is about. Allowed: droplet.\n    Fix: pulumi config set --path 'allowReplace[0]' 'droplet'`,
      `allowDelete = "droplet" is not a list. Allowed: a list of droplet, volume, database.\n    Fix: pulumi config set --path 'allowDelete[0]' 'droplet'`,
    ],
  },
  {
    title: 'no remote that tells the owner, and no key',
    raw: {},
    context: { owner: undefined },
    messages: [
      'owner is not set, and this checkout has no git remote origin that tells whose its stacks are. Allowed: one word for this repository, of lower-case letters and digits, on every computer.\n    Fix: pulumi config set owner acmeshop',
    ],
  },
  {
    title: 'an owner that no tag can hold',
    raw: { owner: 'Acme/Shop' },
    messages: [
      'owner = "Acme/Shop" is not an owner id. Allowed: 4 to 20 lower-case letters and digits.\n    Fix: pulumi config set owner acmeshop',
    ],
  },
  {
    title: 'expires without a time zone',
    raw: { expires: '2026-11-23T09:00' },
    messages: [
      'expires = "2026-11-23T09:00" is not a time in UTC. Allowed: a time in UTC to the minute, such as 2026-11-23T09:00Z.\n    Fix: pulumi config set expires 2026-11-23T09:00Z',
    ],
  },
  {
    title: 'expires on a day that no month has',
    raw: { expires: '2026-02-30T09:00Z' },
    messages: [
      'expires = "2026-02-30T09:00Z" is not a time in UTC. Allowed: a time in UTC to the minute, such as 2026-11-23T09:00Z.\n    Fix: pulumi config set expires 2026-11-23T09:00Z',
    ],
  },
  {
    title: 'zone missing',
    raw: { zone: undefined },
    messages: [
      'zone is not set. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone with capitals',
    raw: { zone: 'Example.com' },
    messages: [
      'zone = "Example.com" has capital letters. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone without a dot',
    raw: { zone: 'localhost' },
    messages: [
      'zone = "localhost" has no dot. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone with a final dot',
    raw: { zone: 'example.com.' },
    messages: [
      'zone = "example.com." ends in a dot. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone that is an address',
    raw: { zone: '192.0.2.1' },
    messages: [
      'zone = "192.0.2.1" is an address, not a name. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone with a bad label',
    raw: { zone: '-x.example.com' },
    messages: [
      'zone = "-x.example.com" is not a DNS name. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'zone too long',
    raw: {
      zone: 'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.com',
    },
    messages: [
      'zone = "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a… is longer than 253 characters. Allowed: a lower-case DNS name with at least one dot.\n    Fix: pulumi config set zone example.com',
    ],
  },
  {
    title: 'subdomain wildcard',
    raw: { subdomain: '*' },
    messages: [
      'subdomain = "*" is a wildcard. Allowed: lower-case letters, digits, - and ., or @ for the zone itself.\n    Fix: pulumi config set subdomain www',
    ],
  },
  {
    title: 'subdomain with underscore',
    raw: { subdomain: 'my_app' },
    messages: [
      'subdomain = "my_app" is not a DNS label. Allowed: lower-case letters, digits, - and ., or @ for the zone itself.\n    Fix: pulumi config set subdomain www',
    ],
  },
  {
    title: 'region name',
    raw: { region: 'Frankfurt' },
    messages: [
      'region = "Frankfurt" is not a region. Allowed: a region slug such as fra1 (doctl compute region list).\n    Fix: pulumi config set region fra1',
    ],
  },
  {
    title: 'size without dash',
    raw: { size: 'small' },
    messages: [
      'size = "small" is not a size. Allowed: a size slug such as s-1vcpu-1gb (doctl compute size list).\n    Fix: pulumi config set size s-1vcpu-1gb',
    ],
  },
  {
    title: 'other image',
    raw: { image: 'ubuntu-24-04-x64' },
    messages: [
      'image = "ubuntu-24-04-x64" is not an image that the host can be made from. Allowed: debian-13-x64, or the number of a snapshot made from it.\n    Fix: pulumi config set image debian-13-x64',
    ],
  },
  {
    title: 'ipv6 as text',
    raw: { ipv6: 'yes' },
    messages: [
      'ipv6 = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set ipv6 false',
    ],
  },
  {
    title: 'manageZone as number',
    raw: { manageZone: 1 },
    messages: [
      'manageZone = 1 is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set manageZone false',
    ],
  },
  {
    title: 'private key',
    raw: { adminSshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
    messages: [
      "adminSshKeys[0] = \"(hidden)\" is a private key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'key of an unknown type',
    raw: { adminSshKeys: ['ssh-dss AAAA'] },
    messages: [
      "adminSshKeys[0] = \"ssh-dss AAAA\" is not an ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'damaged key',
    raw: { adminSshKeys: ['ssh-ed25519 AAAA me@example.com'] },
    messages: [
      "adminSshKeys[0] = \"ssh-ed25519 AAAA me@example.com\" is a damaged ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'keys as one text',
    raw: { adminSshKeys: 'ssh-ed25519 AAAA' },
    messages: [
      "adminSshKeys = \"ssh-ed25519 AAAA\" is not a list. Allowed: a list of authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'sshKey of another kind',
    raw: { sshKey: 'file' },
    messages: [
      'sshKey = "file" is neither state nor agent. Allowed: state, agent.\n    Fix: pulumi config set sshKey state',
    ],
  },
  {
    title: 'keys in an agent, and none of them known',
    raw: { sshKey: 'agent' },
    messages: [
      'adminSshKeys is empty, so no key of an agent would open the host. Allowed: the public keys of those whose agent deploys, where sshKey is agent.\n    Fix: pulumi config set --path \'adminSshKeys[0]\' "$(ssh-add -L | head -n 1)"',
    ],
  },
  {
    title: 'a time of day that is none',
    raw: { rebootTime: '24:00' },
    messages: [
      'rebootTime = "24:00" is not a time of day. Allowed: hours and minutes in UTC, such as 03:30.\n    Fix: pulumi config set rebootTime 03:30',
    ],
  },
  {
    title: 'sshFrom without prefix',
    raw: { sshFrom: ['203.0.113.7'] },
    messages: [
      "sshFrom[0] = \"203.0.113.7\" has no prefix length. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom with a long prefix',
    raw: { sshFrom: ['203.0.113.0/33'] },
    messages: [
      "sshFrom[0] = \"203.0.113.0/33\" has a bad prefix length. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom with a name',
    raw: { sshFrom: ['office.example.com'] },
    messages: [
      "sshFrom[0] = \"office.example.com\" is not a network. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom empty',
    raw: { sshFrom: [] },
    messages: [
      "sshFrom = [] lets nobody in, not even this deployment. Allowed: at least one network in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' 203.0.113.0/24",
    ],
  },
  {
    title: 'sshFrom twice',
    raw: { sshFrom: ['203.0.113.0/24', '203.0.113.0/24'] },
    messages: [
      'sshFrom[1] = "203.0.113.0/24" is in the list twice. Allowed: each entry once.\n    Fix: pulumi config rm --path \'sshFrom[1]\'',
    ],
  },
  {
    title: 'sshPort zero',
    raw: { sshPort: 0 },
    messages: [
      'sshPort = 0 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set sshPort 22',
    ],
  },
  {
    title: 'httpPort too big',
    raw: { httpPort: 70000 },
    messages: [
      'httpPort = 70000 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set httpPort 80',
    ],
  },
  {
    title: 'httpsPort with a fraction',
    raw: { httpsPort: 443.5 },
    messages: [
      'httpsPort = 443.5 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set httpsPort 443',
    ],
  },
  {
    title: 'ports that clash',
    raw: { httpPort: 443 },
    messages: [
      'httpPort = 443 is the same as httpsPort. Allowed: three different ports.\n    Fix: pulumi config set httpPort 80',
    ],
  },
  {
    title: 'ssh on the web port',
    raw: { sshPort: 80 },
    messages: [
      'sshPort = 80 is the same as httpPort. Allowed: three different ports.\n    Fix: pulumi config set sshPort 22',
    ],
  },
  {
    title: 'acmeEmail without domain',
    raw: { acmeEmail: 'ops' },
    messages: [
      'acmeEmail = "ops" is not an e-mail address. Allowed: an e-mail address without { } ` #.\n    Fix: pulumi config set acmeEmail you@example.com',
    ],
  },
  {
    title: 'acmeDirectory over http',
    raw: { acmeDirectory: 'http://ca.example.com/dir' },
    messages: [
      'acmeDirectory = "http://ca.example.com/dir" is not https. Allowed: an https URL.\n    Fix: pulumi config set acmeDirectory https://acme-v02.api.letsencrypt.org/directory',
    ],
  },
  {
    title: 'acmeDirectory without scheme',
    raw: { acmeDirectory: 'letsencrypt' },
    messages: [
      'acmeDirectory = "letsencrypt" is not a URL. Allowed: an https URL.\n    Fix: pulumi config set acmeDirectory https://acme-v02.api.letsencrypt.org/directory',
    ],
  },
  {
    title: 'acmeDirectory with a password',
    raw: { acmeDirectory: 'https://me:pw@ca.example.com/dir' },
    messages: [
      'acmeDirectory = "(hidden)" carries a user name or password. Allowed: an https URL.\n    Fix: pulumi config set acmeDirectory https://acme-v02.api.letsencrypt.org/directory',
    ],
  },
  {
    title: 'tls, clientAuth and names of clients that there are not',
    raw: { tls: 'letsencrypt', clientAuth: 'yes', clientCertificates: ['al ice', 'padlock-probe'] },
    messages: [
      'tls = "letsencrypt" is neither acme nor private nor off. Allowed: acme, private, off.\n    Fix: pulumi config set tls acme',
      ...['al ice', 'padlock-probe'].map(
        (name, at) =>
          `clientCertificates[${at}] = "${name}" is not a name that a certificate can be made for. Allowed: names of at most 64 letters, digits and . _ @ + -, other than padlock-probe.\n    Fix: pulumi config set --path 'clientCertificates[${at}]' 'alice'`,
      ),
      'clientAuth = "yes" is neither off nor request nor require. Allowed: off, request, require.\n    Fix: pulumi config set clientAuth off',
    ],
  },
  {
    title: 'a client certificate twice',
    raw: { clientCertificates: ['alice', 'bob', 'alice'] },
    messages: [
      `clientCertificates[2] = "alice" is in the list twice. Allowed: each entry once.\n    Fix: pulumi config rm --path 'clientCertificates[2]'`,
    ],
  },
  {
    title: 'clients must show what nobody has',
    raw: { clientAuth: 'require' },
    messages: [
      `clientCertificates is empty, so clientAuth would ask for certificates that nobody has. Allowed: at least one name, where clientAuth is request or require.\n    Fix: pulumi config set --path 'clientCertificates[0]' alice, or pulumi config set clientAuth off`,
    ],
  },
  {
    title: 'a public authority that cannot reach the site',
    raw: { siteFrom: ['10.0.0.0/8'] },
    messages: [
      'siteFrom closes the site to a public authority, which asks from anywhere before it signs. Allowed: networks only where tls is private or off.\n    Fix: pulumi config set tls private, or pulumi config rm siteFrom',
    ],
  },
  ...[[], ['10.0.0.0/8', '0.0.0.0/0'], ['0.0.0.0/1', '128.0.0.0/1'], ['2000::/3']].map(
    (siteFrom) => ({
      title: `plain http with a login, with client certificates, from ${siteFrom.join(' and ')}`,
      raw: { tls: 'off', siteFrom, clientCertificates: ['alice'], clientAuth: 'request' },
      messages: [
        'login = "app" is not none, and tls = "off" would send who logs in, and every session, in plain text. Allowed: none, where tls is off.\n    Fix: pulumi config set tls private, or pulumi config set login none',
        `siteFrom = ${JSON.stringify(siteFrom)} leaves the site open to everybody, and tls = "off" lets everybody on the way read along. Allowed: the networks of those who are meant, each a /8 or smaller (/16 for IPv6), where tls is off.\n    Fix: pulumi config set --path 'siteFrom[0]' 203.0.113.0/24, or pulumi config set tls private`,
        'clientAuth = "request" asks for certificates, which there are none of where tls is off. Allowed: off, where tls is off.\n    Fix: pulumi config set tls private, or pulumi config set clientAuth off',
      ],
    }),
  ),
  {
    title: 'keys of an authority where there is no certificate',
    raw: {
      tls: 'off',
      login: 'none',
      public: true,
      allowedEmails: [],
      siteFrom: ['10.0.0.0/8'],
      acmeEmail: 'ada@example.com',
    },
    messages: [
      'acmeEmail is set beside tls = "off", where there is no certificate. Allowed: only with tls = "acme".\n    Fix: pulumi config rm acmeEmail, or pulumi config set tls acme',
    ],
  },
  {
    title: 'keys of an authority that is not asked',
    raw: {
      tls: 'private',
      acmeEmail: 'ada@example.com',
      acmeRoot: 'root.pem',
      siteRoot: 'root.pem',
    },
    messages: ['acmeEmail', 'acmeRoot', 'siteRoot'].map(
      (key) =>
        `${key} is set beside tls = "private", where the stack signs the certificate and asks no authority. Allowed: only with tls = "acme".\n    Fix: pulumi config rm ${key}, or pulumi config set tls acme`,
    ),
  },
  {
    title: 'a name that nobody leads to',
    raw: { zone: 'corp.internal', tls: 'private' },
    messages: [
      'zone = "corp.internal" is a name that no public name server leads to, and dnsServer names none that does. Allowed: a zone below a public domain, or this one with a dnsServer.\n    Fix: pulumi config set dnsServer 10.0.0.53:53',
    ],
  },
  {
    title: 'acmeRoot missing file',
    raw: { acmeRoot: 'missing.pem' },
    messages: [
      'acmeRoot = "missing.pem" is a file that cannot be read. Allowed: a PEM certificate, or the path of a file that holds one.\n    Fix: pulumi config set acmeRoot path/to/root.pem',
    ],
  },
  {
    title: 'acmeRoot without certificate',
    raw: { acmeRoot: 'notes.txt' },
    messages: [
      'acmeRoot = "notes.txt" holds no PEM certificate. Allowed: a PEM certificate, or the path of a file that holds one.\n    Fix: pulumi config set acmeRoot path/to/root.pem',
    ],
  },
  {
    title: 'caaIssuer as URL',
    raw: { caaIssuer: 'https://letsencrypt.org' },
    messages: [
      'caaIssuer = "https://letsencrypt.org" is not a DNS name. Allowed: the DNS name by which CAA records name the certificate authority, or none.\n    Fix: pulumi config set caaIssuer letsencrypt.org',
    ],
  },
  {
    title: 'caddyRepository as text',
    raw: { caddyRepository: 'https://apt.example.com' },
    messages: [
      'caddyRepository = "https://apt.example.com" is not an object. Allowed: an object with url, suite, component, key, fingerprint.\n    Fix: pulumi config rm caddyRepository',
    ],
  },
  {
    title: 'caddyRepository unknown key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'caddy.asc', suit: 'x' } },
    messages: [
      'caddyRepository.suit = "x" is not a key that is known here. Allowed: url, suite, component, key, fingerprint.\n    Fix: pulumi config rm --path caddyRepository.suit',
    ],
  },
  {
    title: 'caddyRepository without key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb' } },
    messages: [
      'caddyRepository.key is not set. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository key file missing',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'gone.asc' } },
    messages: [
      'caddyRepository.key = "gone.asc" is a file that cannot be read. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository key is no key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'notes.txt' } },
    messages: [
      'caddyRepository.key = "notes.txt" holds no armoured OpenPGP public key. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository fetched key without fingerprint',
    raw: {
      caddyRepository: { url: 'https://apt.example.com/deb', key: 'https://apt.example.com/key' },
    },
    messages: [
      'caddyRepository.fingerprint is not set, though the key is fetched. Allowed: 40 hex digits, as gpg --show-keys prints them.\n    Fix: pulumi config set --path caddyRepository.fingerprint 65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
    ],
  },
  {
    title: 'caddyRepository fingerprint too short',
    raw: {
      caddyRepository: {
        url: 'https://apt.example.com/deb',
        key: 'https://apt.example.com/key',
        fingerprint: 'CA56EA34',
      },
    },
    messages: [
      'caddyRepository.fingerprint = "CA56EA34" is not a fingerprint. Allowed: 40 hex digits, as gpg --show-keys prints them.\n    Fix: pulumi config set --path caddyRepository.fingerprint 65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
    ],
  },
  {
    title: 'caddyRepository fingerprint of another key',
    raw: {
      caddyRepository: {
        url: 'https://apt.example.com/deb',
        key: 'caddy.asc',
        fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
      },
    },
    messages: [
      'caddyRepository.fingerprint = "65760C51EDEA2017CEA2CA15155B6D79CA56EA34" is not that of the key, which is 62C5467DC63A1C37B86E70F7D9C19B257F8668DA. Allowed: the fingerprint of the key.\n    Fix: pulumi config set --path caddyRepository.fingerprint 62C5467DC63A1C37B86E70F7D9C19B257F8668DA',
    ],
  },
  {
    title: 'caddyRepository ftp',
    raw: { caddyRepository: { url: 'ftp://apt.example.com', key: 'caddy.asc' } },
    messages: [
      'caddyRepository.url = "ftp://apt.example.com" is neither http nor https. Allowed: an http or https URL.\n    Fix: pulumi config set --path caddyRepository.url https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
    ],
  },
  {
    title: 'custom domain as URL',
    raw: { auth0CustomDomain: 'https://login.example.com/' },
    messages: [
      'auth0CustomDomain = "https://login.example.com/" is a URL, not a host. Allowed: a host, or host:port.\n    Fix: pulumi config set auth0CustomDomain login.example.com',
    ],
  },
  {
    title: 'custom domain with a bad port',
    raw: { auth0CustomDomain: 'login.example.com:0' },
    messages: [
      'auth0CustomDomain = "login.example.com:0" has a bad port. Allowed: a host, or host:port.\n    Fix: pulumi config set auth0CustomDomain login.example.com',
    ],
  },
  {
    title: 'tenant missing',
    raw: {},
    context: { auth0Domain: undefined },
    messages: [
      "auth0:domain is not set. Allowed: the tenant's domain, such as acme.eu.auth0.com.\n    Fix: pulumi config set auth0:domain acme.eu.auth0.com",
    ],
  },
  {
    title: 'tenant as URL',
    raw: {},
    context: { auth0Domain: 'https://acme.eu.auth0.com' },
    messages: [
      'auth0:domain = "https://acme.eu.auth0.com" is a URL, not a host. Allowed: the tenant\'s domain, such as acme.eu.auth0.com.\n    Fix: pulumi config set auth0:domain acme.eu.auth0.com',
    ],
  },
  {
    title: 'signUp that is neither',
    raw: { signUp: 'invite' },
    messages: [
      'signUp = "invite" is neither closed nor open. Allowed: closed or open.\n    Fix: pulumi config set signUp closed',
    ],
  },
  {
    title: 'a verified connection that nobody can use',
    raw: { connections: ['corporate'], verifiedConnections: ['corporate', 'partners'] },
    messages: [
      'verifiedConnections names "partners", which is not in connections. Allowed: names that are in connections.\n    Fix: pulumi config rm verifiedConnections',
    ],
  },
  {
    title: 'connections empty',
    raw: { connections: [] },
    messages: [
      "connections = [] leaves no way to log in. Allowed: at least one name of a connection of the tenant.\n    Fix: pulumi config set --path 'connections[0]' Username-Password-Authentication",
    ],
  },
  {
    title: 'connection with a space',
    raw: { connections: ['My DB'] },
    messages: [
      "connections[0] = \"My DB\" is not the name of a connection. Allowed: names of connections of the tenant.\n    Fix: pulumi config set --path 'connections[0]' 'Username-Password-Authentication'",
    ],
  },
  {
    title: 'nobody allowed',
    raw: { allowedEmails: [] },
    messages: [
      "allowedEmails = [] and allowedDomains are both empty, so nobody could use the app. Allowed: at least one address or one domain.\n    Fix: pulumi config set --path 'allowedEmails[0]' you@example.com",
    ],
  },
  {
    title: 'allowedEmails wildcard',
    raw: { allowedEmails: ['*@example.com'] },
    messages: [
      "allowedEmails[0] = \"*@example.com\" is a wildcard. Allowed: e-mail addresses.\n    Fix: pulumi config set --path 'allowedEmails[0]' 'you@example.com'",
    ],
  },
  {
    title: 'allowedEmails without @',
    raw: { allowedEmails: ['ada'] },
    messages: [
      "allowedEmails[0] = \"ada\" is not an e-mail address. Allowed: e-mail addresses.\n    Fix: pulumi config set --path 'allowedEmails[0]' 'you@example.com'",
    ],
  },
  {
    title: 'allowedDomains with @',
    raw: { allowedDomains: ['@example.com'] },
    messages: [
      "allowedDomains[0] = \"@example.com\" contains an @. Allowed: e-mail domains without @.\n    Fix: pulumi config set --path 'allowedDomains[0]' 'example.com'",
    ],
  },
  {
    title: 'allowedDomains wildcard',
    raw: { allowedDomains: ['*'] },
    messages: [
      "allowedDomains[0] = \"*\" is a wildcard. Allowed: e-mail domains without @.\n    Fix: pulumi config set --path 'allowedDomains[0]' 'example.com'",
    ],
  },
  {
    title: 'appSource missing',
    raw: { appSource: 'web' },
    messages: [
      'appSource = "web" is not a folder with a Containerfile. Allowed: a folder of this project that holds a Containerfile or a Dockerfile.\n    Fix: pulumi config set appSource app',
    ],
  },
  {
    title: 'appSource outside',
    raw: { appSource: '../web' },
    messages: [
      'appSource = "../web" is outside of the project. Allowed: a folder of this project that holds a Containerfile or a Dockerfile.\n    Fix: pulumi config set appSource app',
    ],
  },
  {
    title: 'appImage by tag',
    raw: { appImage: 'ghcr.io/acme/shop:1.2' },
    messages: [
      'appImage = "ghcr.io/acme/shop:1.2" names no digest, so that a later pull could bring another image. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'appImage bad digest',
    raw: { appImage: 'ghcr.io/acme/shop@sha256:123' },
    messages: [
      'appImage = "ghcr.io/acme/shop@sha256:123" has a bad digest. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'names that no image has',
    raw: { appImage: `Acme/shop@sha256:${'0'.repeat(64)}` },
    messages: [
      'appImage = "Acme/shop@sha256:00000000000000000000000000000000000000000000000000000000000000… is not the name of an image. Allowed: name@sha256:digest, with its registry or of Docker Hub.\n    Fix: pulumi config set appImage ghcr.io/acme/shop@sha256:<64 hex digits>',
    ],
  },
  {
    title: 'a base image with half a digest',
    raw: { appBaseImage: 'python@sha256:12' },
    messages: [
      'appBaseImage = "python@sha256:12" has a bad digest. Allowed: the name of an image, such as docker.io/library/python:3.13-slim.\n    Fix: pulumi config set appBaseImage docker.io/library/python:3.13-slim',
    ],
  },
  {
    title: 'half a login at a registry',
    raw: { appRegistries: { 'ghcr.io': { user: 'bot' } } },
    messages: [
      'appRegistries["ghcr.io"].password is no login. Allowed: a user and a password, both texts.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\' TOKEN',
    ],
  },
  {
    title: 'logins by names that no image has',
    raw: {
      appRegistries: {
        'https://ghcr.io': { user: 'bot', password: 'hunter2' },
        'index.docker.io/v1': { user: 'bot', password: 'hunter2' },
      },
    },
    messages: [
      'appRegistries["https://ghcr.io"] has a name that is no registry. Allowed: registries as images name them (ghcr.io, docker.io), or a path below one.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\' TOKEN',
      'appRegistries["index.docker.io/v1"] is Docker Hub, whose images are named docker.io/\u2026. Allowed: registries as images name them (ghcr.io, docker.io), or a path below one.\n    Fix: pulumi config set --path \'appRegistries["ghcr.io"].user\' NAME; pulumi config set --secret --path \'appRegistries["ghcr.io"].password\' TOKEN',
    ],
  },
  {
    title: 'a login beside the one that the stack makes',
    raw: {
      registry: true,
      appRegistries: { 'registry.digitalocean.com/acme': { user: 'bot', password: 'hunter2' } },
    },
    messages: [
      'appRegistries has a login for registry.digitalocean.com beside registry = true, which makes one. Allowed: one of the two.\n    Fix: pulumi config rm --path \'appRegistries["registry.digitalocean.com"]\', or pulumi config set registry false',
    ],
  },
  {
    title: 'a registry that is a name',
    raw: { registry: 'acme' },
    messages: [
      'registry = "acme" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set registry false',
    ],
  },
  {
    title: 'registry password in plain',
    raw: { appRegistries: { 'ghcr.io': { user: 'bot', password: 'hunter2' } } },
    context: { secretKeys: [] },
    messages: [
      'appRegistries is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret --path \'appRegistries["HOST"].password\' VALUE, and change the value: it has been seen',
    ],
  },
  {
    title: 'a key of an earlier version',
    raw: { appRegistryUser: 'bot' },
    messages: [
      'appRegistryUser is no key any more. Allowed: appRegistries, a login for each registry.\n    Fix: pulumi config set --path \'appRegistries["HOST"].user\' NAME; pulumi config rm appRegistryUser',
    ],
  },
  {
    title: 'appImage beside appSource',
    raw: {
      appImage:
        'ghcr.io/acme/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000',
      appSource: 'app',
    },
    messages: [
      'appSource = "app" is set beside appImage, but an image is not built. Allowed: either appImage or appSource.\n    Fix: pulumi config rm appSource',
    ],
  },
  {
    title: 'appEnv reserved name',
    raw: { appEnv: { APP_URL: 'https://example.com' } },
    messages: [
      "appEnv.APP_URL is set by the deployment itself. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appEnv.APP_URL'",
    ],
  },
  {
    title: 'appEnv bad name',
    raw: { appEnv: { 'MY-VAR': '1' } },
    messages: [
      "appEnv.MY-VAR has a name that an environment variable cannot have. Allowed: letters, digits and _, not beginning with a digit.\n    Fix: pulumi config rm --path 'appEnv.MY-VAR'",
    ],
  },
  {
    title: 'appEnv as list',
    raw: { appEnv: ['A=1'] },
    messages: [
      'appEnv = ["A=1"] is not an object. Allowed: names with values.\n    Fix: pulumi config set --path \'appEnv.NAME\' VALUE',
    ],
  },
  {
    title: 'appEnv nested',
    raw: { appEnv: { A: { b: 1 } } },
    messages: [
      'appEnv.A = {"b":1} is not a text. Allowed: a text, a number or a boolean.\n    Fix: pulumi config set --path \'appEnv.A\' VALUE',
    ],
  },
  {
    title: 'appEnv with a date, as the engine hands it over',
    raw: { appEnv: { SINCE: '2026-11-23 00:00:00 +0000 UTC' } },
    messages: [
      'appEnv.SINCE = "2026-11-23 00:00:00 +0000 UTC" is a date that YAML understood and the engine writes in its own way. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path \'appEnv.SINCE\' VALUE',
    ],
  },
  {
    title: 'appEnv with numbers that the settings file spells otherwise',
    raw: { appEnv: { ID: '1177210937346019389', MODE: 420, TEXT: '420', VERSION: 1.1, OTHER: 7 } },
    context: {
      readFile: (path) =>
        path === 'Pulumi.dev.yaml'
          ? 'config:\n  padlock:appEnv:\n    ID: 1177210937346019389\n    MODE: 0644\n    TEXT: "0644"\n    VERSION: 1.10\n    OTHER: 010\n'
          : undefined,
    },
    messages: [
      "appEnv.MODE is 0644 in Pulumi.dev.yaml, a number that arrives as 420. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.MODE' 0644",
      "appEnv.VERSION is 1.10 in Pulumi.dev.yaml, a number that arrives as 1.1. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.VERSION' 1.10",
    ],
  },
  {
    title: 'appEnv with such a number under a key without a prefix',
    raw: { appEnv: { MODE: 420 } },
    context: {
      readFile: (path) =>
        path === 'Pulumi.dev.yaml' ? 'config:\n  appEnv:\n    MODE: 0644\n' : undefined,
    },
    messages: [
      "appEnv.MODE is 0644 in Pulumi.dev.yaml, a number that arrives as 420. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.MODE' 0644",
    ],
  },
  {
    title: 'an empty secret',
    raw: { appSecrets: { TOKEN: '' } },
    messages: [
      'appSecrets.TOKEN = "(hidden)" is empty. Allowed: a secret of at least one character.\n    Fix: pulumi config set --secret --path \'appSecrets.TOKEN\' VALUE',
    ],
  },
  {
    title: 'acmeEmail with what is a placeholder to Caddy',
    raw: { acmeEmail: '{env.HOME}@example.com' },
    messages: [
      'acmeEmail = "{env.HOME}@example.com" has a character that stands for something else in the Caddyfile. Allowed: an e-mail address without { } ` #.\n    Fix: pulumi config set acmeEmail you@example.com',
    ],
  },
  {
    title: 'appSecrets in plain',
    raw: { appSecrets: { TOKEN: 'hunter2' } },
    context: { secretKeys: [] },
    messages: [
      "appSecrets is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret --path 'appSecrets.NAME' VALUE, and change the value: it has been seen",
    ],
  },
  {
    title: 'appSecrets nested',
    raw: { appSecrets: { TOKEN: { a: 'hunter2' } } },
    messages: [
      'appSecrets.TOKEN = "(hidden)" is not a text. Allowed: a text, a number or a boolean.\n    Fix: pulumi config set --secret --path \'appSecrets.TOKEN\' VALUE',
    ],
  },
  {
    title: 'appSecrets reserved name',
    raw: { appSecrets: { APP_SECRET_KEY: 'hunter2' } },
    messages: [
      "appSecrets.APP_SECRET_KEY is set by the deployment itself. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appSecrets.APP_SECRET_KEY'",
    ],
  },
  {
    title: 'a name both plain and secret',
    raw: { appEnv: { A: '1' }, appSecrets: { A: 'hunter2' } },
    messages: [
      "appSecrets.A is in appEnv as well. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appSecrets.A'",
    ],
  },
  {
    title: 'memory too small',
    raw: { appMemoryMiB: 16 },
    messages: [
      'appMemoryMiB = 16 is not a number of MiB. Allowed: a whole number from 64 to 65536.\n    Fix: pulumi config set appMemoryMiB 256',
    ],
  },
  {
    title: 'no replica',
    raw: { replicas: 0 },
    messages: [
      'replicas = 0 is not a number of replicas. Allowed: a whole number from 1 to 16.\n    Fix: pulumi config set replicas 1',
    ],
  },
  {
    title: 'a processor that no app starts with',
    raw: { appCpus: '0.01' },
    messages: [
      'appCpus = "0.01" is less than an app starts with. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set appCpus 0.5',
    ],
  },
  {
    title: 'processors that are no number',
    raw: { appCpus: 'half' },
    messages: [
      'appCpus = "half" is not a number of processors. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set appCpus 0.5',
    ],
  },
  {
    title: 'commands with an open quote, and with more than a line',
    raw: { appCommand: `gunicorn "shop`, releaseCommand: 'a\nb' },
    messages: [
      `appCommand = "gunicorn \\"shop" has a quote that is not closed. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set appCommand 'gunicorn --config gunicorn_conf.py shop.wsgi'`,
      `releaseCommand = "a\\nb" is more than a line. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set releaseCommand 'python manage.py migrate'`,
    ],
  },
  {
    title: 'a release command that nobody would wait for',
    raw: { releaseCommand: '  ', releaseSeconds: 3600 },
    messages: [
      `releaseCommand = "  " is empty. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set releaseCommand 'python manage.py migrate'`,
      'releaseSeconds = 3600 is not a number of seconds. Allowed: a whole number from 1 to 900.\n    Fix: pulumi config set releaseSeconds 300',
    ],
  },
  {
    title: 'processes that are none',
    raw: {
      processes: {
        web: { command: 'a' },
        nightly: { command: 'a', schedule: 'every night' },
        february: { command: 'a', schedule: '0 0 30 2 *' },
        late: { command: 'a', schedule: '0 25 * * *' },
        worker: { command: '', seconds: 60, memoryMiB: 8, cpus: 0.01 },
        mistyped: { command: 'a', shedule: '0 0 * * *' },
      },
    },
    messages: [
      "processes.web has a name that no unit can have. Allowed: up to 30 lower-case letters, digits and -, not web or release, which there are already.\n    Fix: pulumi config rm --path 'processes.web'",
      `processes.nightly.schedule = "every night" has not five fields but 2. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.nightly.schedule' '30 3 * * *'`,
      `processes.february.schedule = "0 0 30 2 *" never comes. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.february.schedule' '30 3 * * *'`,
      `processes.late.schedule = "0 25 * * *" names as hour 25. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.late.schedule' '30 3 * * *'`,
      `processes.worker.command = "" is empty. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set --path 'processes.worker.command' 'python worker.py'`,
      "processes.worker.memoryMiB = 8 is not a number of MiB. Allowed: a whole number from 64 to 65536.\n    Fix: pulumi config set --path 'processes.worker.memoryMiB' 256",
      "processes.worker.cpus = 0.01 is less than an app starts with. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set --path 'processes.worker.cpus' 0.5",
      "processes.worker.seconds = 60 is set for a worker, which has no end. Allowed: seconds of a schedule alone.\n    Fix: pulumi config rm --path 'processes.worker.seconds'",
      "processes.mistyped.shedule is wrong for a process. Allowed: a command, and with it schedule, memoryMiB, cpus and, for a schedule, seconds.\n    Fix: pulumi config set --path processes.worker.command 'python worker.py'",
    ],
  },
  {
    title: 'readyPath without slash',
    raw: { readyPath: 'readyz' },
    messages: [
      'readyPath = "readyz" is not a path. Allowed: a path that begins with /.\n    Fix: pulumi config set readyPath /readyz',
    ],
  },
  {
    title: 'no login, and nobody said that the site is public',
    raw: { login: 'none' },
    messages: [
      'login is none, so everybody may use the site. Allowed: none only where public says that it is meant.\n    Fix: pulumi config set public true, or pulumi config set login app',
      'allowedEmails lists people, but nobody logs in where login is none. Allowed: lists only with a login.\n    Fix: pulumi config rm allowedEmails',
    ],
  },
  {
    title: 'appPort beyond the last port',
    raw: { appPort: 70000 },
    messages: [
      'appPort = 70000 is not a TCP port, nor 0 for a unix socket. Allowed: a whole number from 0 to 65535.\n    Fix: pulumi config set appPort 8080',
    ],
  },
  {
    title: 'PORT beside appPort',
    raw: { appPort: 8080, appEnv: { PORT: '3000' } },
    messages: [
      "appEnv.PORT is set by appPort. Allowed: names other than PORT, each once.\n    Fix: pulumi config rm --path 'appEnv.PORT'",
    ],
  },
  {
    title: 'an answer that may take no time',
    raw: { responseSeconds: 1 },
    messages: [
      'responseSeconds = 1 is not a number of seconds. Allowed: a whole number from 5 to 3600.\n    Fix: pulumi config set responseSeconds 60',
    ],
  },
  {
    title: 'readySeconds too long',
    raw: { readySeconds: 3600 },
    messages: [
      'readySeconds = 3600 is not a number of seconds. Allowed: a whole number from 1 to 900.\n    Fix: pulumi config set readySeconds 90',
    ],
  },
  {
    title: 'hangSeconds below nothing',
    raw: { hangSeconds: -1 },
    messages: [
      'hangSeconds = -1 is not a number of seconds, nor 0 for never. Allowed: a whole number from 0 to 3600.\n    Fix: pulumi config set hangSeconds 90',
    ],
  },
  {
    title: 'environment unknown',
    raw: { environment: 'prod' },
    messages: [
      'environment = "prod" is not a kind of environment. Allowed: Development, Staging, Production.\n    Fix: pulumi config set environment Development',
    ],
  },
  {
    title: 'misspelt key',
    raw: { allowedEmail: ['ada@example.com'] },
    messages: [
      'allowedEmail is not a key of this project (did you mean allowedEmails?). Allowed: the keys in Pulumi.yaml.\n    Fix: pulumi config rm allowedEmail',
    ],
  },
  {
    title: 'unknown key',
    raw: { colour: 'blue' },
    messages: [
      'colour is not a key of this project. Allowed: the keys in Pulumi.yaml.\n    Fix: pulumi config rm colour',
    ],
  },
  {
    title: 'a key of the admin before the first',
    raw: { adminKeyVersion: 0 },
    messages: [
      'adminKeyVersion = 0 is not a version of a key. Allowed: a whole number from 1 to 1000000.\n    Fix: pulumi config set adminKeyVersion 1',
    ],
  },
  {
    title: 'protect as a word',
    raw: { protect: 'yes' },
    messages: [
      'protect = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set protect true',
    ],
  },
  {
    title: 'a key with line breaks, and one with a character that base64 lacks',
    raw: { adminSshKeys: ['ssh-rsa AAAA\nssh-rsa AAAA', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!'] },
    messages: [
      "adminSshKeys[0] = \"ssh-rsa AAAA\\nssh-rsa AAAA\" has more than one line. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
      "adminSshKeys[1] = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!\" is a damaged ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[1]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'a bad value that was set with --secret',
    raw: { acmeEmail: 'hunter2' },
    context: { secretKeys: ['acmeEmail'] },
    messages: [
      'acmeEmail = "(hidden)" is not an e-mail address. Allowed: an e-mail address without { } ` #.\n    Fix: pulumi config set acmeEmail you@example.com',
    ],
  },
  {
    title: 'several things wrong with caddyRepository',
    raw: { caddyRepository: { url: 7, suite: '*', key: 'gone.asc' } },
    messages: [
      'caddyRepository.url = 7 is not a text. Allowed: an http or https URL.\n    Fix: pulumi config set --path caddyRepository.url https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
      'caddyRepository.suite = "*" is not the name of a suite. Allowed: letters, digits, . _ - /.\n    Fix: pulumi config set --path caddyRepository.suite any-version',
      'caddyRepository.key = "gone.asc" is a file that cannot be read. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'appEnv with a name that JavaScript has for itself',
    raw: { appEnv: { constructor: '1' } },
    messages: [
      'appEnv = {"constructor":"1"} has one of the names constructor, prototype, __proto__. Allowed: other names.\n    Fix: pulumi config rm --path \'appEnv.NAME\'',
    ],
  },
]
