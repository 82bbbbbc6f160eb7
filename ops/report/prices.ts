/** What the API sells, US dollars. */
export interface Prices {
  /** By slug. */
  sizes: Record<string, { monthly: number; hourly: number }>
}

/** A page of `GET /v2/sizes`, as far as prices go. */
export interface SizesPage {
  sizes: { slug: string; price_monthly: number; price_hourly: number }[]
}

export function pricesOf(pages: SizesPage[]): Prices {
  const rows = pages.flatMap(({ sizes }) => sizes)
  return {
    sizes: Object.fromEntries(
      rows.map(({ slug, price_monthly, price_hourly }) => [
        slug,
        { monthly: price_monthly, hourly: price_hourly },
      ]),
    ),
  }
}

/** An hour costs a month's price by 672: DigitalOcean caps a month at 28 days (its pricing page). */
export const HOURS_A_MONTH = 672

/**
 * The public list prices of what has none in the API, US dollars a month, 2026:
 * - reserved IP: free while assigned,
 *   https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/
 * - volume, a GiB: https://docs.digitalocean.com/products/volumes/details/pricing/
 * - load balancer, a node:
 *   https://docs.digitalocean.com/products/networking/load-balancers/details/pricing/
 * - backups, a share of the droplet's price:
 *   https://docs.digitalocean.com/products/backups/details/pricing/
 */
export const LIST_PRICES = {
  unassignedReservedIp: 5,
  volumeGiB: 0.1,
  loadBalancerNode: 12,
  weeklyBackups: 0.2,
  dailyBackups: 0.3,
} as const

/**
 * The share of a droplet's price that its backups add.
 * @param plan of the backup policy; weekly if absent
 */
export const backups = (plan?: string): number =>
  plan === 'daily' ? LIST_PRICES.dailyBackups : LIST_PRICES.weeklyBackups

/**
 * Kinds of DigitalOcean's resources that cost nothing by themselves
 * (https://www.digitalocean.com/pricing): names, rules, groups, keys.
 */
export const FREE = new Set([
  'Certificate',
  'DatabaseConnectionPool',
  'DatabaseDb',
  'DatabaseFirewall',
  'DatabaseUser',
  'DnsRecord',
  'Domain',
  'Firewall',
  'MonitorAlert',
  'Project',
  'ProjectResources',
  'ReservedIpAssignment',
  'ReservedIpv6',
  'ReservedIpv6Assignment',
  'SshKey',
  'Tag',
  'UptimeAlert',
  'VolumeAttachment',
  'Vpc',
])
