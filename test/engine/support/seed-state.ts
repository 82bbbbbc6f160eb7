/**
 * Fills the accounts of a sandbox that has not started yet with what a state says is in them:
 * `node seed-state.ts DIR STATE`. The droplet is off: no host of that version runs here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NAME_SERVERS } from '../../../components/resolution/delegation.ts'
import { clientDefaults } from '../../../sandbox/auth0/management/clients.ts'
import { seed } from '../../../sandbox/auth0/seed.ts'
import { openStore } from '../../../sandbox/auth0/state.ts'
import { takePrivateAddress } from '../../../sandbox/digitalocean/addresses.ts'
import { Store, timestamp } from '../../../sandbox/digitalocean/state.ts'

const [dir = '', file = ''] = process.argv.slice(2)
const digitalocean = await Store.open(join(dir, 'digitalocean.json'))
const auth0 = await openStore(join(dir, 'auth0.json'), seed)
const { state } = digitalocean
const createdAt = timestamp()

const { resources } = JSON.parse(readFileSync(file, 'utf8')).deployment
// biome-ignore lint/suspicious/noExplicitAny: outputs of all shapes
const all = (type: string): any[] =>
  resources
    .filter((one: { type: string; custom: boolean }) => one.custom && one.type.endsWith(`:${type}`))
    .map(({ outputs }: { outputs: unknown }) => outputs)
const [droplet, key, firewall, zone, address, project, client, link] = [
  ...['Droplet', 'SshKey', 'Firewall', 'Domain', 'ReservedIp', 'Project', 'Client'],
  'ConnectionClient',
].map((type) => all(type)[0])

const vpc = {
  ...{ id: droplet.vpcUuid, name: `default-${droplet.region}`, description: '' },
  ...{ region: droplet.region, ipRange: '10.114.0.0/16', isDefault: true, createdAt },
}
state.vpcs.push(vpc)
state.tags.push(...all('Tag').map(({ name }) => name))
state.keys.push({
  ...{ id: Number(key.id), name: key.name },
  ...{ publicKey: key.publicKey, fingerprint: key.fingerprint },
})
state.droplets.push({
  ...{ id: Number(droplet.id), name: droplet.name, region: droplet.region, size: droplet.size },
  ...{ image: droplet.image, disk: droplet.disk, status: 'off', createdAt, backups: null },
  ...{ monitoring: false, agent: true, publicNetworking: true },
  ...{ publicAddress: droplet.ipv4Address, ipv6Address: droplet.ipv6Address },
  ...{ ...takePrivateAddress(state, vpc), vpcId: vpc.id, tags: droplet.tags },
  publicKeys: [key.publicKey],
})
// The state has the ports of another sandbox; those of this one are not known yet.
const peers = { addresses: ['0.0.0.0/0'] }
const inbound = (['tcp', 'udp'] as const).map((protocol) => ({ protocol, ports: '0', peers }))
state.firewalls.push({
  ...{ id: firewall.id, name: firewall.name, createdAt, inbound, outbound: [] },
  ...{ dropletIds: [], tags: firewall.tags, settlesAt: 0 },
})
state.domains.push({
  ...{ name: zone.name, ttl: 1800, serial: 1 },
  records: [
    ...all('DnsRecord').map(({ id, type, name, value, ttl, flags, tag }) => ({
      ...{ id: Number(id), type, name, data: value.replace(/\.$/, ''), ttl },
      ...{ priority: null, port: null, weight: null },
      ...(type === 'CAA' ? { flags, tag } : { flags: null, tag: null }),
    })),
    ...NAME_SERVERS.map((data, index) => ({
      ...{ id: index + 1, type: 'NS', name: '@', data, ttl: 1800 },
      ...{ priority: null, port: null, weight: null, flags: null, tag: null },
    })),
  ],
})
state.reservedIps.push({
  ...{ ip: address.ipAddress, region: address.region, dropletId: Number(droplet.id) },
})
state.projects.push({
  ...{ id: project.id, name: project.name, description: project.description },
  ...{ purpose: project.purpose, environment: project.environment, isDefault: false },
  ...{ createdAt, updatedAt: createdAt, movingUntil: 0 },
  resources: project.resources.map((urn: string) => ({ urn, assignedAt: createdAt })),
})
auth0.state.clients.push({
  ...clientDefaults(client.appType),
  ...{ client_id: client.clientId, client_secret: 'x'.repeat(64), name: client.name },
  ...{ app_type: client.appType, token_endpoint_auth_method: 'client_secret_post' },
  client_metadata: client.clientMetadata,
})
const connection = auth0.state.connections.find(({ name }) => name === link.name)
if (!connection) throw new Error(`the tenant has no connection ${link.name}`)
auth0.state.builtIn = auth0.state.builtIn.map((id) =>
  id === connection.id ? link.connectionId : id,
)
connection.id = link.connectionId
connection.enabled_clients = [client.clientId]

digitalocean.changed()
await Promise.all([digitalocean.saved(), auth0.save()])
