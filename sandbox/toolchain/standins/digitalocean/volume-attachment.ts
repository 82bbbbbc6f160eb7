import type {
  VolumeAttachmentArgs,
  VolumeAttachmentState,
} from '@pulumi/digitalocean/volumeAttachment.js'
import { NotFound, type Resource, type Work } from '../bridge/resource.ts'
import { waitFor } from '../bridge/wait.ts'
import type { Value } from '../server/values.ts'
import { ApiError, attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { timestamp } from './timestamp.ts'
import { finished } from './volume.ts'

/** How long the real plugin asks again while the droplet has something else to do. */
const PATIENCE_MS = 5 * 60_000

export const volumeAttachment: Resource<DigitalOcean, VolumeAttachmentArgs, VolumeAttachmentState> =
  {
    token: 'digitalocean:index/volumeAttachment:VolumeAttachment',
    inputs: {
      dropletId: {
        type: 'number',
        required: true,
        replaces: true,
        check: (value, name) => (value === 0 ? `${name} must not be zero, got 0` : undefined),
      },
      volumeId: {
        type: 'string',
        required: true,
        replaces: true,
        check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
      },
    },
    outputs: {},

    async create(api, { dropletId, volumeId }, work) {
      const path = `/v2/volumes/${volumeId}`
      const found = await attempt('Error retrieving volume', api.get(path))
      if (holder(member(found, 'volume', 'droplet_ids')) !== dropletId) {
        const words = 'Error attaching volume to droplet after retry timeout'
        await attempt(words, act(api, 'attach', String(volumeId), Number(dropletId), work))
      }
      return `${dropletId}-${volumeId}-${timestamp()}`
    },

    async read(api, id, { dropletId, volumeId }, reason) {
      if (reason === 'import') throw new NotFound(`no attachment is found by '${id}' alone`)
      if (reason === 'create') return {}
      const path = `/v2/volumes/${volumeId}`
      const found = await fetchObject(api, path, 'volume', 'Error retrieving volume')
      if (holder(found.droplet_ids) !== dropletId) throw new NotFound('detached')
      return {}
    },

    async delete(api, _id, { dropletId, volumeId }, work) {
      const words = 'Error detaching volume from droplet after retry timeout'
      await attempt(words, act(api, 'detach', String(volumeId), Number(dropletId), work))
    },
  }

const holder = (ids: Value | undefined): Value => (Array.isArray(ids) ? (ids[0] ?? null) : null)

const PENDING = 'Droplet already has a pending event.'
const WORDS = {
  attach: { doing: 'attaching', way: 'to', waiting: '[DEBUG] Error waiting for attach' },
  detach: { doing: 'detaching', way: 'from', waiting: 'Error waiting for detach' },
}

async function act(
  api: DigitalOcean,
  type: 'attach' | 'detach',
  volume: string,
  droplet: number,
  work: Work,
): Promise<void> {
  const { doing, way, waiting } = WORDS[type]
  const pair = `volume (${volume}) ${way} Droplet (${droplet})`
  const deadline = Math.min(work.deadline, Date.now() + PATIENCE_MS)
  let refusal: Error | undefined
  const action = await waitFor({ ...work, deadline }, async () => {
    try {
      const body = { type, droplet_id: droplet }
      return await api.post(`/v2/volumes/${volume}/actions`, body)
    } catch (error) {
      refusal = error as Error
      const pending = error instanceof ApiError && error.status === 422
      if (pending && error.message.includes(PENDING)) return undefined
      throw new Error(`[WARN] Error ${doing} ${pair}: ${refusal.message}`)
    }
  }).catch((error: Error) => {
    // Time is up: the last refusal is told.
    throw error.message === 'context deadline exceeded' && refusal ? refusal : error
  })
  const words = `${waiting} ${pair} to finish`
  await attempt(words, finished(api, member(action, 'action', 'id'), work))
}
