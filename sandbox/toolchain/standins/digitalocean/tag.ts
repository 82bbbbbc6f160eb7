import type { TagArgs, TagState } from '@pulumi/digitalocean/tag.js'
import type { Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'

const RULE =
  'tags may contain lowercase letters, numbers, colons, dashes, and underscores; there is a limit of 255 characters per tag'

export function tagProblem(value: unknown): string | undefined {
  return /^[\p{L}\p{N}:\-_]{1,255}$/u.test(String(value)) ? undefined : RULE
}

const count: Property = { type: 'number', computed: true }

export const tag: Resource<DigitalOcean, TagArgs, TagState> = {
  token: 'digitalocean:index/tag:Tag',
  autonamed: 'name',
  inputs: { name: { type: 'string', replaces: true, check: tagProblem } },
  outputs: {
    databasesCount: count,
    dropletsCount: count,
    imagesCount: count,
    totalResourceCount: count,
    volumeSnapshotsCount: count,
    volumesCount: count,
  },

  async create(api, wanted) {
    await attempt('Error creating tag', api.post('/v2/tags', { name: wanted.name! }))
    return String(wanted.name)
  },

  async read(api, id) {
    const tag = await fetchObject(api, `/v2/tags/${id}`, 'tag', 'Error retrieving tag')
    return {
      name: tag.name!,
      totalResourceCount: member(tag, 'resources', 'count') ?? 0,
      databasesCount: member(tag, 'resources', 'databases', 'count') ?? 0,
      dropletsCount: member(tag, 'resources', 'droplets', 'count') ?? 0,
      imagesCount: member(tag, 'resources', 'images', 'count') ?? 0,
      volumesCount: member(tag, 'resources', 'volumes', 'count') ?? 0,
      volumeSnapshotsCount: member(tag, 'resources', 'volume_snapshots', 'count') ?? 0,
    }
  },

  async delete(api, id) {
    await attempt('Error deleting tag', api.call('DELETE', `/v2/tags/${id}`))
  },
}
