/** Actions of volumes (https://docs.digitalocean.com/reference/api/reference/block-storage-actions/). */
import { actionView } from '../actions.ts'
import type { Context } from '../context.ts'
import type { MachineJobs } from '../droplets/machine-jobs.ts'
import { notFound, unprocessable } from '../errors.ts'
import { type Body, bodyOf, integer, page, param, text } from '../request.ts'
import type { ActionRow, DropletRow } from '../state.ts'
import { type VolumeRow, volumeIds, volumesOf } from './rows.ts'
import { checkSize } from './volume-request.ts'
import { findByName, findVolume } from './volumes.ts'

/** The most volumes of one droplet. */
const MOST_ATTACHED = 15

export function volumeActionRoutes(context: Context, jobs: MachineJobs): void {
  const { app, store, actions } = context
  const { state } = store
  defineWorks(context, jobs)

  const begin = (type: string, volume: VolumeRow, params: Record<string, unknown>): ActionRow => {
    const { id: volumeId, region } = volume
    const all = { volumeId, ...params }
    return actions.start({ type, resourceType: 'volume', resourceId: null, region, params: all })
  }

  /** The droplet of the request, in whose queue the action is. */
  const dropletOf = (body: Body): DropletRow => {
    const id = integer(body, 'droplet_id')
    const droplet = state.droplets.find((each) => each.id === id && !state.failures[each.id])
    if (!droplet) throw notFound()
    return droplet
  }
  const checkIdle = (volume: VolumeRow, droplet: DropletRow | undefined): void => {
    const busy =
      droplet &&
      (droplet.status === 'new' || droplet.deleting || actions.pending('droplet', droplet.id))
    if (busy || actions.pending('volume', volume.id)) {
      throw unprocessable('Droplet already has a pending event.')
    }
  }

  /** Each throws an ApiError for what the API refuses, and begins nothing then. */
  const types: Record<string, (volume: VolumeRow, body: Body) => ActionRow> = {
    attach(volume, body) {
      const droplet = dropletOf(body)
      checkIdle(volume, droplet)
      // The words that digitalocean/csi-digitalocean waits for (driver/controller.go).
      if (volume.dropletId !== null) throw unprocessable('This volume is already attached')
      if (droplet.region !== volume.region) {
        throw unprocessable('The volume and the Droplet must be in the same region.')
      }
      if (volumeIds(state, droplet.id).length >= MOST_ATTACHED) {
        throw unprocessable('cannot attach more volumes to the Droplet')
      }
      return begin('attach_volume', volume, { dropletId: droplet.id })
    },
    detach(volume, body) {
      const dropletId = integer(body, 'droplet_id') ?? null
      // Also without a droplet's id (digitalocean/godo#102, #136).
      if (dropletId === null || dropletId !== volume.dropletId) {
        checkIdle(volume, undefined)
        throw unprocessable('Attachment not found')
      }
      checkIdle(volume, dropletOf(body))
      return begin('detach_volume', volume, { dropletId })
    },
    resize(volume, body) {
      const size = checkSize(integer(body, 'size_gigabytes'))
      if (size <= volume.size) {
        throw unprocessable(
          `Volumes may only be resized upwards: size_gigabytes must be greater than ${volume.size}`,
        )
      }
      const droplet = state.droplets.find((each) => each.id === volume.dropletId)
      checkIdle(volume, droplet)
      return begin('resize_volume', volume, { size, ...(droplet && { dropletId: droplet.id }) })
    },
  }

  const start = (volume: VolumeRow, body: Body, allowed: string[]): ActionRow => {
    const type = text(body, 'type') ?? ''
    const asked = allowed.includes(type) && types[type]
    if (!asked) {
      throw unprocessable(
        `The action type ${JSON.stringify(type)} is not supported: one of ${allowed.join(', ')}`,
      )
    }
    const region = text(body, 'region')
    if (region && region !== volume.region) {
      throw unprocessable(`The volume is not in region ${region} but in ${volume.region}`)
    }
    return asked(volume, body)
  }

  app.post('/v2/volumes/:volume_id/actions', async (request, reply) => {
    const volume = findVolume(store, param(request, 'volume_id'))
    const action = start(volume, bodyOf(request), ['attach', 'detach', 'resize'])
    return reply.code(202).send({ action: actionView(action) })
  })

  app.post('/v2/volumes/actions', async (request, reply) => {
    const body = bodyOf(request)
    const [name, region] = [text(body, 'volume_name') ?? '', text(body, 'region') ?? '']
    const action = start(findByName(store, name, region), body, ['attach', 'detach'])
    return reply.code(202).send({ action: actionView(action) })
  })

  const actionsOf = (volume: VolumeRow) =>
    state.actions.filter((action) => action.params.volumeId === volume.id)

  app.get('/v2/volumes/:volume_id/actions', async (request) => {
    const volume = findVolume(store, param(request, 'volume_id'))
    return page(request, 'actions', actionsOf(volume).reverse(), actionView)
  })

  app.get('/v2/volumes/:volume_id/actions/:action_id', async (request) => {
    const volume = findVolume(store, param(request, 'volume_id'))
    const id = param(request, 'action_id')
    const action = actionsOf(volume).find((each) => String(each.id) === id)
    if (!action) throw notFound()
    return { action: actionView(action) }
  })
}

/** What the actions do to machines; each may be done twice, where a restart carries it on. */
function defineWorks({ store, machines, actions }: Context, jobs: MachineJobs): void {
  const { state } = store
  const partsOf = ({ params }: ActionRow) => {
    const volume = volumesOf(state).find((each) => each.id === params.volumeId)
    if (!volume) throw new Error('the volume was deleted')
    const droplet = state.droplets.find((each) => each.id === params.dropletId)
    return { volume, droplet: droplet?.deleting ? undefined : droplet }
  }

  actions.define('attach_volume', async (action) => {
    const { volume, droplet } = partsOf(action)
    if (!droplet) throw new Error('the droplet was deleted')
    const { id, name } = volume
    await jobs.alone(droplet.id, () => machines.volumes.attach(droplet.id, { id, name }))
    return () => {
      // The action's time is long enough for the droplet's own end.
      if (!state.droplets.includes(droplet)) throw new Error('the droplet was deleted')
      volume.dropletId = droplet.id
    }
  })
  actions.define('detach_volume', async (action) => {
    const { volume, droplet } = partsOf(action)
    // A droplet that goes lets go of its volumes by itself.
    if (droplet) {
      await jobs.alone(droplet.id, () => machines.volumes.detach(droplet.id, volume.id))
    }
    return () => {
      if (droplet) volume.dropletId = null
    }
  })
  actions.define('resize_volume', async (action) => {
    const { volume, droplet } = partsOf(action)
    const size = Number(action.params.size)
    const grow = () => machines.volumes.grow(volume.id, size)
    await (droplet ? jobs.alone(droplet.id, grow) : grow())
    return () => {
      volume.size = size
    }
  })
}
