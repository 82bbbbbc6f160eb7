/** The keys of a managed database, and what they ask of each other. */
import * as v from 'valibot'
import { help, message } from '../error.ts'
import { type Kept, keptData } from '../protection.ts'
import type { Report, Values } from '../rules.ts'
import * as texts from '../texts.ts'
import { wholeNumber } from '../values.ts'
import { volumeName } from '../volume/index.ts'

/** A cluster of DigitalOcean's. */
export interface ManagedDatabase extends Kept {
  kind: 'managed'
  /** Size slug of its nodes. A change resizes in place. */
  size: string
  nodes: number
  /** Connections to the server that a pool keeps; absent for none. */
  pool?: number
  /** Major version of PostgreSQL. */
  version: string
  /** DigitalOcean region slug, the droplet's. */
  region: string
}

/** What DigitalOcean sells, mid-2026; `doctl databases options versions --engine pg`. */
export const MANAGED_VERSIONS = ['14', '15', '16', '17', '18']
/** The one size that has no standby nodes. */
const SMALLEST = 'db-s-1vcpu-1gb'
const MOST_NODES = 3
/** A server has no more (https://docs.digitalocean.com/products/databases/postgresql/details/limits/). */
const MOST_CONNECTIONS = 997

const SIZE_FORM =
  'a size slug of database nodes, as doctl databases options slugs --engine pg lists'

/** The schemas of `databaseSize`, `databaseNodes`, `databasePool` and `databaseVersion`. */
export const managedKeys = () => ({
  databaseSize: v.optional(
    v.pipe(
      v.string(message('is not a text', SIZE_FORM, `pulumi config set {path} ${SMALLEST}`)),
      v.regex(
        /^[a-z][a-z0-9_]*(?:-[a-z0-9_.]+)+$/,
        message('is no size slug', SIZE_FORM, `pulumi config set {path} ${SMALLEST}`),
      ),
    ),
    SMALLEST,
  ),
  databaseNodes: wholeNumber('number of nodes', 1, MOST_NODES, 1),
  databasePool: wholeNumber('number of connections, nor 0 for no pool', 0, MOST_CONNECTIONS, 0),
  databaseVersion: v.optional(
    texts.oneOf(
      MANAGED_VERSIONS,
      `is none of ${MANAGED_VERSIONS.join(', ')}`,
    )(help(MANAGED_VERSIONS.join(', '), 'pulumi config set {path} 17')),
    '17',
  ),
})

/** GiB of memory that a slug names. */
const memoryIn = (size: unknown): number | undefined => {
  const [, gib] = /-(\d+)gb$/.exec(String(size)) ?? []
  return gib === undefined ? undefined : Number(gib)
}

/** Standby nodes and a pool's connections must be in the size; both are a managed database's alone. */
export function managedFits(values: Values, report: Report): void {
  const { database, databaseSize: size, databaseNodes: nodes, databasePool: pool } = values
  if (![database, values.databaseBeside].includes('managed')) {
    for (const [key, set] of Object.entries({
      databaseNodes: nodes > 1,
      databasePool: pool > 0,
    })) {
      if (set) report(key, unmanaged(database), { show: true })
    }
    return
  }
  if (size === SMALLEST && nodes > 1) report('databaseNodes', NO_STANDBY, { show: true })
  const memory = memoryIn(size)
  // 25 a GiB, three of them kept back (API reference, Databases, connection pools).
  const most = memory === undefined ? MOST_CONNECTIONS : 25 * memory - 3
  if (pool > most) report('databasePool', tooMany(size, most), { show: true })
}

const unmanaged = (database: unknown) =>
  message(
    `is a managed database's, and database is ${database}`,
    'absent',
    'pulumi config rm {path}, or pulumi config set database managed',
  )
const NO_STANDBY = message(
  `is more than ${SMALLEST} can have`,
  '1 with that size',
  'pulumi config set databaseSize db-s-1vcpu-2gb, or pulumi config rm {path}',
)
const tooMany = (size: string, most: number) =>
  message(
    `is more than ${size} has connections for`,
    `up to ${most} with that size`,
    `pulumi config set {path} ${most}`,
  )

/**
 * The cluster; it is kept as a volume is: in every stack without an expiry, unless `allowDelete` lists it.
 */
export function managedOf(values: Values): ManagedDatabase {
  const { databaseSize, databaseNodes, databasePool, databaseVersion, region } = values
  return {
    kind: 'managed',
    size: databaseSize,
    nodes: databaseNodes,
    ...(databasePool > 0 && { pool: databasePool }),
    version: databaseVersion,
    region,
    ...keptData(values, 'database'),
  }
}

/** What a droplet must reach of it; the ports are those of every cluster. */
export const managedWays = ({
  database,
  databaseBeside,
  databasePool,
}: {
  database?: string
  databaseBeside?: string
  databasePool: number
}): string[] =>
  [database, databaseBeside].includes('managed')
    ? ['25060/tcp', ...(databasePool > 0 ? ['25061/tcp'] : [])]
    : []

/** What a stack's cluster is called: as its volume is, which may be as long. */
export const clusterName = (deployment: string, owner: string): string =>
  volumeName(deployment, owner, 63)
