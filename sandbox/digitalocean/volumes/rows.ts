import type { State } from '../state.ts'

export interface VolumeRow {
  id: string
  name: string
  region: string
  /** GiB. */
  size: number
  description: string
  /** The droplet that it is attached to; none has it while null. */
  dropletId: number | null
  createdAt: string
  tags: string[]
}

export interface SnapshotRow {
  id: string
  name: string
  /** Of the volume that it was taken of, which may be gone. */
  volumeId: string
  region: string
  /** GiB. */
  size: number
  createdAt: string
  tags: string[]
}

/** The account's volumes, to read and to change; a state of before there were any gets a list. */
export function volumesOf(state: State): VolumeRow[] {
  state.volumes ??= []
  return state.volumes
}

/** The snapshots of volumes; droplets have none here. */
export function snapshotsOf(state: State): SnapshotRow[] {
  state.snapshots ??= []
  return state.snapshots
}

/** The ids of what is attached to the droplet. */
export const volumeIds = (state: State, dropletId: number): string[] =>
  volumesOf(state)
    .filter((volume) => volume.dropletId === dropletId)
    .map(({ id }) => id)
