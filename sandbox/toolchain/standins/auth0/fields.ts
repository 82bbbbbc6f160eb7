/** Between our properties and the API's JSON, by the types in the descriptor. */
import { apiName, type Properties, type Property } from '../bridge/schema.ts'
import { isObject, type Value, type Values } from '../server/values.ts'

/** Given properties as the API names them; what is unset or unsupported is left out. */
export function toApi(properties: Properties, given: Values): Values {
  const body: Values = {}
  for (const [name, property] of Object.entries(properties)) {
    const value = given[name] ?? null
    if (value === null || property.unsupported) continue
    const { fields } = property
    body[apiName(name, property)] = fields && isObject(value) ? toApi(fields, value) : value
  }
  return body
}

/** All properties from the API's JSON; what is missing there is the type's zero value. */
export function fromApi(properties: Properties, json: Values): Values {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      valueFromApi(property, json[apiName(name, property)] ?? null),
    ]),
  )
}

function valueFromApi(property: Property, value: Value): Value {
  if (property.fields && !property.unsupported) {
    return isObject(value) ? fromApi(property.fields, value) : null
  }
  return value ?? zeroOf(property)
}

export function zeroOf(property: Property): Value {
  return { string: '', number: 0, boolean: false, list: [], set: [], map: {}, object: null }[
    property.type
  ]
}

/** A check for a text out of a list. */
export function oneOf(allowed: string[]): Property['check'] {
  const list = allowed.map((one) => `"${one}"`).join(' ')
  return (value, name) =>
    allowed.includes(String(value))
      ? undefined
      : `expected ${name} to be one of [${list}], got ${value}`
}

/** Several properties of one kind, by name. */
export function each<Name extends string>(
  names: Name[],
  property: Property,
): Record<Name, Property> {
  return Object.fromEntries(names.map((name) => [name, property])) as Record<Name, Property>
}
