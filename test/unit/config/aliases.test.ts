import type { ConfigurationError } from '../../../config/error.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) =>
  parse({ ...defaults, ...good, subdomain: 'app', ...raw }, context())

function problems(raw: Record<string, unknown>): string[] {
  try {
    read(raw)
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

const NAMES =
  'Allowed: names of the zone in lower case, none twice, other letters as punycode (xn--…), each with redirect or serve.'
const bad = (name: string, wrong: string, allowed = NAMES) =>
  `aliases["${name}"] ${wrong}. ${allowed}\n    Fix: pulumi config rm --path 'aliases["${name}"]'`

test.each<[string, string]>([
  ['*.example.com', 'is a wildcard'],
  ['WWW.example.com', 'has capital letters'],
  ['www.example.com.', 'ends in a dot'],
  ['192.0.2.1', 'is an address, not a name'],
  ['bücher.example.com', 'is not a DNS name'],
  ['a_b.example.com', 'is not a DNS name'],
  ['www.example.com:8443', 'is not a DNS name'],
  ['https://www.example.com', 'is not a DNS name'],
])('%s %s', (name, wrong) => {
  expect(problems({ aliases: { [name]: 'redirect' } })).toEqual([bad(name, wrong)])
})

test('a label alone is no name of the zone', () => {
  expect(problems({ aliases: { www: 'redirect' } })).toEqual([
    `aliases.www has no dot. ${NAMES}\n    Fix: pulumi config rm --path 'aliases.www'`,
  ])
})

test('a name of another zone, and the site’s own', () => {
  const foreign = 'is not in the zone example.com, where the records of the stack are'
  const ours = 'Allowed: example.com, and names that end in .example.com.'
  const aliases = {
    'app.example.com': 'serve',
    'badexample.com': 'redirect',
    'shop.example.org': 'serve',
  }
  expect(problems({ aliases })).toEqual([
    bad('app.example.com', 'is the site’s own name', 'Allowed: other names of the zone.'),
    bad('badexample.com', foreign, ours),
    bad('shop.example.org', foreign, ours),
  ])
})

test('a mode that there is not, and a list', () => {
  expect(problems({ aliases: { 'www.example.com': 'redirects' } })).toEqual([
    'aliases["www.example.com"] = "redirects" is neither redirect nor serve. Allowed: redirect, serve.\n' +
      '    Fix: pulumi config set --path \'aliases["www.example.com"]\' redirect',
  ])
  expect(problems({ aliases: ['www.example.com'] })).toEqual([
    'aliases = ["www.example.com"] is not an object. Allowed: names, each with redirect or serve.\n' +
      '    Fix: pulumi config set --path \'aliases["www.example.com"]\' redirect',
  ])
})

test.each([{ expires: '2026-12-01T09:00Z' }, { ephemeral: true }])(
  'an environment has no further names: %j',
  (raw) => {
    expect(problems({ aliases: { 'www.example.com': 'redirect' }, ...raw })).toEqual([
      'aliases are set for a stack that comes and goes (expires, ephemeral), and would be the same names for each. ' +
        'Allowed: aliases only for a stack that stays.\n' +
        '    Fix: pulumi config rm aliases (in Pulumi.preview.yaml for all environments)',
    ])
  },
)

test('where the name is made by others than a zone’s owner there are none', () => {
  const aliases = { 'www.example.com': 'serve' }
  expect(problems({ aliases, dns: 'sslip', zone: undefined, subdomain: undefined })).toContain(
    'aliases are set beside dns = "sslip", where the stack makes no records. Allowed: only with dns = "digitalocean" or "external".\n' +
      '    Fix: pulumi config rm aliases, or pulumi config set dns digitalocean',
  )
  expect(problems({ aliases, dns: 'external' })).toEqual([])
  expect(problems({ aliases: { 'www.example.org': 'serve' }, dns: 'external' })).toEqual([
    expect.stringContaining('is not in the zone example.com'),
  ])
})

test('names in their order, with records, URLs and CAA; only served ones take part in the login', () => {
  const aliases = { 'www.example.com': 'redirect', 'shop.example.com': 'serve' }
  const { site, dns, identity } = read({ aliases: { ...aliases, 'example.com': 'redirect' } })
  expect(site.aliases).toEqual([
    // A record there would bind every name of the zone.
    {
      hostname: 'example.com',
      recordName: '@',
      url: 'https://example.com',
      serves: false,
      caaIssuer: undefined,
    },
    {
      hostname: 'shop.example.com',
      recordName: 'shop',
      url: 'https://shop.example.com',
      serves: true,
      caaIssuer: 'letsencrypt.org',
    },
    {
      hostname: 'www.example.com',
      recordName: 'www',
      url: 'https://www.example.com',
      serves: false,
      caaIssuer: 'letsencrypt.org',
    },
  ])
  expect(dns.aliases).toEqual(site.aliases)
  expect(identity?.aliasUrls).toEqual(['https://shop.example.com'])
})

test('the zone’s own name with www beside it, and a port that is not the usual one', () => {
  const { site } = read({
    subdomain: '@',
    httpsPort: 8443,
    aliases: { 'www.example.com': 'redirect' },
  })
  expect(site.aliases?.map(({ url }) => url)).toEqual(['https://www.example.com:8443'])
})
