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
  // Its storage is an assumption.
  size('gd-16vcpu-64gb', 64, 325),
]

export interface DatabaseVersion {
  version: string
  /** From then on no cluster is made with it. */
  endOfAvailability: string
  endOfLife: string
}

const ending = (version: string, availability: string, life: string): DatabaseVersion => ({
  version,
  endOfAvailability: `${availability}T00:00:00Z`,
  endOfLife: `${life}T00:00:00Z`,
})

/** The dates are those of digitalocean/openapi, databases/responses/options.yml; of 18 as `advanced_pg` has them. */
export const VERSIONS: DatabaseVersion[] = [
  ending('14', '2026-05-12', '2026-11-12'),
  ending('15', '2027-05-12', '2027-11-11'),
  ending('16', '2028-05-09', '2028-11-09'),
  ending('17', '2029-05-08', '2029-11-08'),
  ending('18', '2030-05-13', '2030-11-13'),
]
export const DEFAULT_VERSION = '18'

/**
 * Those with which a cluster can be made at a time, as `Date.now()` has it. Whether the real `versions`
 * list others too is not known.
 */
export const versionsOffered = (now: number): string[] =>
  VERSIONS.filter(({ endOfAvailability }) => now < Date.parse(endOfAvailability)).map(
    ({ version }) => version,
  )

export const databaseVersion = (version: string): DatabaseVersion | undefined =>
  VERSIONS.find((one) => one.version === version)

export const databaseSize = (slug: string): DatabaseSize | undefined =>
  DATABASE_SIZES.find((one) => one.slug === slug)

/** A server has no more, whatever its memory (docs: PostgreSQL Limits). */
const MOST_CONNECTIONS = 997

/** Server connections that pools may take: 25 a GiB, three of them kept back. */
export const mostConnections = ({ memory }: DatabaseSize): number =>
  Math.min(25 * memory - 3, MOST_CONNECTIONS)

/** `GET /v2/databases/options` at a time. */
export const optionsView = (now: number) => ({
  options: {
    pg: {
      regions: REGIONS.filter(({ available }) => available).map(({ slug }) => slug),
      versions: versionsOffered(now),
      default_version: DEFAULT_VERSION,
      layouts: [1, 2, 3].map((nodes) => ({
        num_nodes: nodes,
        sizes: DATABASE_SIZES.filter((one) => one.nodes >= nodes).map(({ slug }) => slug),
      })),
    },
  },
  version_availability: {
    pg: VERSIONS.map(({ version, endOfLife, endOfAvailability }) => ({
      end_of_life: endOfLife,
      end_of_availability: endOfAvailability,
      version,
      default: version === DEFAULT_VERSION,
    })),
  },
})
