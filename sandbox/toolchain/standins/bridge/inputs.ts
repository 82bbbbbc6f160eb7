/** From the state that was read back to the inputs that would have made it. */
import { isObject, type Value, type Values } from '../server/values.ts'
import { isZero, type Properties, type Property, sorted } from './schema.ts'

/** The old inputs brought up to date: the same properties, values from the state. */
export function refreshedInputs(
  properties: Properties,
  oldInputs: Values,
  oldState: Values,
  state: Values,
): Values {
  const inputs: Values = {}
  for (const [name, old] of Object.entries(oldInputs)) {
    if (name === '__defaults') continue
    const property = properties[name]
    const [before, now] = [oldState[name] ?? null, state[name] ?? null]
    // The state has a digest of the text: as long as it is the same, so is the text.
    if (property?.stored && before === now) inputs[name] = old
    else inputs[name] = refreshed(property, old, now)
  }
  const defaults = Array.isArray(oldInputs.__defaults) ? oldInputs.__defaults : []
  const kept = defaults.filter((name) => inputs[String(name)] === oldInputs[String(name)])
  return kept.length ? { __defaults: kept, ...inputs } : inputs
}

function refreshed(property: Property | undefined, old: Value, now: Value): Value {
  if (property?.type === 'object' && property.fields && isObject(old) && isObject(now)) {
    return refreshedInputs(property.fields, old, {}, now)
  }
  const element = property?.of?.fields
  if (element && Array.isArray(now)) {
    const members = now.map((value) => (isObject(value) ? settable(element, value) : value))
    return property.type === 'set' ? sorted(property, members) : members
  }
  return now
}

/** Inputs for an import: what can be set and has a value that is not the default. */
export function importedInputs(properties: Properties, state: Values): Values {
  return { __defaults: [], ...settable(properties, state, true) }
}

function settable(properties: Properties, state: Values, bookkeeping = false): Values {
  const inputs: Values = {}
  for (const [name, property] of Object.entries(properties)) {
    const value = state[name] ?? null
    const usual = property.byDefault ?? property.filledIn
    if (property.readOnly) continue
    const skip = usual !== undefined ? value === usual : isZero(value)
    if (!skip) inputs[name] = imported(property, value, bookkeeping)
  }
  return inputs
}

function imported(property: Property, value: Value, bookkeeping: boolean): Value {
  const defaults: Values = bookkeeping ? { __defaults: [] } : {}
  if (property.fields && isObject(value)) {
    return { ...defaults, ...settable(property.fields, value, bookkeeping) }
  }
  if (property.type === 'map' && isObject(value)) return { ...defaults, ...value }
  const element = property.of?.fields
  if (element && Array.isArray(value)) {
    return value.map((member) =>
      isObject(member) ? { ...defaults, ...settable(element, member, bookkeeping) } : member,
    )
  }
  return value
}
