/**
 * `/v2/databases`: clusters of PostgreSQL
 * (https://docs.digitalocean.com/reference/api/reference/databases/).
 */
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
  /** Where the account's firewalls see it: its address in the private network. */
  address: string
  /** And the port that every cluster of the provider has. */
  port: number
}

export function databaseDoor(state: State, port: number): DatabaseDoor | undefined {
  const found = clustersOf(state).find(({ place }) => [place.port, place.poolPort].includes(port))
  return (
    found && {
      clusterId: found.id,
      address: found.privateAddress,
      port: port === found.place.port ? PORT : POOL_PORT,
    }
  )
}

const byId = (state: State, id: string): DatabaseRow | undefined =>
  clustersOf(state).find((row) => row.id === id)

/**
 * Does the cluster's own firewall let the droplet in? Both names of a cluster lead to one address here,
 * and it stands for the private one: a droplet of another network has no way there.
 */
export function databaseAdmitsDroplet(state: State, clusterId: string, dropletId: number): boolean {
  const cluster = byId(state, clusterId)
  const droplet = state.droplets.find(({ id }) => id === dropletId)
  if (!cluster || !droplet || cluster.vpcId !== droplet.vpcId) return false
  return admitsDroplet(cluster, droplet)
}

/** Does it let an address in that is no droplet's? */
export function databaseAdmitsAddress(state: State, clusterId: string, address: string): boolean {
  const cluster = byId(state, clusterId)
  return cluster !== undefined && admitsAddress(cluster, address)
}
