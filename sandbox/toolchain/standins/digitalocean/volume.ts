import type { VolumeArgs, VolumeState } from '@pulumi/digitalocean/volume.js'
import type { Resource, Work } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import { waitFor } from '../bridge/wait.ts'
import { isUnknown, type Value } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { retag } from './retag.ts'
import { tagProblem } from './tag.ts'

const notEmpty = (value: Value, name: string) =>
  value === '' ? `${name} must not be empty, got ` : undefined
const fileSystem = (value: Value, name: string) =>
  value === 'ext4' || value === 'xfs'
    ? undefined
    : `expected ${name} to be one of ["ext4" "xfs"], got ${value}`
const number: Property = { type: 'number' }

export const volume: Resource<DigitalOcean, VolumeArgs, VolumeState> = {
  token: 'digitalocean:index/volume:Volume',
  autonamed: 'name',
  madeUpNames: { longest: 64, lowerCase: true },
  inputs: {
    name: { type: 'string', replaces: true, check: notEmpty },
    region: {
      type: 'string',
      required: true,
      replaces: true,
      stored: (region) => region.toLowerCase(),
    },
    size: {
      type: 'number',
      required: true,
      check: (value, name) =>
        Number(value) >= 1 ? undefined : `expected ${name} to be at least (1), got ${value}`,
    },
    description: { type: 'string', replaces: true, check: notEmpty },
    snapshotId: { type: 'string', replaces: true, check: notEmpty },
    initialFilesystemType: { type: 'string', replaces: true, check: fileSystem },
    initialFilesystemLabel: { type: 'string', replaces: true, check: notEmpty },
    filesystemType: { type: 'string', computed: true, check: fileSystem },
    tags: { type: 'set', of: { type: 'string', check: tagProblem } },
  },
  outputs: {
    dropletIds: { type: 'set', of: number, computed: true },
    filesystemLabel: { type: 'string', computed: true },
    volumeUrn: { type: 'string', computed: true, apiName: 'urn' },
  },

  validate({ size }, state) {
    const wanted = isUnknown(size) ? 0 : Number(size ?? 0)
    return wanted < Number(state?.size ?? 0)
      ? 'volumes `size` can only be expanded and not shrunk'
      : undefined
  },

  async create(api, wanted) {
    const body = {
      region: String(wanted.region).toLowerCase(),
      name: wanted.name!,
      description: wanted.description ?? '',
      size_gigabytes: wanted.size!,
      snapshot_id: wanted.snapshotId ?? '',
      filesystem_type: wanted.initialFilesystemType ?? wanted.filesystemType ?? '',
      filesystem_label: wanted.initialFilesystemLabel ?? '',
      tags: wanted.tags ?? [],
    }
    const made = await attempt('Error creating Volume', api.post('/v2/volumes', body))
    return String(member(made, 'volume', 'id'))
  },

  async read(api, id, _known, reason) {
    const path = `/v2/volumes/${id}`
    const found = await fetchObject(api, path, 'volume', 'Error retrieving volume')
    return {
      name: found.name!,
      region: member(found, 'region', 'slug'),
      size: found.size_gigabytes!,
      volumeUrn: `do:volume:${found.id}`,
      // After an update the real plugin keeps what it has set, whatever the API answers.
      ...(reason !== 'update' && { tags: found.tags ?? [] }),
      dropletIds: found.droplet_ids ?? [],
      ...(found.description && { description: found.description }),
      ...(found.filesystem_type && { filesystemType: found.filesystem_type }),
      ...(found.filesystem_label && { filesystemLabel: found.filesystem_label }),
    }
  },

  async update(api, id, { old, wanted, changes }, work) {
    if (changes('size')) {
      const region = String(wanted.region).toLowerCase()
      const body = { type: 'resize', size_gigabytes: wanted.size!, region }
      const call = api.post(`/v2/volumes/${id}/actions`, body)
      const action = await attempt(`Error resizing volume (${id})`, call)
      const words = `Error waiting for resize volume (${id}) to finish`
      await attempt(words, finished(api, member(action, 'action', 'id'), work))
    }
    if (changes('tags')) await retag(api, 'volume', id, old.tags, wanted.tags)
  },

  async delete(api, id) {
    await attempt('Error deleting volume', api.call('DELETE', `/v2/volumes/${id}`))
  },
}

/** Waits for an action's end, as the provider's util.WaitForAction does. */
export async function finished(api: DigitalOcean, action: Value, work: Work): Promise<void> {
  await waitFor(work, async () => {
    const status = member(await api.get(`/v2/actions/${action}`), 'action', 'status')
    if (status === 'errored') throw new Error(`action ${action} ended in status errored`)
    return status === 'completed' || undefined
  })
}
