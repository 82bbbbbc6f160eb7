/** How rows look in the API's answers. */
import {
  findImage,
  IMAGES,
  type Image,
  REGIONS,
  type Region,
  regionBySlug,
  SIZES,
  type Size,
  sizeBySlug,
} from './catalogue.ts'
import type { DropletRow, State } from './state.ts'
import { volumeIds } from './volumes/rows.ts'

export function regionView(region: Region): Record<string, unknown> {
  return {
    name: region.name,
    slug: region.slug,
    features: region.features,
    available: region.available,
    sizes: SIZES.filter((size) => size.regions.includes(region.slug)).map((size) => size.slug),
  }
}

const diskInfo = (amount: number) => [{ type: 'local', size: { amount, unit: 'gib' } }]

export const sizeView = (size: Size): Record<string, unknown> => ({
  ...size,
  disk_info: diskInfo(size.disk),
})

export function imageView(image: Image): Record<string, unknown> {
  return {
    id: image.id,
    name: image.name,
    type: image.slug === null ? 'snapshot' : 'base',
    distribution: image.distribution,
    slug: image.slug,
    public: image.slug !== null,
    regions: REGIONS.map((region) => region.slug),
    created_at: '2026-06-01T00:00:00Z',
    min_disk_size: image.min_disk_size,
    size_gigabytes: image.size_gigabytes,
    description: image.description,
    tags: [],
    status: 'available',
    error_message: '',
  }
}

/** A droplet in full; it has no addresses to show before it is active. */
export function dropletView(state: State, droplet: DropletRow): Record<string, unknown> {
  const size = sizeBySlug(droplet.size) as Size
  const features = ['private_networking']
  if (droplet.backups) features.unshift('backups')
  if (droplet.ipv6Address) features.push('ipv6')
  if (droplet.monitoring) features.push('monitoring')
  if (droplet.agent) features.push('droplet_agent')
  return {
    id: droplet.id,
    name: droplet.name,
    memory: size.memory,
    vcpus: size.vcpus,
    disk: droplet.disk,
    disk_info: diskInfo(droplet.disk),
    locked: false,
    // A droplet on its way out is shown as it was: clients wait for its 404.
    status: droplet.status,
    kernel: null,
    created_at: droplet.createdAt,
    features,
    backup_ids: [],
    next_backup_window: droplet.backups ? nextBackupWindow(droplet) : null,
    snapshot_ids: [],
    image: imageView(findImage(droplet.image) ?? (IMAGES[0] as Image)),
    volume_ids: volumeIds(state, droplet.id),
    size: sizeView(size),
    size_slug: droplet.size,
    networks: networks(droplet),
    region: regionView(regionBySlug(droplet.region) as Region),
    tags: droplet.tags,
    vpc_uuid: droplet.vpcId,
  }
}

function networks(droplet: DropletRow): { v4: object[]; v6: object[] } {
  const result: { v4: object[]; v6: object[] } = { v4: [], v6: [] }
  if (droplet.status === 'new') return result
  result.v4.push({
    ip_address: droplet.privateAddress,
    netmask: droplet.privateNetmask,
    gateway: droplet.privateGateway,
    type: 'private',
  })
  if (!droplet.publicNetworking) return result
  result.v4.push({
    ip_address: droplet.publicAddress,
    netmask: '255.255.240.0',
    gateway: droplet.publicAddress.replace(/\.\d+$/, '.254'),
    type: 'public',
  })
  if (droplet.ipv6Address) {
    result.v6.push({
      ip_address: droplet.ipv6Address,
      netmask: 64,
      gateway: droplet.ipv6Address.replace(/::.*/, '::1'),
      type: 'public',
    })
  }
  return result
}

/** The first window of the policy's hour after the droplet was made, at its plan's day. */
export function nextBackupWindow(droplet: DropletRow): { start: string; end: string } {
  const hour = droplet.backups?.hour ?? 4
  const start = new Date(droplet.createdAt)
  start.setUTCDate(start.getUTCDate() + (droplet.backups?.plan === 'daily' ? 1 : 7))
  start.setUTCHours(hour, 0, 0, 0)
  const end = new Date(start.getTime() + 4 * 3_600_000)
  const text = (date: Date) => `${date.toISOString().slice(0, 19)}Z`
  return { start: text(start), end: text(end) }
}
