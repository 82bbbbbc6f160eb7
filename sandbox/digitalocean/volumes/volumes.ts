/** `/v2/volumes`, all but actions and snapshots (https://docs.digitalocean.com/reference/api/reference/block-storage/). */
import { randomUUID } from 'node:crypto'
import type { Context } from '../context.ts'
import { ApiError, conflict, notFound, unprocessable } from '../errors.ts'
import { assign, defaultProject, ensureTag, unassign, volumeUrn } from '../membership.ts'
import { bodyOf, page, param, query } from '../request.ts'
import { type Store, timestamp } from '../state.ts'
import { type VolumeRow, volumesOf } from './rows.ts'
import { volumeView } from './views.ts'
import { readVolumeRequest } from './volume-request.ts'

/** @throws ApiError 404 */
export function findVolume(store: Store, id: string): VolumeRow {
  const volume = volumesOf(store.state).find((each) => each.id === id)
  if (!volume) throw notFound()
  return volume
}

/** The volume of this name in this region; a name alone names none. */
export function findByName(store: Store, name: string, region: string): VolumeRow {
  const volume = volumesOf(store.state).find((each) => each.name === name && each.region === region)
  if (!volume) throw notFound()
  return volume
}

export function volumeRoutes({ app, store, machines, actions, limits }: Context): void {
  const { state } = store

  app.get('/v2/volumes', async (request) => {
    const [name, region] = [query(request, 'name'), query(request, 'region')]
    const fits = (volume: VolumeRow) =>
      (!name || volume.name === name) && (!region || volume.region === region)
    return page(request, 'volumes', volumesOf(state).filter(fits), volumeView)
  })

  app.post('/v2/volumes', async (request, reply) => {
    const { snapshot, tags, ...wanted } = readVolumeRequest(bodyOf(request), state)
    // As digitalocean/csi-digitalocean knows it (driver/controller.go).
    if (volumesOf(state).length >= limits.volumes) {
      throw new ApiError(403, 'volume/snapshot capacity limit exceeded')
    }
    const volume: VolumeRow = {
      id: randomUUID(),
      ...wanted,
      dropletId: null,
      createdAt: timestamp(),
      tags: [...new Set(tags.map((tag) => ensureTag(state, tag)))],
    }
    // Before the file is made, so that nobody takes the name meanwhile.
    volumesOf(state).push(volume)
    try {
      await machines.volumes.create(volume.id, volume.size, snapshot?.id)
    } catch (error) {
      forget(store, volume)
      throw error
    }
    assign(state, defaultProject(state), volumeUrn(volume.id))
    store.changed()
    return reply.code(201).send({ volume: volumeView(volume) })
  })

  app.get('/v2/volumes/:volume_id', async (request) => ({
    volume: volumeView(findVolume(store, param(request, 'volume_id'))),
  }))

  const remove = async (volume: VolumeRow): Promise<void> => {
    // In the words that digitalocean/doctl#358 reports.
    if (volume.dropletId !== null || actions.pending('volume', volume.id)) {
      throw conflict('attached volume cannot be deleted')
    }
    forget(store, volume)
    await machines.volumes.remove(volume.id)
  }

  app.delete('/v2/volumes/:volume_id', async (request, reply) => {
    await remove(findVolume(store, param(request, 'volume_id')))
    return reply.code(204).send()
  })

  app.delete('/v2/volumes', async (request, reply) => {
    const [name, region] = [query(request, 'name'), query(request, 'region')]
    if (!name || !region) {
      throw unprocessable('name and region are required to delete a volume by name')
    }
    await remove(findByName(store, name, region))
    return reply.code(204).send()
  })
}

function forget(store: Store, volume: VolumeRow): void {
  const { state } = store
  state.volumes = volumesOf(state).filter((each) => each !== volume)
  unassign(state, volumeUrn(volume.id))
  store.changed()
}
