import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MachineSpec } from '../types.ts'
import { LAN, METADATA } from './network.ts'
import { findProgram } from './programs.ts'
import { type Vendor, vendorData } from './vendor-data.ts'

const run = promisify(execFile)

/**
 * Makes the config drive of a droplet in `<folder>/seed.iso`: an ISO 9660 disk with the label
 * that cloud-init's ConfigDrive datasource looks for, in OpenStack's layout, as DigitalOcean
 * attaches one.
 * @param uuid the instance's id: cloud-init runs the user data once for each
 */
export async function makeSeed(
  folder: string,
  spec: MachineSpec,
  uuid: string,
  vendor: Vendor,
): Promise<void> {
  const root = join(folder, 'seed')
  const latest = join(root, 'openstack', 'latest')
  await mkdir(latest, { recursive: true, mode: 0o700 })
  try {
    await writeFile(join(latest, 'meta_data.json'), JSON.stringify(metaData(spec, uuid)))
    await writeFile(join(latest, 'network_data.json'), JSON.stringify(networkData()))
    await writeFile(join(latest, 'vendor_data.json'), JSON.stringify(vendorData(vendor)))
    if (spec.userData !== undefined) await writeFile(join(latest, 'user_data'), spec.userData)
    const iso = join(folder, 'seed.iso')
    const [program, ...args] = await isoCommand()
    await run(program, [...args, '-o', iso, '-V', 'config-2', '-J', '-R', '-quiet', root])
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function isoCommand(): Promise<[string, ...string[]]> {
  const found = await findProgram(['genisoimage', 'mkisofs', 'xorriso'])
  return found.name === 'xorriso' ? [found.path, '-as', 'mkisofs'] : [found.path]
}

function metaData(spec: MachineSpec, uuid: string) {
  return {
    uuid,
    hostname: spec.name,
    name: spec.name,
    availability_zone: spec.region,
    public_keys: Object.fromEntries(spec.publicKeys.map((key, n) => [`key-${n}`, key])),
  }
}

/** OpenStack's network_data.json: both cards with fixed addresses, so that nothing waits for DHCP. */
function networkData() {
  const link = (id: string, mac: string) => ({ id, type: 'phy', ethernet_mac_address: mac })
  return {
    links: [link('eth0', LAN.mac), link('eth1', METADATA.mac)],
    networks: [
      {
        id: 'public',
        link: 'eth0',
        type: 'ipv4',
        ip_address: LAN.address,
        netmask: LAN.netmask,
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: LAN.computer }],
        // Here and not for all: the other card reaches no name server.
        services: [{ type: 'dns', address: LAN.dns }],
      },
      {
        id: 'metadata',
        link: 'eth1',
        type: 'ipv4',
        ip_address: METADATA.address,
        netmask: METADATA.netmask,
        routes: [],
      },
    ],
  }
}
