import type * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { Dns } from './dns.ts'
import { DuckDns } from './duckdns/index.ts'
import type { Host } from './host.ts'
import type { Place } from './place.ts'
import { ExternalRecords } from './records/index.ts'
import type { Former } from './state.ts'
import type { Way } from './way.ts'

/** What makes the site's name lead to its address. */
export interface SiteName {
  /** URN of the zone where the stack made it. */
  zoneUrn?: pulumi.Output<string>
  /** The name leads there once these are done. */
  records: pulumi.Resource[]
  /** What the further names are asked after; grows with `leadTo`. */
  further?: pulumi.Resource[]
  /** The name leads to the droplet's own IPv6 address once the site there has been asked. */
  leadTo(ipv6: pulumi.Output<string>, serving: pulumi.Resource): pulumi.Resource | undefined
  /** Where an A record moves: goes on when no resolver knows the old address any more. */
  awaitResolvers?(type: 'A', address: pulumi.Input<string>, after: pulumi.Resource[]): void
}

export interface SiteNameArgs {
  place: Place
  host: Host
  way: Way
  ipv4: pulumi.Input<string>
  /** The address leads to the host. */
  settled: pulumi.Resource
  /** What the stack consists of before this update. */
  state: Former[]
}

/** Where the site's name comes from, by the key `dns`. */
export function siteName(
  name: string,
  { dns, certificates, site, host: { ipv6 } }: Settings,
  { place, host, way, ipv4, settled, state }: SiteNameArgs,
  opts: pulumi.ComponentResourceOptions,
): SiteName {
  const { dnsServer } = certificates
  switch (dns.source) {
    // The address stands in the name, or is all there is.
    case 'sslip':
    case 'none':
      return { records: [settled], leadTo: () => undefined }
    case 'duckdns':
      if (!dns.duckdns) throw new Error('siteName: DuckDNS needs its settings')
      return new DuckDns(
        name,
        {
          ...dns.duckdns,
          ...{ hostname: place.hostname, zone: place.zone, dnsServer, ipv4, after: [settled] },
        },
        opts,
      )
    case 'external':
      if (!site.hostname) throw new Error('siteName: records elsewhere need a name')
      return new ExternalRecords(
        name,
        {
          ...dns,
          hostname: site.hostname,
          dnsServer,
          ipv4,
          ipv6: ipv6 ? host.ipv6Address : undefined,
          after: [settled],
          state,
        },
        opts,
      )
    case 'digitalocean':
      return new Dns(
        name,
        {
          ...dns,
          hostname: place.hostname,
          dnsServer,
          ipv4,
          ownAddress: !way.reserves,
          leadsAfter: way.moves && way.named ? settled : undefined,
        },
        opts,
      )
  }
}
