/**
 * PostgreSQL clusters as the provider sells them, mid-2026
 * (https://docs.digitalocean.com/products/databases/postgresql/details/pricing/); the real
 * `GET /v2/databases/options` is the truth.
 */
import { REGIONS } from '../catalogue.ts'

export interface DatabaseSize {
  slug: string
  /** GiB of memory. */
  memory: number
  /** MiB of storage that the price includes. */
  storage: number
  /** Nodes that a cluster of this size may have, at most. */
  nodes: number
}

const size = (slug: string, memory: number, gib: number, nodes = 3): DatabaseSize => ({
  slug,
  memory,
  storage: gib * 1024,
  nodes,
})

export const DATABASE_SIZES: DatabaseSize[] = [
  // The smallest has no standby nodes.
  size('db-s-1vcpu-1gb', 1, 10, 1),
  size('db-s-1vcpu-2gb', 2, 30),
  size('db-s-2vcpu-4gb', 4, 60),
  size('db-s-4vcpu-8gb', 8, 140),
  size('db-s-6vcpu-16gb', 16, 290),
  size('db-s-8vcpu-32gb', 32, 580),
]

export const VERSIONS = ['14', '15', '16', '17', '18']
export const DEFAULT_VERSION = '18'

export const databaseSize = (slug: string): DatabaseSize | undefined =>
  DATABASE_SIZES.find((one) => one.slug === slug)

/** Server connections that pools may take: 25 a GiB, three of them kept back. */
export const mostConnections = ({ memory }: DatabaseSize): number => 25 * memory - 3

/** `GET /v2/databases/options`. */
export const optionsView = () => ({
  options: {
    pg: {
      regions: REGIONS.filter(({ available }) => available).map(({ slug }) => slug),
      versions: VERSIONS,
      default_version: DEFAULT_VERSION,
      layouts: [1, 2, 3].map((nodes) => ({
        num_nodes: nodes,
        sizes: DATABASE_SIZES.filter((one) => one.nodes >= nodes).map(({ slug }) => slug),
      })),
    },
  },
  version_availability: {
    pg: VERSIONS.map((version) => ({
      end_of_life: null,
      end_of_availability: null,
      version,
      default: version === DEFAULT_VERSION,
    })),
  },
})
