import { expiryOfTag } from '../../config/expiry.ts'
import { HOURS_A_MONTH, LIST_PRICES } from '../../policy/prices.ts'
import type { Owned } from './inventory.ts'
import { stackOf } from './names.ts'

export interface Volume {
  id: string
  name: string
  size_gigabytes: number
  tags: string[] | null
}

export interface Snapshot {
  id: string
  name: string
  /** Of the volume that it was taken of, which may be gone. */
  resource_id: string
  tags: string[] | null
}

type Found = Omit<Owned, 'stack' | 'remove'> & { stack: string | undefined; path: string }

/**
 * Volumes and their snapshots with the stack whose name they bear; a snapshot that somebody took by
 * hand is its volume's.
 * @param markOf whose it is by its tags
 */
export function disks(
  volumes: Volume[],
  snapshots: Snapshot[],
  project: string,
  markOf: (tags: string[], stack: string | undefined) => Owned['mark'],
): Found[] {
  const stacks = new Map(volumes.map(({ id, name }) => [id, stackOf('volume', name, project)]))
  return [
    ...volumes.map(({ id, name, tags, size_gigabytes }) => {
      const pricePerHour = (size_gigabytes * LIST_PRICES.volumeGiB) / HOURS_A_MONTH
      const kind = { kind: 'volume', path: `/volumes/${id}`, pricePerHour }
      return { ...kind, ...facts(id, name, tags ?? [], stacks.get(id)) }
    }),
    ...snapshots.map(({ id, name, tags, resource_id }) => {
      const stack = stackOf('volume', name, project) ?? stacks.get(resource_id)
      const kind = { kind: 'volume snapshot', path: `/snapshots/${id}` }
      return { ...kind, ...facts(id, name, tags ?? [], stack) }
    }),
  ]

  function facts(id: string, name: string, tags: string[], stack: string | undefined) {
    const [expires] = tags
      .map(expiryOfTag)
      .filter((time) => time !== undefined)
      .sort((a, b) => b.getTime() - a.getTime())
    return { id, name, stack, mark: markOf(tags, stack), ...(expires && { expires }) }
  }
}
