/** Snapshots of volumes: `/v2/volumes/:id/snapshots` and `/v2/snapshots` (https://docs.digitalocean.com/reference/api/reference/snapshots/). */
import { randomUUID } from 'node:crypto'
import type { Context } from '../context.ts'
import { conflict, notFound, unprocessable } from '../errors.ts'
import { ensureTag } from '../membership.ts'
import { bodyOf, page, param, query, text, texts } from '../request.ts'
import { timestamp } from '../state.ts'
import { checkTagName } from '../tags.ts'
import { type SnapshotRow, snapshotsOf, type VolumeRow } from './rows.ts'
import { snapshotView } from './views.ts'
import { findVolume } from './volumes.ts'

/** Of one volume (https://docs.digitalocean.com/products/snapshots/details/limits/). */
const MOST_SNAPSHOTS = 25

export function snapshotRoutes({ app, store, machines, actions, limits }: Context): void {
  const { state } = store
  const find = (id: string): SnapshotRow => {
    const snapshot = snapshotsOf(state).find((each) => each.id === id)
    if (!snapshot) throw notFound()
    return snapshot
  }
  const ofVolume = ({ id }: VolumeRow) =>
    snapshotsOf(state).filter((snapshot) => snapshot.volumeId === id)

  app.get('/v2/volumes/:volume_id/snapshots', async (request) => {
    const volume = findVolume(store, param(request, 'volume_id'))
    return page(request, 'snapshots', ofVolume(volume), snapshotView)
  })

  app.post('/v2/volumes/:volume_id/snapshots', async (request, reply) => {
    const volume = findVolume(store, param(request, 'volume_id'))
    const body = bodyOf(request)
    const name = text(body, 'name') ?? ''
    const tags = texts(body, 'tags')
    if (name === '') throw unprocessable("Name can't be blank")
    tags.forEach(checkTagName)
    const before = ofVolume(volume)
    // digitalocean/csi-digitalocean expects 409 of a name that is taken (driver/controller.go).
    if (before.some((each) => each.name === name)) throw conflict('already exists')
    if (before.length >= MOST_SNAPSHOTS) {
      throw unprocessable(`a volume can have up to ${MOST_SNAPSHOTS} snapshots`)
    }
    const last = Math.max(...before.map(({ createdAt }) => Date.parse(createdAt)))
    if (Date.now() - last < limits.snapshotPauseMs) {
      const minutes = limits.snapshotPauseMs / 60_000
      throw unprocessable(`a volume can have up to one snapshot every ${minutes} minutes`)
    }
    if (actions.pending('volume', volume.id)) {
      throw unprocessable('Volume already has a pending event.')
    }
    const snapshot: SnapshotRow = {
      id: randomUUID(),
      name,
      volumeId: volume.id,
      region: volume.region,
      size: volume.size,
      createdAt: timestamp(),
      tags: [...new Set(tags.map((tag) => ensureTag(state, tag)))],
    }
    // Before the copy is made, so that nobody takes the name meanwhile.
    snapshotsOf(state).push(snapshot)
    try {
      await machines.volumes.snapshot(volume.id, snapshot.id)
    } catch (error) {
      forget(snapshot)
      throw error
    }
    store.changed()
    return reply.code(201).send({ snapshot: snapshotView(snapshot) })
  })

  app.get('/v2/snapshots', async (request) => {
    const [type, region] = [query(request, 'resource_type'), query(request, 'region')]
    const shown = snapshotsOf(state).filter(
      (snapshot) => (!type || type === 'volume') && (!region || snapshot.region === region),
    )
    return page(request, 'snapshots', shown, snapshotView)
  })

  const forget = (snapshot: SnapshotRow) => {
    state.snapshots = snapshotsOf(state).filter((each) => each !== snapshot)
    store.changed()
  }

  for (const path of ['/v2/snapshots/:snapshot_id', '/v2/volumes/snapshots/:snapshot_id']) {
    app.get(path, async (request) => ({
      snapshot: snapshotView(find(param(request, 'snapshot_id'))),
    }))
    app.delete(path, async (request, reply) => {
      const snapshot = find(param(request, 'snapshot_id'))
      forget(snapshot)
      await machines.volumes.removeSnapshot(snapshot.id)
      return reply.code(204).send()
    })
  }
}
