/** What the key `dns` goes with. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { bareAddress } from './bare-address.ts'

const PUBLIC = 'acme-v02.api.letsencrypt.org'

const OURS_ALONE = (value: string) =>
  message(
    `is set beside dns = "${value}", where the stack has no zone at DigitalOcean`,
    'only with dns = "digitalocean"',
    'pulumi config rm {path}, or pulumi config set dns digitalocean',
  )

const NO_ZONE = message(
  'is not set',
  'a lower-case DNS name with at least one dot',
  'pulumi config set {path} example.com',
)
const MADE_OF_ADDRESS = message(
  'is set, but with dns = "sslip" the name is made of the address alone',
  'only with dns = "digitalocean" or "external"',
  'pulumi config rm {path}',
)
const IN_DUCKDNS = message(
  'is set, but with dns = "duckdns" the name lies in duckdns.org',
  'only with dns = "digitalocean" or "external"',
  'pulumi config rm {path}',
)
const NO_LABEL = message(
  'is no domain of an account at DuckDNS',
  'its domain without .duckdns.org, one label; empty means the stack’s name',
  'pulumi config set {path} shop',
)
const NO_TOKEN = message(
  'is not set',
  'the token that duckdns.org shows to its account, where dns is duckdns',
  'pulumi config set --secret {path}',
)
const SHARED_LIMIT = message(
  "is Let's Encrypt's public one, whose weekly limit all names below sslip.io share and have used up",
  "Let's Encrypt's staging directory or an authority of your own, where dns is sslip; or allowSharedLimit",
  'pulumi config set {path} https://acme-staging-v02.api.letsencrypt.org/directory, or pulumi config set allowSharedLimit true',
)

/** Keys of a zone at DigitalOcean mean nothing where there is none. */
export function nameSource(values: Values, report: Report): void {
  const { dns, manageZone, keepZone } = values
  if (typeof dns !== 'string') return
  const { zone, subdomain } = values
  if (dns === 'none') bareAddress(values, report)
  else if (dns === 'sslip') {
    for (const [key, value] of Object.entries({ zone, subdomain })) {
      if (value !== '') report(key, MADE_OF_ADDRESS, { show: true })
    }
    sharedLimit(values, report)
  } else if (dns === 'duckdns') {
    if (zone !== '') report('zone', IN_DUCKDNS, { show: true })
    if (!/^[a-z0-9-]*$/.test(subdomain)) report('subdomain', NO_LABEL, { show: true })
    if (values.duckdnsToken === '') report('duckdnsToken', NO_TOKEN)
  } else if (zone === '') report('zone', NO_ZONE)
  if (dns === 'digitalocean') return
  if (manageZone) report('manageZone', OURS_ALONE(dns), { show: true })
  if (keepZone) report('keepZone', OURS_ALONE(dns), { show: true })
}

function sharedLimit({ tls, acmeDirectory, allowSharedLimit }: Values, report: Report): void {
  if (tls !== 'acme' || allowSharedLimit || !URL.canParse(acmeDirectory)) return
  const { hostname } = new URL(acmeDirectory)
  if (hostname === PUBLIC) report('acmeDirectory', SHARED_LIMIT, { show: true })
}
