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

/**
 * List prices of droplets and of database nodes by size, US dollars a month, so that a pull request
 * from a fork, which sees no credentials, is judged too:
 * https://www.digitalocean.com/pricing/droplets, /managed-databases.
 */
export const SIZES: Record<string, number> = {
  's-1vcpu-512mb-10gb': 4,
  's-1vcpu-1gb': 6,
  's-1vcpu-1gb-amd': 7,
  's-1vcpu-1gb-intel': 7,
  's-1vcpu-2gb': 12,
  's-1vcpu-2gb-amd': 14,
  's-1vcpu-2gb-intel': 14,
  's-2vcpu-2gb': 18,
  's-2vcpu-2gb-amd': 21,
  's-2vcpu-4gb': 24,
  's-2vcpu-4gb-amd': 28,
  's-2vcpu-4gb-intel': 28,
  'c-2': 42,
  's-4vcpu-8gb': 48,
  's-4vcpu-8gb-amd': 56,
  'g-2vcpu-8gb': 63,
  'm-2vcpu-16gb': 84,
  's-8vcpu-16gb': 96,
  'db-s-1vcpu-1gb': 15.15,
  'db-s-1vcpu-2gb': 30.45,
  'db-s-2vcpu-4gb': 60.9,
  'db-s-4vcpu-8gb': 122.1,
}

/**
 * What a resource costs a month, in US dollars; undefined where the list has no price for it.
 * @param sizes default: {@link SIZES}
 */
export function monthlyPrice(
  type: string,
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type
  props: Record<string, any>,
  sizes = SIZES,
): number | undefined {
  const size = (slug: unknown, factor: number) => {
    const price = sizes[String(slug)]
    return price === undefined ? undefined : price * factor
  }
  switch (type) {
    case 'digitalocean:index/droplet:Droplet':
      return size(props.size, props.backups ? 1 + backups(props.backupPolicy?.plan) : 1)
    case 'digitalocean:index/databaseCluster:DatabaseCluster':
      return size(props.size, props.nodeCount ?? 1)
    case 'digitalocean:index/volume:Volume':
      return props.size * LIST_PRICES.volumeGiB
    case 'digitalocean:index/loadBalancer:LoadBalancer':
      return (props.sizeUnit ?? 1) * LIST_PRICES.loadBalancerNode
    case 'digitalocean:index/reservedIp:ReservedIp':
      // As long as it is assigned, which a resource by itself does not tell.
      return 0
    default:
      return type.startsWith('digitalocean:') && !FREE.has(type.split(':')[2] ?? '') ? undefined : 0
  }
}
