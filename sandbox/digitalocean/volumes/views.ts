/** How volumes and their snapshots look in the API's answers. */
import { type Region, regionBySlug } from '../catalogue.ts'
import { regionView } from '../views.ts'
import type { SnapshotRow, VolumeRow } from './rows.ts'

export function volumeView(volume: VolumeRow): Record<string, unknown> {
  return {
    id: volume.id,
    region: regionView(regionBySlug(volume.region) as Region),
    droplet_ids: volume.dropletId === null ? [] : [volume.dropletId],
    name: volume.name,
    description: volume.description,
    size_gigabytes: volume.size,
    created_at: volume.createdAt,
    filesystem_type: '',
    filesystem_label: '',
    tags: volume.tags,
  }
}

export function snapshotView(snapshot: SnapshotRow): Record<string, unknown> {
  return {
    id: snapshot.id,
    name: snapshot.name,
    created_at: snapshot.createdAt,
    regions: [snapshot.region],
    resource_id: snapshot.volumeId,
    resource_type: 'volume',
    min_disk_size: snapshot.size,
    size_gigabytes: snapshot.size,
    tags: snapshot.tags,
  }
}
