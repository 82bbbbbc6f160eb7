import type { BadConfiguration } from './bad-configuration.ts'

/** Where the name comes from. */
export const names: BadConfiguration[] = [
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
      'duckdnsToken is not set. Allowed: the token that duckdns.org shows to its account, where dns is duckdns.\n    Fix: pulumi config set --secret duckdnsToken',
    ],
  },
  {
    title: 'a token of DuckDNS that is none',
    raw: { duckdnsToken: 'hunter2' },
    messages: [
      'duckdnsToken = "(hidden)" is not a token of DuckDNS. Allowed: the token that duckdns.org shows to its account (32 hex digits in five groups).\n    Fix: pulumi config set duckdnsToken --secret',
    ],
  },
  {
    title: 'a token of DuckDNS in plain text',
    raw: { dns: 'duckdns', zone: '', duckdnsToken: '01234567-89ab-4cde-8f01-23456789abcd' },
    messages: [
      'duckdnsToken is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret duckdnsToken, and change the value: it has been seen',
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
    title: 'a wait for records of more than a day',
    raw: { delegationMinutes: 1441 },
    messages: [
      'delegationMinutes = 1441 is not a number of minutes. Allowed: a whole number from 0 to 1440.\n    Fix: pulumi config set delegationMinutes 15',
    ],
  },
  {
    title: 'a name server by its name',
    raw: { dnsServer: 'ns1.example.com' },
    messages: [
      'dnsServer = "ns1.example.com" is not an address with a port. Allowed: an IP address with a port.\n    Fix: pulumi config set dnsServer 192.0.2.53:53',
    ],
  },
  {
    title: 'allowSharedLimit as a word',
    raw: { allowSharedLimit: 'yes' },
    messages: [
      'allowSharedLimit = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set allowSharedLimit false',
    ],
  },
  {
    title: 'an alias that is neither served nor leads on',
    raw: { aliases: { 'shop.example.com': 'move' } },
    messages: [
      'aliases["shop.example.com"] = "move" is neither redirect nor serve. Allowed: redirect, serve.\n    Fix: pulumi config set --path \'aliases["shop.example.com"]\' redirect',
    ],
  },
  {
    title: 'DuckDNS without TLS',
    raw: {
      ...{ dns: 'duckdns', zone: undefined, subdomain: 'ada', duckdnsApi: 'http://duckdns.org' },
      duckdnsToken: '00000000-0000-0000-0000-000000000000',
    },
    context: { secretKeys: ['duckdnsToken'] },
    messages: [
      'duckdnsApi = "http://duckdns.org" is not https. Allowed: an https URL without a path.\n    Fix: pulumi config set duckdnsApi https://www.duckdns.org',
    ],
  },
]
