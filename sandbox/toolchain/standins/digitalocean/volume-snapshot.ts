import type {
  VolumeSnapshotArgs,
  VolumeSnapshotState,
} from '@pulumi/digitalocean/volumeSnapshot.js'
import type { Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import type { Value } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { retag } from './retag.ts'
import { tagProblem } from './tag.ts'

const notEmpty = (value: Value, name: string) =>
  value === '' ? `${name} must not be empty, got ` : undefined
const computed = (type: Property['type']): Property => ({ type, computed: true })

/** After the provider's source (digitalocean/snapshot/resource_volume_snapshot.go). */
export const volumeSnapshot: Resource<DigitalOcean, VolumeSnapshotArgs, VolumeSnapshotState> = {
  token: 'digitalocean:index/volumeSnapshot:VolumeSnapshot',
  autonamed: 'name',
  inputs: {
    name: { type: 'string', replaces: true, check: notEmpty },
    volumeId: { type: 'string', required: true, replaces: true, check: notEmpty },
    tags: { type: 'set', of: { type: 'string', check: tagProblem } },
  },
  outputs: {
    createdAt: computed('string'),
    minDiskSize: computed('number'),
    regions: computed('set'),
    size: computed('number'),
  },

  async create(api, { name, volumeId, tags }) {
    const body = { volume_id: volumeId!, name: name!, description: '', tags: tags ?? [] }
    const call = api.post(`/v2/volumes/${volumeId}/snapshots`, body)
    const made = await attempt('Error creating Volume Snapshot', call)
    return String(member(made, 'snapshot', 'id'))
  },

  async read(api, id) {
    const path = `/v2/snapshots/${id}`
    const found = await fetchObject(api, path, 'snapshot', 'Error retrieving volume snapshot')
    return {
      name: found.name!,
      volumeId: found.resource_id!,
      regions: found.regions ?? [],
      size: found.size_gigabytes ?? 0,
      createdAt: found.created_at!,
      minDiskSize: found.min_disk_size ?? 0,
      tags: found.tags ?? [],
    }
  },

  async update(api, id, { old, wanted, changes }) {
    if (changes('tags')) await retag(api, 'volume_snapshot', id, old.tags, wanted.tags)
  },

  async delete(api, id) {
    await attempt('Error deleting snapshot', api.call('DELETE', `/v2/snapshots/${id}`))
  },
}
