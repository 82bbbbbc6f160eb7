/** Stand-in for the digitalocean provider plugin, for simulators on this computer. */
import manifest from '@pulumi/digitalocean/package.json' with { type: 'json' }
import { checkConfig, diffConfig, setting } from '../bridge/config.ts'
import { bridged, goneInUpdate } from '../bridge/resource.ts'
import { requireLoopback } from '../server/loopback.ts'
import { serveProvider } from '../server/serve.ts'
import { DigitalOcean } from './api.ts'
import { containerRegistry, containerRegistryDockerCredentials } from './container-registry.ts'
import { getDatabaseCa } from './database-ca.ts'
import { databaseCluster } from './database-cluster.ts'
import { databaseConnectionPool } from './database-connection-pool.ts'
import { databaseDb } from './database-db.ts'
import { databaseFirewall } from './database-firewall.ts'
import { databaseUser } from './database-user.ts'
import { dnsRecord } from './dns-record.ts'
import { domain, getDomain } from './domain.ts'
import { droplet } from './droplet.ts'
import { firewall } from './firewall.ts'
import { getDroplets, getSizes } from './lists.ts'
import { project } from './project.ts'
import { reservedIp, reservedIpAssignment } from './reserved-ip.ts'
import { spacesBucket } from './spaces-bucket.ts'
import { spacesKey } from './spaces-key.ts'
import { sshKey } from './ssh-key.ts'
import { tag } from './tag.ts'
import { volume } from './volume.ts'
import { volumeAttachment } from './volume-attachment.ts'
import { volumeSnapshot } from './volume-snapshot.ts'

const { version } = manifest.pulumi

/** The real plugin's settings. */
const SETTINGS = [
  'token',
  'apiEndpoint',
  'httpRetryMax',
  'httpRetryWaitMax',
  'httpRetryWaitMin',
  'requestsPerSecond',
  'spacesAccessId',
  'spacesEndpoint',
  'spacesSecretKey',
]

await serveProvider<DigitalOcean>({
  name: 'digitalocean',
  version,
  features: { supportsAutonaming: true },
  checkConfig: ({ urn, news }) => checkConfig(SETTINGS, urn, news),
  diffConfig,
  configure({ args }) {
    const endpoint =
      setting(args, 'apiEndpoint', 'DIGITALOCEAN_API_URL') ?? 'https://api.digitalocean.com'
    requireLoopback('digitalocean', version, endpoint)
    const spaces = {
      endpoint:
        setting(args, 'spacesEndpoint', 'SPACES_ENDPOINT_URL') ??
        'https://{{.Region}}.digitaloceanspaces.com',
      accessId: setting(args, 'spacesAccessId', 'SPACES_ACCESS_KEY_ID') ?? '',
      secretKey: setting(args, 'spacesSecretKey', 'SPACES_SECRET_ACCESS_KEY') ?? '',
    }
    const seconds = (key: string, usual: number) => Number(setting(args, key) ?? usual)
    return new DigitalOcean({
      endpoint: endpoint.replace(/\/+$/, ''),
      token: setting(args, 'token', 'DIGITALOCEAN_TOKEN', 'DIGITALOCEAN_ACCESS_TOKEN') ?? '',
      spaces,
      retry: {
        max: Number(setting(args, 'httpRetryMax', 'DIGITALOCEAN_HTTP_RETRY_MAX') ?? 4),
        waitMin: seconds('httpRetryWaitMin', 1),
        waitMax: seconds('httpRetryWaitMax', 30),
      },
    })
  },
  resources: {
    [containerRegistry.token]: bridged(containerRegistry),
    [containerRegistryDockerCredentials.token]: bridged(containerRegistryDockerCredentials),
    [databaseCluster.token]: bridged(databaseCluster, { goneInUpdate }),
    [databaseConnectionPool.token]: bridged(databaseConnectionPool),
    [databaseDb.token]: bridged(databaseDb),
    [databaseFirewall.token]: bridged(databaseFirewall),
    [databaseUser.token]: bridged(databaseUser),
    [dnsRecord.token]: bridged(dnsRecord),
    [domain.token]: bridged(domain),
    [droplet.token]: bridged(droplet),
    [firewall.token]: bridged(firewall),
    [project.token]: bridged(project),
    [reservedIp.token]: bridged(reservedIp),
    [reservedIpAssignment.token]: bridged(reservedIpAssignment),
    [spacesBucket.token]: bridged(spacesBucket),
    [spacesKey.token]: bridged(spacesKey),
    [sshKey.token]: bridged(sshKey),
    [tag.token]: bridged(tag),
    [volume.token]: bridged(volume),
    [volumeAttachment.token]: bridged(volumeAttachment),
    [volumeSnapshot.token]: bridged(volumeSnapshot),
  },
  functions: {
    'digitalocean:index/getDatabaseCa:getDatabaseCa': getDatabaseCa,
    'digitalocean:index/getDomain:getDomain': getDomain,
    'digitalocean:index/getDroplets:getDroplets': getDroplets,
    'digitalocean:index/getSizes:getSizes': getSizes,
  },
})
