import * as pulumi from '@pulumi/pulumi'
import type { SiteSettings } from '../config/settings.ts'
import { siteHost, siteUrl } from '../config/site/site-url.ts'

/** Where visitors find the site. */
export interface Place extends Omit<SiteSettings, 'hostname' | 'url'> {
  hostname: pulumi.Input<string>
  /** Public base URL without a final slash. */
  url: pulumi.Input<string>
  /** The host as browsers send it, with the port only where it is not the scheme's own. */
  host: pulumi.Input<string>
}

/**
 * The site's name: as configured, or made of its address, which must be one that stays.
 * @param address the reserved IP; absent where there is none
 */
export function placeOf(site: SiteSettings, address?: pulumi.Output<string>): Place {
  const hostname = site.hostname ?? address?.apply((ip) => nameOf(ip, site.zone))
  if (hostname === undefined)
    throw new Error('placeOf: a name that is made of an address needs one')
  return {
    ...site,
    hostname,
    url: onceKnown(hostname, (name) => siteUrl(name, site)),
    host: onceKnown(hostname, (name) => siteHost(name, site)),
  }
}

/** sslip.io's servers answer with the address that stands in a name, its dots as hyphens. */
const nameOf = (ip: string, zone: string) => (zone ? `${ip.replaceAll('.', '-')}.${zone}` : ip)

/** A plain text stays one, so that a preview shows what is made of it. */
export const onceKnown = <T>(
  text: pulumi.Input<string>,
  make: (text: string) => T,
): pulumi.Input<T> =>
  typeof text === 'string' ? make(text) : (pulumi.output(text).apply(make) as pulumi.Output<T>)
