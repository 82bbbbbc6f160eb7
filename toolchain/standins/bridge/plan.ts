/** From inputs and state to the values that are expected after the operation. */
import { isObject, isUnknown, UNKNOWN, type Value, type Values } from '../server/values.ts'
import { isBlockList, isZero, type Properties, type Property, sorted } from './schema.ts'

/**
 * Plans all properties: given ones as given, computed ones from the state or unknown, unset ones null.
 * @param state undefined when the resource is to be created
 */
export function plan(properties: Properties, inputs: Values, state: Values | undefined): Values {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      planValue(property, inputs[name] ?? null, state && (state[name] ?? null)),
    ]),
  )
}

function planValue(property: Property, input: Value, old: Value | undefined): Value {
  if (input !== null) return given(property, input, old)
  if (property.computed) return old === undefined ? UNKNOWN : old
  if (property.byDefault !== undefined) return property.byDefault
  const unset: Value = isBlockList(property) ? [] : null
  return old !== undefined && isZero(old) ? old : unset
}

function given(property: Property, input: Value, old: Value | undefined): Value {
  if (isUnknown(input)) {
    // A computed set that turns unknown is not planned anew.
    return property.type === 'set' && property.computed && old !== undefined ? old : input
  }
  if (property.stored && typeof input === 'string') return property.stored(input)
  if (property.type === 'set' && Array.isArray(input)) {
    if (input.some((element) => containsUnknown(element))) return UNKNOWN
    return sorted(input.map((element) => filled(property.of, element)))
  }
  if (property.type === 'list' && Array.isArray(input) && property.of?.fields) {
    const olds = Array.isArray(old) ? old : []
    const { fields } = property.of
    return input.map((element, index) => planObject(fields, element, olds[index]))
  }
  if (property.type === 'object' && property.fields) {
    return planObject(property.fields, input, old)
  }
  return input
}

function planObject(fields: Properties, input: Value, old: Value | undefined): Value {
  if (!isObject(input)) return input
  return plan(fields, input, isObject(old) ? old : undefined)
}

/** Members of a set have no history: what is unset in them is empty. */
function filled(property: Property | undefined, element: Value): Value {
  if (!property?.fields || !isObject(element)) return element
  const empty = { string: '', number: 0, boolean: false, list: [], set: [], map: {}, object: null }
  return Object.fromEntries(
    Object.entries(property.fields).map(([name, field]) => {
      const value = element[name] ?? null
      if (value === null) return [name, field.byDefault ?? empty[field.type]]
      return [name, given(field, value, undefined)]
    }),
  )
}

function containsUnknown(value: Value): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown)
  return isObject(value) ? Object.values(value).some(containsUnknown) : isUnknown(value)
}

/**
 * The state after an operation: what the API gave, what it did not give as planned; a collection that is empty in
 * one and unset in the other stays as planned.
 */
export function settle(planned: Values, actual: Values): Values {
  return settleValue(planned, actual) as Values
}

function settleValue(planned: Value, actual: Value | undefined): Value {
  if (actual === undefined) return isUnknown(planned) ? null : planned
  if (isUnknown(planned)) return actual
  const unset = (value: Value) => value === null || (typeof value === 'object' && isZero(value))
  if (unset(planned) && unset(actual)) return planned
  if (isObject(planned) && isObject(actual)) {
    const names = new Set([...Object.keys(planned), ...Object.keys(actual)])
    return Object.fromEntries(
      [...names].map((name) => [name, settleValue(planned[name] ?? null, actual[name])]),
    )
  }
  return actual
}

/** What is kept of a plan when the operation fails half-way: unknowns become null, unknown sets empty. */
export function unfinished(properties: Properties, planned: Values): Values {
  return Object.fromEntries(
    Object.entries(planned).map(([name, value]) => {
      if (!isUnknown(value)) return [name, value]
      return [name, properties[name]?.type === 'set' ? [] : null]
    }),
  )
}
