import { backups, FREE, LIST_PRICES } from '../ops/report/prices.ts'

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
