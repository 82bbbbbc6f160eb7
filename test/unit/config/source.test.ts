import type { ConfigurationError } from '../../../config/error.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const duckdnsToken = '01234567-89ab-4cde-8f01-23456789abcd'

function problems(raw: RawConfig): string[] {
  try {
    parse({ ...defaults, ...good, ...raw }, context({ secretKeys: ['duckdnsToken'] }))
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

const sslip = { dns: 'sslip', zone: '' }

test('whoever insists may ask the public authority for a name below sslip.io', () => {
  expect(problems(sslip)).toEqual([expect.stringMatching(/^acmeDirectory = .* have used up\./)])
  expect(problems({ ...sslip, allowSharedLimit: true })).toEqual([])
})

test.each([
  { acmeDirectory: 'https://acme-staging-v02.api.letsencrypt.org/directory' },
  { acmeDirectory: 'https://acme.corp.example/directory' },
  { tls: 'private' },
])('and who does not ask it needs not: %j', (more) => {
  expect(problems({ ...sslip, ...more })).toEqual([])
})

test('keys of another source of names are told, and its own are not', () => {
  const idle = (key: string, source: string) =>
    `${key} is set beside dns = "digitalocean", where it means nothing. Allowed: only with dns = "${source}".\n    Fix: pulumi config rm ${key}, or pulumi config set dns ${source}`
  const duckdnsApi = 'https://api.corp.example'
  expect(problems({ allowSharedLimit: true, duckdnsToken, duckdnsApi })).toEqual([
    idle('allowSharedLimit', 'sslip'),
    idle('duckdnsToken', 'duckdns'),
    idle('duckdnsApi', 'duckdns'),
  ])
  expect(problems({ dns: 'duckdns', zone: '', duckdnsToken, duckdnsApi })).toEqual([])
  const plain = { dns: 'duckdns', zone: '', duckdnsToken, duckdnsApi: 'http://api.corp.example' }
  expect(problems(plain)).toEqual([
    'duckdnsApi = "http://api.corp.example" is not https. Allowed: an https URL without a path.\n    Fix: pulumi config set duckdnsApi https://www.duckdns.org',
  ])
})
