/** An hour costs a month's price by 672: DigitalOcean caps a month at 28 days (its pricing page). */
export const HOURS_A_MONTH = 672

/**
 * The public list prices of what has none in the API, US dollars a month, 2026:
 * - reserved IP: free while assigned,
 *   https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/
 * - volume, a GiB: https://docs.digitalocean.com/products/volumes/details/pricing/
 * - container registry, by tier, without what goes beyond it:
 *   https://docs.digitalocean.com/products/container-registry/details/pricing/
 * - load balancer, a node:
 *   https://docs.digitalocean.com/products/networking/load-balancers/details/pricing/
 * - Spaces, all buckets of an account together, with 250 GiB, versions that were overwritten included:
 *   https://docs.digitalocean.com/products/spaces/details/pricing/
 */
export const LIST_PRICES = {
  unassignedReservedIp: 5,
  volumeGiB: 0.1,
  loadBalancerNode: 12,
  spaces: 5,
} as const

const REGISTRY_TIERS: Record<string, number> = { starter: 0, basic: 5, professional: 20 }

/**
 * The share of a droplet's price that its backups add, by the plan of the backup policy:
 * https://docs.digitalocean.com/products/backups/details/pricing/
 */
const BACKUPS = { weekly: 0.2, daily: 0.3 } as const

/**
 * Kinds of DigitalOcean's resources that cost nothing by themselves
 * (https://www.digitalocean.com/pricing): names, rules, groups, keys.
 */
export const FREE = new Set([
  'Certificate',
  'ContainerRegistryDockerCredentials',
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
  'SpacesKey',
  'SshKey',
  'Tag',
  'UptimeAlert',
  'VolumeAttachment',
  'Vpc',
])

/**
 * List prices of droplets by size, US dollars a month, so that a pull request from a fork, which sees
 * no credentials, is judged too: https://www.digitalocean.com/pricing/droplets.
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
}

/**
 * List prices of a database cluster's node by size, US dollars a month. A slug such as `gd-2vcpu-8gb`
 * is a droplet's as well, at another price; no API has these:
 * https://www.digitalocean.com/pricing/managed-databases.
 */
export const DATABASE_SIZES: Record<string, number> = {
  'db-s-1vcpu-1gb': 15.15,
  'db-s-1vcpu-2gb': 30.45,
  'db-s-2vcpu-4gb': 60.9,
  'db-s-4vcpu-8gb': 122.1,
}

/** What one resource costs. */
export interface Price {
  /** US dollars a month. */
  monthly: number
  /** How the price comes about, such as the size; empty for what is free. */
  note: string
}

/** Is it a bucket of Spaces, which an account pays for once? */
export const isBucket = (type: string): boolean => type.endsWith(':SpacesBucket')

interface PriceOptions {
  sizes?: Record<string, number>
  databases?: Record<string, number>
  assigned?: boolean
  subscribed?: boolean
}

const FREE_OF_CHARGE: Price = { monthly: 0, note: '' }

/**
 * What a resource costs; undefined where no price is known. Traffic is not counted.
 * @param type as in `digitalocean:index/droplet:Droplet`; what is not DigitalOcean's costs nothing
 * @param sizes US dollars a month by a droplet's size slug
 * @param databases US dollars a month by the size slug of a database node
 * @param assigned a reserved IP is; its own properties need not tell
 * @param subscribed another bucket has the subscription to Spaces on its bill
 */
export function price(
  type: string,
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type
  props: Record<string, any>,
  {
    sizes = SIZES,
    databases = DATABASE_SIZES,
    assigned = true,
    subscribed = false,
  }: PriceOptions = {},
): Price | undefined {
  if (!type.startsWith('digitalocean:')) return FREE_OF_CHARGE
  const times = (dollars: number | undefined, factor: number, note: string) =>
    dollars === undefined || !Number.isFinite(dollars * factor)
      ? undefined
      : { monthly: Math.round(dollars * factor * 100) / 100, note }
  const kind = type.split(':')[2] ?? ''
  switch (kind) {
    case 'Droplet': {
      const plan = props.backupPolicy?.plan === 'daily' ? 'daily' : 'weekly'
      return props.backups
        ? times(sizes[props.size], 1 + BACKUPS[plan], `${props.size}, ${plan} backups`)
        : times(sizes[props.size], 1, `${props.size}`)
    }
    case 'DatabaseCluster': {
      const nodes = Number(props.nodeCount ?? 1)
      return times(
        databases[props.size],
        nodes,
        nodes === 1 ? props.size : `${nodes} × ${props.size}`,
      )
    }
    case 'Volume':
      return times(LIST_PRICES.volumeGiB, Number(props.size), `${props.size} GiB`)
    case 'ContainerRegistry': {
      const tier = `${props.subscriptionTierSlug}`
      return times(REGISTRY_TIERS[tier], 1, tier)
    }
    case 'LoadBalancer': {
      const nodes = Number(props.sizeUnit ?? 1)
      return times(LIST_PRICES.loadBalancerNode, nodes, `${nodes} nodes`)
    }
    case 'ReservedIp':
      return assigned || props.dropletId
        ? { monthly: 0, note: 'assigned' }
        : { monthly: LIST_PRICES.unassignedReservedIp, note: 'not assigned' }
    case 'SpacesBucket':
      return subscribed
        ? { monthly: 0, note: 'with the other bucket' }
        : { monthly: LIST_PRICES.spaces, note: 'Spaces, up to 250 GiB' }
    default:
      return FREE.has(kind) ? FREE_OF_CHARGE : undefined
  }
}
