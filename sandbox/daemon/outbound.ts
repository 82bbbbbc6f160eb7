import type { DigitalOcean } from '../digitalocean/index.ts'
import { LAN, VPC } from '../machine/network.ts'
import type { Attempt } from '../machine/packet.ts'
import type { DatabaseServers, Network } from '../types.ts'

/** Where Spaces are for the account's firewalls: at https, on the internet (RFC 5737: an example's address). */
const SPACES = { address: '203.0.113.53', port: 443 }

/** What a droplet asks for at a port of this computer that stands for another one of the provider's. */
export interface Doors {
  cloud: Pick<DigitalOcean, 'admitsOutbound' | 'databaseDoor' | 'databaseAdmitsDroplet'>
  databases: Pick<DatabaseServers, 'expect'>
  /** Where Spaces listen on this computer. */
  spacesPort: number
}

/** This computer's addresses, as a machine has them. */
const NETWORKS: Record<string, Network> = { [LAN.computer]: 'public', [VPC.address]: 'private' }

/**
 * May a droplet reach this? The cloud firewall says so. Where this computer's port is that of Spaces,
 * the account's firewalls see 443. Where it is a database cluster's, they see the cluster's address in
 * that network and the port that the provider has for all clusters, and the cluster's own firewall must
 * admit the droplet too. Nothing else is in a private network.
 */
export function mayReach(
  { cloud, databases, spacesPort }: Doors,
  dropletId: number,
  { protocol, port, destination }: Attempt,
): boolean {
  // QEMU would carry it to this computer's own, past all doors; no network does (RFC 1122, 3.2.1.3).
  if (destination.startsWith('127.')) return false
  const over = NETWORKS[destination]
  const tcp = protocol === 'tcp'
  const door = over && tcp ? cloud.databaseDoor(port, over) : undefined
  if (over && door) {
    const may =
      cloud.admitsOutbound(dropletId, 'tcp', door.port, door.address) &&
      cloud.databaseAdmitsDroplet(door.clusterId, dropletId, over)
    // A server that is not up refuses the connection by itself.
    if (may) databases.expect(door.clusterId, port, over).catch(() => {})
    return may
  }
  if (over === 'private') return false
  return over && tcp && port === spacesPort
    ? cloud.admitsOutbound(dropletId, 'tcp', SPACES.port, SPACES.address)
    : cloud.admitsOutbound(dropletId, protocol, port, destination)
}
