import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MachineSpec } from '../types.ts'
import { LAN } from './network.ts'

const SERVER = join(import.meta.dirname, 'base', 'metadata.sh')

/** The command line that serves one connection, in the machine's folder. */
export const metadataCommand = `sh '${SERVER.replaceAll("'", `'\\''`)}'`

/**
 * Lays the tree of DigitalOcean's metadata service under `<folder>/metadata`: v1.json, and the
 * same values as single texts. Like the real one it gives the user data to whoever asks.
 */
export async function writeMetadata(folder: string, spec: MachineSpec): Promise<void> {
  const v1 = join(folder, 'metadata', 'metadata', 'v1')
  const address = { ip_address: LAN.address, netmask: LAN.netmask, gateway: LAN.computer }
  const texts: Record<string, string> = {
    id: String(spec.id),
    hostname: spec.name,
    region: spec.region,
    'user-data': spec.userData ?? '',
    'public-keys': spec.publicKeys.join('\n'),
    'dns/nameservers': LAN.dns,
    'interfaces/public/0/mac': LAN.mac,
    'interfaces/public/0/type': 'public',
    'interfaces/public/0/ipv4/address': LAN.address,
    'interfaces/public/0/ipv4/netmask': LAN.netmask,
    'interfaces/public/0/ipv4/gateway': LAN.computer,
  }
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(v1, name)), { recursive: true, mode: 0o700 })
    await writeFile(join(v1, name), text)
  }
  const index = [...new Set(Object.keys(texts).map((name) => name.replace(/\/.*/, '/')))]
  await writeFile(join(v1, '.index'), index.join('\n'))
  const document = {
    droplet_id: spec.id,
    hostname: spec.name,
    user_data: spec.userData ?? '',
    public_keys: spec.publicKeys,
    region: spec.region,
    interfaces: { public: [{ mac: LAN.mac, type: 'public', ipv4: address }] },
    dns: { nameservers: [LAN.dns] },
    features: { dhcp_enabled: false },
  }
  await writeFile(`${v1}.json`, JSON.stringify(document))
}
