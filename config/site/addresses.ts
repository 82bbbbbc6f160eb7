/** What the site is called and where it answers, by the keys' values. */
import type { Values } from '../rules.ts'
import type { TunnelSettings } from '../tunnels/index.ts'
import { type Alias, recordNameIn } from './aliases.ts'
import { caaIssuer } from './caa.ts'
import { hostnameOf, label } from './names.ts'
import { siteUrl } from './site-url.ts'

const DUCKDNS = 'duckdns.org'

/** The zone that the site's name is in, and the name where it is known before the address. */
export function named({ dns, zone, subdomain }: Values, stack: string) {
  if (dns === 'sslip') return { zone: 'sslip.io', recordName: '@' }
  if (dns === 'none') return { zone: '', recordName: '@' }
  const recordName = subdomain || label(stack)
  if (dns === 'duckdns') return { zone: DUCKDNS, recordName, hostname: `${recordName}.${DUCKDNS}` }
  return { zone, recordName, hostname: hostnameOf({ zone, subdomain }, stack) }
}

/** Sorted by name; undefined where there are none. */
export function aliasesOf(values: Values, plain?: boolean): Alias[] | undefined {
  const named = Object.entries(values.aliases)
  if (named.length === 0) return undefined
  return named.map(([hostname, mode]) => {
    const recordName = recordNameIn(values.zone, hostname) ?? ''
    return {
      hostname,
      recordName,
      url: siteUrl(hostname, { ...values, plain }),
      serves: mode === 'serve',
      caaIssuer: caaIssuer(values, recordName),
    }
  })
}

/** Beside the site's own; undefined where there are none. */
export function answeredUrls(aliases: Alias[] | undefined, tunnels: TunnelSettings[] | undefined) {
  const served = aliases?.filter(({ serves }) => serves)
  return tunnels || served
    ? [...(served ?? []), ...(tunnels ?? [])].map(({ url }) => url)
    : undefined
}

/** Those of the tunnels that a login comes back to: the program's own, or the one in front of it. */
export function loginsAt(tunnels: TunnelSettings[] | undefined, login: string) {
  const some = tunnels?.filter(({ open }) => login === 'app' || !open) ?? []
  return some.length > 0 ? some : undefined
}
