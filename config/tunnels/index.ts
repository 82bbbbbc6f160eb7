import type { Values } from '../rules.ts'
import { siteUrl } from '../site/site-url.ts'

/** A name that leads to a program on a developer's computer while he is connected. */
export interface TunnelSettings {
  /** Of its socket on the host, and the first label of the hostname. */
  name: string
  /** Fully qualified, no final dot. */
  hostname: string
  /** Record name inside the zone. */
  recordName: string
  /** Public base URL without a final slash. */
  url: string
  /** Is it for everybody, without a password or a login? */
  open: boolean
}

/** A further name of the stack: an alias of the site, or a tunnel. */
export interface FurtherName {
  /** Fully qualified, no final dot. */
  hostname: string
  /** Record name inside the zone. */
  recordName: string
  /** As CAA records name the certificate authority; absent for none. */
  caaIssuer?: string
  /** The key that lists it, where that is not `aliases`. */
  of?: 'tunnels'
}

/** All further names of the stack; undefined where there are none. */
export function furtherNames(
  aliases: FurtherName[] | undefined,
  tunnels: TunnelSettings[] | undefined,
): FurtherName[] | undefined {
  if (!tunnels) return aliases
  const named = tunnels.map(({ hostname, recordName }) => ({ hostname, recordName }))
  return [...(aliases ?? []), ...named.map((one) => ({ ...one, of: 'tunnels' as const }))]
}

type Keys = Pick<Values, 'tunnels' | 'publicTunnels' | 'httpPort' | 'httpsPort'>

/** Of the site. */
interface Site {
  /** Absent where it is made of the address. */
  hostname?: string
  /** `@` for the zone itself. */
  recordName: string
}

/** Sorted by name; undefined where there are none. */
export function tunnelsOf(
  { tunnels, publicTunnels, ...ports }: Keys,
  { hostname, recordName }: Site,
): TunnelSettings[] | undefined {
  if (tunnels.length === 0 || hostname === undefined) return undefined
  return [...tunnels].sort().map((name) => ({
    name,
    hostname: `${name}.${hostname}`,
    recordName: recordName === '@' ? name : `${name}.${recordName}`,
    url: siteUrl(`${name}.${hostname}`, ports),
    open: publicTunnels.includes(name),
  }))
}
