import type { StateResource } from '../engine/state.ts'
import type { Item } from './receipt.ts'

/** What the accounts know a resource as; types without an account (keys, commands) have no entry. */
const KINDS: Record<string, string> = {
  'digitalocean:index/droplet:Droplet': 'droplet',
  'digitalocean:index/reservedIp:ReservedIp': 'reserved ip',
  'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': 'reserved ip assignment',
  'digitalocean:index/firewall:Firewall': 'firewall',
  'digitalocean:index/volume:Volume': 'volume',
  'digitalocean:index/volumeAttachment:VolumeAttachment': 'volume attachment',
  'digitalocean:index/volumeSnapshot:VolumeSnapshot': 'volume snapshot',
  'digitalocean:index/spacesBucket:SpacesBucket': 'bucket',
  'digitalocean:index/spacesKey:SpacesKey': 'spaces key',
  'digitalocean:index/databaseCluster:DatabaseCluster': 'database',
  'digitalocean:index/databaseDb:DatabaseDb': 'database of a cluster',
  'digitalocean:index/databaseUser:DatabaseUser': 'database user',
  'digitalocean:index/databaseFirewall:DatabaseFirewall': 'database firewall',
  'digitalocean:index/databaseConnectionPool:DatabaseConnectionPool': 'connection pool',
  'digitalocean:index/domain:Domain': 'domain',
  'digitalocean:index/dnsRecord:DnsRecord': 'dns record',
  'digitalocean:index/sshKey:SshKey': 'ssh key',
  'digitalocean:index/project:Project': 'project',
  'digitalocean:index/tag:Tag': 'tag',
  'auth0:index/client:Client': 'auth0 client',
  'auth0:index/connectionClient:ConnectionClient': 'auth0 connection client',
}

/** The resources of a state that lie in an account, by URN. */
export function accountResources(resources: StateResource[]): Map<string, Item> {
  const found = new Map<string, Item>()
  for (const { urn, type, id, outputs = {} } of resources) {
    const kind = KINDS[type] ?? (/^(digitalocean|auth0):/.test(type) ? type : undefined)
    if (!kind || !id || type === 'auth0:index/clientCredentials:ClientCredentials') continue
    const name = outputs.fqdn
      ? `${outputs.fqdn} ${outputs.type}`
      : String(outputs.name ?? outputs.ipAddress ?? id)
    found.set(urn, { kind, name, id })
  }
  return found
}

/** Kinds that hold what people have put there. */
const DATA =
  /:(Volume|SpacesBucket|DatabaseCluster|DatabaseDb|DatabaseUser|DatabaseFirewall|DatabaseConnectionPool)$/

/** URNs of data that the engine lets go of and does not delete; what lies in a cluster stays with it. */
export function retained(resources: StateResource[]): Set<string> {
  const kept = resources.filter(({ retainOnDelete, type }) => retainOnDelete && DATA.test(type))
  const urns = new Set(kept.map(({ urn }) => urn))
  for (const { urn, type, deletedWith } of resources)
    if (DATA.test(type) && urns.has(deletedWith ?? '')) urns.add(urn)
  return urns
}

/** An engine event as `--event-log` writes it, one JSON object a line; `timestamp` in seconds. */
interface EngineEvent {
  timestamp: number
  resOutputsEvent?: { metadata: { op: string; urn: string } }
}

/** When the engine deleted each resource, by URN, ISO 8601. */
export function deletions(eventLog: string): Map<string, string> {
  const times = new Map<string, string>()
  for (const line of eventLog.split('\n').filter(Boolean)) {
    const { timestamp, resOutputsEvent }: EngineEvent = JSON.parse(line)
    const { op, urn } = resOutputsEvent?.metadata ?? {}
    if (urn && (op === 'delete' || op === 'discard')) {
      times.set(urn, new Date(timestamp * 1000).toISOString())
    }
  }
  return times
}
