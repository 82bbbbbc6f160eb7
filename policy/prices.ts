/** What DigitalOcean charges, in US dollars a month. */
export interface Prices {
  /** By size slug, droplets and database nodes. */
  sizes: Record<string, number>
  /** A GiB of block storage. */
  volumeGiB: number
  /** A load balancer's node. */
  loadBalancerNode: number
  /** Share of a droplet's price that weekly backups add. */
  backups: number
}

/**
 * The list prices, so that a pull request from a fork, which sees no credentials, is judged by them
 * too: https://www.digitalocean.com/pricing/droplets, /managed-databases, /volumes, /load-balancers.
 */
export const LIST_PRICES: Prices = {
  sizes: {
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
  },
  volumeGiB: 0.1,
  loadBalancerNode: 12,
  backups: 0.2,
}

/** Free of charge; a reserved IP as long as it is assigned. */
const FREE =
  /^digitalocean:index\/(tag|firewall|reservedIp|reservedIpAssignment|reservedIpv6|reservedIpv6Assignment|sshKey|domain|dnsRecord|project|projectResources|vpc|certificate|volumeAttachment|database(Firewall|Db|User|ConnectionPool)):/

/**
 * What a resource costs a month, in US dollars; undefined where the list has no price for it.
 * @param prices default: {@link LIST_PRICES}
 */
export function monthlyPrice(
  type: string,
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type
  props: Record<string, any>,
  prices: Prices = LIST_PRICES,
): number | undefined {
  const size = (slug: unknown, factor: number) => {
    const price = prices.sizes[String(slug)]
    return price === undefined ? undefined : price * factor
  }
  switch (type) {
    case 'digitalocean:index/droplet:Droplet':
      return size(props.size, props.backups ? 1 + prices.backups : 1)
    case 'digitalocean:index/databaseCluster:DatabaseCluster':
      return size(props.size, props.nodeCount ?? 1)
    case 'digitalocean:index/volume:Volume':
      return props.size * prices.volumeGiB
    case 'digitalocean:index/loadBalancer:LoadBalancer':
      return (props.sizeUnit ?? 1) * prices.loadBalancerNode
    default:
      return type.startsWith('digitalocean:') && !FREE.test(type) ? undefined : 0
  }
}
