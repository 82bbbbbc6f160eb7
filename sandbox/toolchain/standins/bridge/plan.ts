/** From inputs and state to the values that are expected after the operation. */
import {
  isObject,
  isUnknown,
  mapValues,
  UNKNOWN,
  type Value,
  type Values,
} from '../server/values.ts'
import {
  isBlockList,
  isZero,
  type Properties,
  type Property,
  sameMember,
  sorted,
} from './schema.ts'

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
  if (property.writeOnly) return null
  const isGiven = input !== null && !(Array.isArray(input) && isZero(input) && !property.computed)
  if (isGiven) return given(property, input, old)
  if (property.computed) {
    const isList = property.type === 'set' || property.type === 'list'
    const unread = old === undefined || (old === null && isList)
    return unread ? UNKNOWN : old
  }
  // An empty default is not filled in at first, but it is what a text that is left out later turns to.
  const emptyAtFirst = (old ?? null) === null && property.byDefault === ''
  if (property.byDefault !== undefined && !emptyAtFirst) return property.byDefault
  if (old !== undefined && isZero(old)) return old
  if (isBlockList(property) || Array.isArray(old)) return []
  return isObject(old) && property.type === 'map' ? {} : null
}

function given(property: Property, input: Value, old: Value | undefined): Value {
  if (isUnknown(input)) {
    // A computed set that turns unknown is not planned anew.
    return property.type === 'set' && property.computed && old !== undefined ? old : input
  }
  if (property.stored && typeof input === 'string') {
    return input === old ? old : property.stored(input)
  }
  if (property.type === 'set' && Array.isArray(input)) {
    if (input.some((element) => containsUnknown(element))) return UNKNOWN
    const members = sorted(
      property,
      input.map((element) => filled(property.of, element)),
    )
    return Array.isArray(old) ? replanned(property, members, old) : members
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
      if (value === null && field.readOnly) return [name, UNKNOWN]
      if (value === null) return [name, field.byDefault ?? empty[field.type]]
      return [name, given(field, value, undefined)]
    }),
  )
}

/** In a set that changes, the members that stay show as unset what is empty. */
function replanned(property: Property, members: Value[], old: Value[]): Value[] {
  const stays = (member: Value) => old.some((one) => sameMember(one, member, property.of))
  const known = members.map((member) => withReadOnly(property, member, old))
  if (known.length === old.length && known.every(stays)) return known
  return sorted(
    property,
    known.map((member) => (stays(member) ? withoutEmptyTexts(member) : member)),
  )
}

/** A member that was there before with what the API filled in for it. */
function withReadOnly({ of }: Property, member: Value, old: Value[]): Value {
  const before = old.find((one) => sameMember(one, member, of))
  if (!of?.fields || !isObject(member) || !isObject(before)) return member
  const { fields } = of
  return mapValues(member, (value, name) =>
    fields[name]?.readOnly ? (before[name] ?? null) : value,
  )
}

function withoutEmptyTexts(member: Value): Value {
  return isObject(member) ? mapValues(member, (value) => (value === '' ? null : value)) : member
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
  if (Array.isArray(planned) && Array.isArray(actual) && planned.length === actual.length) {
    const same = planned.every((one) => actual.some((other) => sameMember(one, other)))
    if (same && planned.every(isObject)) return planned
  }
  if (isObject(planned) && isObject(actual)) {
    const names = new Set([...Object.keys(planned), ...Object.keys(actual)])
    return Object.fromEntries(
      [...names].map((name) => [name, settleValue(planned[name] ?? null, actual[name])]),
    )
  }
  return actual
}

/**
 * What is kept of a plan when the operation fails half-way: unknowns become null, those within
 * other values too, and unknown sets empty. The engine would take a reply with an unknown for no
 * reply, and keep a resource without an id.
 */
export function unfinished(properties: Properties, planned: Values): Values {
  return Object.fromEntries(
    Object.entries(planned).map(([name, value]) => {
      if (isUnknown(value) && properties[name]?.type === 'set') return [name, []]
      return [name, withoutUnknowns(value)]
    }),
  )
}

function withoutUnknowns(value: Value): Value {
  if (isUnknown(value)) return null
  if (Array.isArray(value)) return value.map(withoutUnknowns)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutUnknowns(inner)]),
  )
}
