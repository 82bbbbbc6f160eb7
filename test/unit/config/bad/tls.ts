import type { BadConfiguration } from './bad-configuration.ts'

/** How connections are secured. */
export const tls: BadConfiguration[] = [
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
    title: 'acmeEmail with what is a placeholder to Caddy',
    raw: { acmeEmail: '{env.HOME}@example.com' },
    messages: [
      'acmeEmail = "{env.HOME}@example.com" has a character that stands for something else in the Caddyfile. Allowed: an e-mail address without { } ` #.\n    Fix: pulumi config set acmeEmail you@example.com',
    ],
  },
]
