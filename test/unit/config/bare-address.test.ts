/** `dns: none`: what goes with a site that is at its address, and what needs a name. */
import type { ConfigurationError } from '../../../config/error.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) =>
  parse({ ...defaults, ...good, zone: '', dns: 'none', ...raw }, context())

function problems(raw: Record<string, unknown>): string[] {
  try {
    read(raw)
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

const NAMED = 'Allowed: only with dns = "digitalocean" or "external".'
const google = {
  provider: 'google',
  clientId: '1-a.apps.googleusercontent.com',
  clientSecret: 'hunter2',
}

test.each<[string, Record<string, unknown>, string[]]>([
  [
    'names for a site without one',
    { zone: 'example.com', subdomain: 'www' },
    ['zone = "example.com"', 'subdomain = "www"'].map(
      (what) =>
        `${what} is set, but with dns = "none" the site has no name. ${NAMED}\n    Fix: pulumi config rm ${what.split(' ')[0]}`,
    ),
  ],
  [
    'an authority for CAA records',
    { caaIssuer: 'letsencrypt.org' },
    [
      `caaIssuer = "letsencrypt.org" is set, but with dns = "none" there is no name that a CAA record could be at. ${NAMED}\n    Fix: pulumi config rm caaIssuer`,
    ],
  ],
  [
    'a zone of the stack’s own',
    { manageZone: true },
    [
      'manageZone = true is set beside dns = "none", where the stack has no zone at DigitalOcean. Allowed: only with dns = "digitalocean".\n    Fix: pulumi config rm manageZone, or pulumi config set dns digitalocean',
    ],
  ],
  [
    'further names',
    { aliases: { 'www.example.com': 'redirect' } },
    [
      'aliases are set beside dns = "none", where the stack makes no records. Allowed: only with dns = "digitalocean" or "external".\n    Fix: pulumi config rm aliases, or pulumi config set dns digitalocean',
    ],
  ],
  [
    'tunnels',
    { tunnels: ['demo'] },
    [
      'tunnels is set where the stack makes no records, and each tunnel needs one. Allowed: tunnels only where dns is digitalocean.\n    Fix: pulumi config rm tunnels',
    ],
  ],
  [
    'a login at Google',
    google,
    [
      'provider = "google" is set beside dns = "none", and Google takes no callback at a bare address. Allowed: google only where the site has a name; auth0 or oidc with dns = "none".\n    Fix: pulumi config set dns duckdns, or pulumi config rm provider',
    ],
  ],
  [
    'an authority that certifies no addresses',
    { acmeDirectory: 'https://acme.zerossl.com/v2/DV90' },
    [
      'acmeDirectory = "https://acme.zerossl.com/v2/DV90" is of an authority without the profile shortlived, in which addresses are certified. Allowed: Let\'s Encrypt\'s directories or an authority of your own that has this profile, where dns is none.\n    Fix: pulumi config rm acmeDirectory, or pulumi config set tls private',
    ],
  ],
])('%s', (_, raw, expected) => {
  const [first, ...more] = problems(raw).filter((one) => !one.startsWith('clientSecret'))
  expect([first, ...more]).toEqual(expected)
})

test.each([
  {},
  { caaIssuer: 'none' },
  { tls: 'private', clientCertificates: ['alice'], clientAuth: 'require' },
  { expires: '2027-01-01T09:00Z' },
  { acmeDirectory: 'https://ca.example.com/directory' },
  { tls: 'private', acmeDirectory: 'https://acme.zerossl.com/v2/DV90' },
])('goes with %j', (raw) => {
  const { site, dns } = read(raw)
  expect(site).toMatchObject({ zone: '', hostname: undefined })
  expect(dns).toMatchObject({ source: 'none', manageZone: false, caaIssuer: undefined })
})
