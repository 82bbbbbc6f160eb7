import { expiryOfTag } from '../../config/expiry.ts'
import { volumeName } from '../../config/volume/index.ts'
import { HOURS_A_MONTH, LIST_PRICES } from '../../policy/prices.ts'
import type { Owned } from './inventory.ts'
import { byShortenedName, stackOfShortened, stackOfTags, type Told } from './shortened.ts'

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
 * Volumes and their snapshots with the stack that they are of. A snapshot is its volume's, as DigitalOcean
 * and people name it as they like; one whose volume is gone tells by its tags, and by its name last.
 * @param found with what an earlier inventory knew: a snapshot's volume may be gone by now
 * @param markOf whose it is by its tags
 */
export function disks(
  { volumes, snapshots, before }: { volumes: Volume[]; snapshots: Snapshot[]; before: Owned[] },
  project: string,
  markOf: (tags: string[], stack: string | undefined) => Owned['mark'],
): Found[] {
  const gone = before.filter(({ kind }) => kind === 'volume')
  const told = new Map<string, Told>([
    ...gone.map(({ id, stack, unsure = false }) => [id, { stack, unsure }] as const),
    ...volumes.map(
      (one) => [one.id, stackOfShortened('volume', one, project, volumeName)] as const,
    ),
  ])
  return [
    ...volumes.map(({ id, name, tags, size_gigabytes }) => {
      const pricePerHour = (size_gigabytes * LIST_PRICES.volumeGiB) / HOURS_A_MONTH
      const kind = { kind: 'volume', path: `/volumes/${id}`, pricePerHour }
      return { ...kind, ...facts(id, name, tags ?? [], told.get(id)) }
    }),
    ...snapshots.map(({ id, name, tags, resource_id }) => {
      const ofVolume = told.get(resource_id)
      const stack =
        ofVolume?.stack ??
        stackOfTags(tags ?? [], project) ??
        byShortenedName('volume', name, project)
      const whose = { stack, unsure: ofVolume?.unsure ?? false }
      const kind = { kind: 'volume snapshot', path: `/snapshots/${id}` }
      return { ...kind, ...facts(id, name, tags ?? [], whose) }
    }),
  ]

  function facts(id: string, name: string, tags: string[], { stack, unsure }: Told = NOBODYS) {
    const [expires] = tags
      .map(expiryOfTag)
      .filter((time) => time !== undefined)
      .sort((a, b) => b.getTime() - a.getTime())
    const rest = { ...(expires && { expires }), ...(unsure && { unsure }) }
    return { id, name, stack, mark: markOf(tags, stack), ...rest }
  }
}

const NOBODYS: Told = { stack: undefined, unsure: false }
