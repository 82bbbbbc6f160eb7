import { regionBySlug } from '../catalogue.ts'
import { ApiError, conflict, unprocessable } from '../errors.ts'
import { type Body, integer, text, texts } from '../request.ts'
import type { State } from '../state.ts'
import { checkTagName } from '../tags.ts'
import { type SnapshotRow, snapshotsOf, type VolumeRow, volumesOf } from './rows.ts'

/** GiB of the largest volume (https://docs.digitalocean.com/reference/api/reference/block-storage-actions/). */
export const LARGEST = 16_384

/**
 * What a request for a new volume says; one from a snapshot has the snapshot's size, whatever
 * `size_gigabytes` says (digitalocean/openapi#806, digitalocean/droplet_kit#320).
 */
export interface VolumeRequest
  extends Pick<VolumeRow, 'name' | 'region' | 'size' | 'description' | 'tags'> {
  snapshot?: SnapshotRow
}

/**
 * Checks `POST /v2/volumes`
 * (https://docs.digitalocean.com/reference/api/reference/block-storage/#volumes_create).
 * @throws ApiError 409 `already exists` for a name that the region has (hashicorp/terraform#8023)
 */
export function readVolumeRequest(body: Body, state: State): VolumeRequest {
  const name = text(body, 'name') ?? ''
  checkName(name)
  const snapshot = snapshotOf(body, state)
  const region = text(body, 'region') || (snapshot?.region ?? '')
  checkRegion(region)
  if (snapshot && snapshot.region !== region) {
    throw unprocessable('The snapshot is not available in the region of the volume')
  }
  const size = snapshot?.size ?? checkSize(integer(body, 'size_gigabytes'))
  // The machine finds a volume as it is made: nothing here makes a file system.
  if (text(body, 'filesystem_type') || text(body, 'filesystem_label')) {
    throw new ApiError(
      501,
      'This sandbox does not format volumes: leave filesystem_type and filesystem_label out, and let the droplet make the file system',
    )
  }
  const tags = texts(body, 'tags')
  tags.forEach(checkTagName)
  if (volumesOf(state).some((each) => each.name === name && each.region === region)) {
    throw conflict('already exists')
  }
  const description = text(body, 'description') ?? ''
  return { name, region, size, description, tags, ...(snapshot && { snapshot }) }
}

/** The rule stands at the attribute: lower case, numbers and hyphens, a letter first, 64 at most. */
function checkName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return
  throw unprocessable(
    'Name must begin with a letter and consist of lowercase letters, numbers, and "-", up to a limit of 64 characters',
  )
}

function checkRegion(slug: string): void {
  const region = regionBySlug(slug)
  if (!region) throw unprocessable('You specified an invalid region.')
  if (!region.features.includes('storage')) {
    throw unprocessable('Volumes are not available in this region.')
  }
}

/** @throws ApiError 422 outside of 1 GiB to 16 TiB */
export function checkSize(size: number | undefined): number {
  if (size === undefined || size < 1 || size > LARGEST) {
    throw unprocessable(`size_gigabytes must be between 1 and ${LARGEST}`)
  }
  return size
}

function snapshotOf(body: Body, state: State): SnapshotRow | undefined {
  const id = text(body, 'snapshot_id')
  if (!id) return undefined
  const snapshot = snapshotsOf(state).find((each) => each.id === id)
  if (!snapshot) throw unprocessable('failed to resolve snapshot')
  return snapshot
}
