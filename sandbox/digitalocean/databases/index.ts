/**
 * `/v2/databases`: clusters of PostgreSQL
 * (https://docs.digitalocean.com/reference/api/reference/databases/).
 */
import type { Network } from '../../types.ts'
import type { Context } from '../context.ts'
import type { State } from '../state.ts'
import { clusterRoutes } from './clusters.ts'
import { clustersOf } from './find.ts'
import { admitsAddress, admitsDroplet, databaseFirewallRoutes } from './firewall.ts'
import { ClusterJobs } from './jobs.ts'
import { databaseDbRoutes, databaseUserRoutes } from './members.ts'
import { databasePoolRoutes } from './pools.ts'
import type { DatabaseRow } from './rows.ts'

/** The port of a cluster and that of its pools, as the provider has them for all clusters. */
const PORT = 25_060
const POOL_PORT = 25_061
/** Of all clusters on the internet (RFC 5737: an example's address). */
const PUBLIC_ADDRESS = '203.0.113.25'

/** @returns what starts the servers that there were */
export function databaseRoutes(context: Context): () => void {
  const jobs = new ClusterJobs(context)
  clusterRoutes(context, jobs)
  databaseUserRoutes(context, jobs)
  databaseDbRoutes(context, jobs)
  databaseFirewallRoutes(context)
  databasePoolRoutes(context, jobs)
  return () => jobs.resume()
}

/** What a port of this computer stands for, where a cluster is reached there. */
export interface DatabaseDoor {
  clusterId: string
  /** Where the account's firewalls see it. */
  address: string
  /** And the port that every cluster of the provider has. */
  port: number
}

export function databaseDoor(state: State, port: number, over: Network): DatabaseDoor | undefined {
  const found = clustersOf(state).find(({ place }) => [place.port, place.poolPort].includes(port))
  return (
    found && {
      clusterId: found.id,
      address: over === 'private' ? found.privateAddress : PUBLIC_ADDRESS,
      port: port === found.place.port ? PORT : POOL_PORT,
    }
  )
}

const byId = (state: State, id: string): DatabaseRow | undefined =>
  clustersOf(state).find((row) => row.id === id)

/** Does the cluster's own firewall let the droplet in? One of another private network has no way over that. */
export function databaseAdmitsDroplet(
  state: State,
  clusterId: string,
  dropletId: number,
  over: Network,
): boolean {
  const cluster = byId(state, clusterId)
  const droplet = state.droplets.find(({ id }) => id === dropletId)
  if (!cluster || !droplet) return false
  if (over === 'private' && cluster.vpcId !== droplet.vpcId) return false
  return admitsDroplet(cluster, droplet, over)
}

/** Does it let an address of the internet in that is no droplet's? */
export function databaseAdmitsAddress(state: State, clusterId: string, address: string): boolean {
  const cluster = byId(state, clusterId)
  return cluster !== undefined && admitsAddress(cluster, address)
}
