import type { DiffKind, DiffResult } from '../server/types.ts'
import { isObject, isUnknown, type Value, type Values } from '../server/values.ts'
import { isZero, type Properties, type Property, sameMember } from './schema.ts'

type Kind = 'ADD' | 'DELETE' | 'UPDATE'

export interface DiffOptions {
  state: Values
  planned: Values
  /** The new inputs: added elements of sets are named by their place in them. */
  inputs: Values
  /** Whether the resource has a name that the user gave: then the old one goes first. */
  explicitName: boolean
  /** Names of properties whose changes the user wants ignored. */
  ignored: string[]
}

/** Compares the state with the plan. */
export function diffOf(
  properties: Properties,
  { state, planned, inputs, explicitName, ignored }: DiffOptions,
): DiffResult {
  const changes: Record<string, DiffKind> = {}
  const replaces = new Set<string>()
  for (const [name, property] of Object.entries(properties)) {
    if (ignored.includes(name)) continue
    const [old, now] = [state[name] ?? null, planned[name] ?? null]
    const found = compare(property, name, old, now, inputs[name] ?? null)
    for (const [path, kind] of found) changes[path] = property.replaces ? `${kind}_REPLACE` : kind
    if (found.length && property.replaces) replaces.add(name)
    if (found.length && property.replacesIf?.(old, now)) {
      changes.__meta = 'UPDATE_REPLACE'
      replaces.add('__meta')
    }
  }
  const some = Object.keys(changes).length > 0
  if (some) {
    for (const [name, member] of emptied(properties, state, inputs)) {
      const isMap = properties[name]?.fields?.[member]?.type === 'map'
      if (isMap) changes[`${name}.${member}`] = 'ADD'
    }
  }
  const diffs = new Set(Object.keys(changes).map((path) => path.split(/[.[]/)[0]!))
  return {
    changes: some ? 'some' : 'none',
    diffs: [...diffs].sort(),
    replaces: [...replaces].sort(),
    stables: Object.keys(properties)
      .filter((name) => properties[name]!.replaces && !diffs.has(name))
      .sort(),
    deleteBeforeReplace: replaces.size > 0 && explicitName,
    detailedDiff: Object.fromEntries(
      Object.entries(changes).map(([path, kind]) => [path, { kind }]),
    ),
  }
}

function compare(
  property: Property,
  path: string,
  old: Value,
  now: Value,
  input: Value,
): [string, Kind][] {
  if (same(property, old, now)) return []
  if (old === null || (typeof old === 'object' && isZero(old))) return [[path, 'ADD']]
  if (isUnknown(now)) return [[path, 'UPDATE']]
  if (property.type === 'map' && isObject(old)) return compareMaps(path, old, now)
  if (now === null || isEmptyList(now)) return [[path, 'DELETE']]
  if (property.type === 'set' && Array.isArray(old) && Array.isArray(now)) {
    return compareSets(property, path, old, now, Array.isArray(input) ? input : now)
  }
  if (property.type === 'list' && Array.isArray(old) && Array.isArray(now)) {
    return compareLists(property.of ?? { type: 'string' }, path, old, now, input)
  }
  if (property.type === 'object' && isObject(old) && isObject(now)) {
    return compareObjects(property, path, old, now, input)
  }
  return [[path, 'UPDATE']]
}

function isEmptyList(value: Value): boolean {
  return Array.isArray(value) && value.length === 0
}

/** Null and empty are the same for collections; nested unset values that are zero in the state, too. */
function same(property: Property, old: Value, now: Value): boolean {
  if (typeof old === 'object' && typeof now === 'object' && isZero(old) && isZero(now)) return true
  if (property.type === 'set' && Array.isArray(old) && Array.isArray(now)) {
    return old.length === now.length && old.every((value) => holds(property, now, value))
  }
  if (property.type === 'object' && isObject(old) && isObject(now) && property.fields) {
    return Object.entries(property.fields).every(([name, field]) =>
      same(field, old[name] ?? null, now[name] ?? null),
    )
  }
  return JSON.stringify(canonical(old)) === JSON.stringify(canonical(now))
}

function canonical(value: Value): Value {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical(value[name]!)]),
  )
}

function compareObjects(
  property: Property,
  path: string,
  old: Values,
  now: Values,
  input: Value,
): [string, Kind][] {
  const inputs = isObject(input) ? input : {}
  return Object.entries(property.fields ?? {}).flatMap(([name, field]) =>
    compare(field, `${path}.${name}`, old[name] ?? null, now[name] ?? null, inputs[name] ?? null),
  )
}

function compareMaps(path: string, old: Values, now: Value): [string, Kind][] {
  const next = isObject(now) ? now : {}
  const names = new Set([...Object.keys(old), ...Object.keys(next)])
  return [...names].flatMap((name): [string, Kind][] => {
    const kind = kindOf(old[name], next[name])
    return kind ? [[`${path}.${name}`, kind]] : []
  })
}

function compareLists(
  element: Property,
  path: string,
  old: Value[],
  now: Value[],
  input: Value,
): [string, Kind][] {
  const inputs = Array.isArray(input) ? input : []
  return Array.from({ length: Math.max(old.length, now.length) }).flatMap(
    (_, index): [string, Kind][] => {
      const place = `${path}[${index}]`
      if (index >= old.length) return [[place, 'ADD']]
      if (index >= now.length) return [[place, 'DELETE']]
      return compare(element, place, old[index]!, now[index]!, inputs[index] ?? null)
    },
  )
}

/** Elements gone are named by their place in the state, new ones by their place in the program. */
function compareSets(
  set: Property,
  path: string,
  old: Value[],
  now: Value[],
  inputs: Value[],
): [string, Kind][] {
  const gone = old.flatMap((value, index) => (holds(set, now, value) ? [] : [index]))
  const added = inputs.flatMap((value, index) => (holds(set, old, value) ? [] : [index]))
  // A member in which a text is unset is not found again among the inputs.
  const unlike = (input: Value) => !holds(set, now, input) || leavesTextOut(set, now, input)
  if (added.some((index) => unlike(inputs[index]!))) {
    return [[path, 'UPDATE']]
  }
  const places = [...new Set([...gone, ...added])].sort((a, b) => a - b)
  return places.map((index) => {
    if (!gone.includes(index)) return [`${path}[${index}]`, 'ADD']
    return [`${path}[${index}]`, added.includes(index) ? 'UPDATE' : 'DELETE']
  })
}

function holds({ of }: Property, members: Value[], value: Value): boolean {
  return members.some((one) => sameMember(one, value, of))
}

function leavesTextOut({ of }: Property, members: Value[], input: Value): boolean {
  const planned = members.find((one) => sameMember(one, input, of))
  if (!isObject(planned) || !isObject(input)) return false
  return Object.entries(planned).some(([name, value]) => value === '' && !(name in input))
}

function kindOf(old: Value | undefined, now: Value | undefined): Kind | undefined {
  if (old === undefined) return 'ADD'
  if (now === undefined) return 'DELETE'
  return old === now ? undefined : 'UPDATE'
}

/** Members of given objects that a plan has as empty, once anything changes, though they are unset. */
function emptied(properties: Properties, state: Values, inputs: Values): [string, string][] {
  return Object.entries(properties).flatMap(([name, { fields = {} }]) => {
    const old = state[name]
    if (!isObject(old) || !isObject(inputs[name])) return []
    const unset = Object.keys(fields).filter(
      (member) => fields[member]!.emptyInPlan && (old[member] ?? null) === null,
    )
    return unset.map((member): [string, string] => [name, member])
  })
}

/** The plan of an update with such members empty, if it changes anything. */
export function withEmptied(
  properties: Properties,
  planned: Values,
  state: Values,
  inputs: Values,
): Values {
  const changed = Object.entries(properties).some(
    ([name, property]) => !same(property, state[name] ?? null, planned[name] ?? null),
  )
  if (!changed) return planned
  const values = { ...planned }
  for (const [name, member] of emptied(properties, state, inputs)) {
    const empty = properties[name]?.fields?.[member]?.type === 'map' ? {} : []
    if (isObject(values[name])) values[name] = { ...values[name], [member]: empty }
  }
  return values
}
