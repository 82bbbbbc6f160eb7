import { isDeepStrictEqual } from 'node:util'
import { MASK, mask } from './mask.ts'
import { compare, type Resource } from './resources.ts'

/** One value that differs, masked. */
export interface Difference {
  /** As in `inboundRules[1].sourceAddresses`. */
  path: string
  /** Absent where there was none. */
  old?: unknown
  /** Absent where there is none any more. */
  new?: unknown
  /** It makes a replacement necessary. */
  replaces: boolean
}

/** What the droplet's trigger stands for (components/host.ts); no property tells of it. */
export const FIRST_BOOT = 'the first boot’s text'

const firstBoot: Difference = { path: FIRST_BOOT, replaces: true }

/** What differs in a resource that is there before and after; empty for all others. */
export function differences(resource: Resource): Difference[] {
  if (!resource.old || !resource.new || resource.operation === 'same') return []
  // The engine names no property of such a replacement, and a new name comes with any.
  if (resource.triggered && resource.reasons.length === 0) return [firstBoot]
  const names = resource.reasons.length > 0 ? resource.reasons : keys(resource.old, resource.new)
  const found = names.flatMap((name) => propertyDifferences(resource, name))
  if (resource.triggered) found.push(firstBoot)
  // A provider may name computed properties alone; then they are all there is to show.
  return found.length > 0
    ? found
    : resource.reasons.map((path) => ({ path, replaces: forces(resource, path) }))
}

function propertyDifferences(resource: Resource, name: string): Difference[] {
  const value = (inputs: Resource['old'], outputs: Resource['old']) =>
    mask(inputs && name in inputs ? inputs[name] : outputs?.[name], name)
  const before = value(resource.old, resource.oldOutputs)
  const after = value(resource.new, resource.newOutputs)
  const replaces = forces(resource, name)
  const leaves = leafDifferences(before, after, name)
  // Both sides are masked, so only the provider knows that they differ.
  if (leaves.length === 0 && (before === MASK || after === MASK) && resource.reasons.length > 0) {
    return [{ path: name, old: before, new: after, replaces }]
  }
  return leaves.map((leaf) => ({ ...leaf, replaces }))
}

type Leaf = Omit<Difference, 'replaces'>

function leafDifferences(before: unknown, after: unknown, path: string): Leaf[] {
  if (isDeepStrictEqual(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) return listDifferences(before, after, path)
  if (isRecord(before) && isRecord(after)) {
    return keys(before, after).flatMap((key) =>
      leafDifferences(before[key], after[key], `${path}.${key}`),
    )
  }
  return [
    {
      path,
      ...(before !== undefined && { old: before }),
      ...(after !== undefined && { new: after }),
    },
  ]
}

/** What is in one list only; the order counts where nothing else differs. */
function listDifferences(before: unknown[], after: unknown[], path: string): Leaf[] {
  const gone = without(before, after)
  const come = without(after, before)
  if (gone.length === 0 && come.length === 0) return [{ path, old: before, new: after }]
  const found: Leaf[] = []
  for (const [index, value] of gone) {
    const place = come.findIndex(([, other]) => alike(value, other))
    const [pair] = place < 0 ? [] : come.splice(place, 1)
    found.push(
      ...(pair
        ? leafDifferences(value, pair[1], `${path}[${index}]`)
        : [{ path: `${path}[${index}]`, old: value }]),
    )
  }
  return [...found, ...come.map(([index, value]) => ({ path: `${path}[${index}]`, new: value }))]
}

/** The same item, changed: plain values are, objects are if they share half of what they hold. */
function alike(one: unknown, other: unknown): boolean {
  if (!isRecord(one) || !isRecord(other)) return !isRecord(one) && !isRecord(other)
  const all = keys(one, other)
  const shared = all.filter((key) => isDeepStrictEqual(one[key], other[key]))
  return shared.length * 2 >= all.length
}

/** The items of a list, with their places, that another list lacks. */
function without(list: unknown[], other: unknown[]): [number, unknown][] {
  const left = [...other]
  return list.flatMap((value, index): [number, unknown][] => {
    const place = left.findIndex((each) => isDeepStrictEqual(each, value))
    if (place < 0) return [[index, value]]
    left.splice(place, 1)
    return []
  })
}

const forces = (resource: Resource, name: string) => resource.replaceReasons.includes(name)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function keys(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compare)
}
