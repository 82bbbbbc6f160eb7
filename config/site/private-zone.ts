import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

/** Names that the root zone never leads to (RFC 6762, RFC 8375, ICANN's resolution 2024.07.29.06), and those in use like them. */
const PRIVATE = ['internal', 'local', 'lan', 'home', 'corp', 'intranet', 'private', 'home.arpa']

/** Is the zone known to nobody but the name servers of some network? */
export const isPrivateZone = (zone: string): boolean =>
  PRIVATE.some((name) => `.${zone}`.endsWith(`.${name}`))

const NOBODY_LEADS = message(
  'is a name that no public name server leads to, and dnsServer names none that does',
  'a zone below a public domain, or this one with a dnsServer',
  'pulumi config set dnsServer 10.0.0.53:53',
)

/** Before anything is made, what the last step of an update would say. */
export function privateZoneIsServed({ zone, dns, dnsServer }: Values, report: Report): void {
  // A value of another type is told by itself.
  if (dns === 'digitalocean' && dnsServer === '' && isPrivateZone(String(zone))) {
    report('zone', NOBODY_LEADS, { show: true })
  }
}
