import type { Owned } from './inventory.ts'
import { stacksOfSpacesKey } from './names.ts'

/** A row of `GET /v2/spaces/keys`. */
export interface SpacesKey {
  name: string
  access_key: string
  grants?: { bucket: string; permission: string }[]
}

type Found = Omit<Owned, 'stack' | 'remove'> & { stack: string | undefined; path: string }

/**
 * Keys to buckets with the stack that they are of, told by their names alone: they carry neither tags
 * nor the owner's id. The buckets themselves are in no list of the API, so those that a key opens are
 * named with it; nothing empties one.
 * One whose name fits two stacks is nobody's to remove where the account has tags of the one with the
 * shorter name: it may be that of a stack that stays, such as production's to its snapshots.
 * @param markOf whose a stack is by its tags
 * @param isTagged does the account have tags of this stack?
 */
export function keysOfSpaces(
  keys: SpacesKey[],
  project: string,
  markOf: (stack: string | undefined) => Owned['mark'],
  isTagged: (stack: string) => boolean,
): Found[] {
  return keys.map(({ name, access_key, grants = [] }) => {
    const fitting = stacksOfSpacesKey(name, project)
    const [stack = fitting[0], ...others] = fitting.filter(isTagged)
    const unsure = others.length > 0 || stack !== fitting[0]
    const buckets = grants.map(({ bucket }) => bucket).filter(Boolean)
    const opens = buckets.length > 0 ? `, which opens ${buckets.join(' and ')}` : ''
    return {
      ...{ kind: 'spaces key', id: access_key, name: `${name}${opens}`, stack },
      ...{ mark: unsure ? 'none' : markOf(stack), path: `/spaces/keys/${access_key}` },
      ...(unsure && { unsure }),
    }
  })
}
