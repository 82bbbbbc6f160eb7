import type { Failure } from '../server/types.ts'
import { hasUnknown, isObject, reveal, type Value, type Values } from '../server/values.ts'

/** What an input must be; `any` for assets, triggers and other free values. */
type Kind = 'string' | 'bool' | 'int' | 'float64' | 'strings' | 'texts' | 'any' | Fields<unknown>

export interface Field {
  kind: Kind
  required?: boolean
  /** The official plugin has it, this stand-in does not. */
  unsupported?: boolean
}

/** @typeParam Args the SDK's own arguments type: an input missing here does not compile */
export interface Fields<Args> {
  /** The name in messages, `remote.CommandInputs`. */
  name: string
  fields: { [Name in keyof Required<Args>]: Field }
}

/** The reasons to refuse these inputs, in the official plugin's words. */
export function failures<Args>(type: Fields<Args>, inputs: Values): Failure[] {
  return faults(type, inputs).map(({ property, reason }) => ({ property, reason }))
}

function faults<Args>(type: Fields<Args>, inputs: Values): Required<Failure>[] {
  const fields = Object.entries<Field>(type.fields)
  const unknown = Object.keys(inputs).filter((name) => !(name in type.fields))
  const found = unknown.map((name) => ({
    property: name,
    reason: `Unrecognized field '${name}' on '${type.name}'`,
  }))
  for (const [name, field] of fields) {
    const value = reveal(inputs[name] ?? null)
    if (value === null) {
      if (!field.required) continue
      found.push({
        property: name,
        reason: `Missing required field '${name}' on '${type.name}'`,
      })
    } else if (field.unsupported) {
      found.push({
        property: name,
        reason: `'${name}' is beyond this stand-in: install the official command plugin for it`,
      })
    } else if (!hasUnknown(value)) {
      found.push(...kindFaults(type.name, name, field.kind, value))
    }
  }
  return found
}

function kindFaults(owner: string, name: string, kind: Kind, value: Value): Required<Failure>[] {
  const wrong = (property: string, wanted: string, got: Value) => ({
    property,
    reason: `Field '${property}' on '${owner}' must be a '${wanted}'; got '${goType(got)}' instead`,
  })
  if (kind === 'any') return []
  if (kind === 'strings') {
    if (!isObject(value)) return [wrong(name, 'map', value)]
    return Object.entries(value)
      .filter(([, item]) => typeof item !== 'string')
      .map(([key, item]) => wrong(`${name}[${key}] value`, 'string', item))
  }
  if (kind === 'texts') {
    if (!Array.isArray(value)) return [wrong(name, 'slice', value)]
    return value.flatMap((item, index) =>
      typeof item === 'string' ? [] : [wrong(`${name}[${index}]`, 'string', item)],
    )
  }
  if (typeof kind === 'string') {
    const goKind = kind === 'int' ? 'float64' : kind
    return goType(value) === goKind ? [] : [wrong(name, kind, value)]
  }
  if (!isObject(value)) return [wrong(name, 'struct', value)]
  const inner = faults(kind, value)
  if (inner.length === 0) return []
  const list = inner.map(({ property, reason }) => `\n\t${property}: ${reason}`).join('')
  const path = `${owner.replace(/^.*\./, '')}.${name}`
  return [
    {
      property: name,
      reason: `An error occurred decoding '${path}': ${inner.length} failures decoding:${list}`,
    },
  ]
}

function goType(value: Value): string {
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return Array.isArray(value) ? 'slice' : 'map'
}
