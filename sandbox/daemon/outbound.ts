import type { DigitalOcean } from '../digitalocean/index.ts'
import { LAN } from '../machine/network.ts'
import type { Attempt } from '../machine/packet.ts'
import type { DatabaseServers } from '../types.ts'

/**
 * May a droplet reach this? The cloud firewall says so. Where this computer's port is a database
 * cluster's, the account's firewalls see the cluster's address in its private network and the port
 * that the provider has for all clusters, and the cluster's own firewall must admit the droplet too.
 */
export function mayReach(
  cloud: Pick<DigitalOcean, 'admitsOutbound' | 'databaseDoor' | 'databaseAdmitsDroplet'>,
  databases: Pick<DatabaseServers, 'expect'>,
  dropletId: number,
  { protocol, port, destination }: Attempt,
): boolean {
  const here = protocol === 'tcp' && destination === LAN.computer
  const door = here ? cloud.databaseDoor(port) : undefined
  if (!door) return cloud.admitsOutbound(dropletId, protocol, port, destination)
  const may =
    cloud.admitsOutbound(dropletId, 'tcp', door.port, door.address) &&
    cloud.databaseAdmitsDroplet(door.clusterId, dropletId)
  // A server that is not up refuses the connection by itself.
  if (may) databases.expect(door.clusterId, port).catch(() => {})
  return may
}
