import type { Owned } from './inventory.ts'
import { stackOf } from './names.ts'

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
 * @param markOf whose a stack is by its tags
 */
export function keysOfSpaces(
  keys: SpacesKey[],
  project: string,
  markOf: (stack: string | undefined) => Owned['mark'],
): Found[] {
  return keys.map(({ name, access_key, grants = [] }) => {
    const stack = stackOf('spaces key', name, project)
    const buckets = grants.map(({ bucket }) => bucket).filter(Boolean)
    const opens = buckets.length > 0 ? `, which opens ${buckets.join(' and ')}` : ''
    return {
      ...{ kind: 'spaces key', id: access_key, name: `${name}${opens}`, stack },
      ...{ mark: markOf(stack), path: `/spaces/keys/${access_key}` },
    }
  })
}
