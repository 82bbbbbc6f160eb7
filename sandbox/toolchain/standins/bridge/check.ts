import { createHash } from 'node:crypto'
import type { CheckRequest, Failure } from '../server/types.ts'
import { isObject, isSecret, isUnknown, reveal, type Value, type Values } from '../server/values.ts'
import { apiName, markSecrets, type Properties, type Property } from './schema.ts'

/** The digits added to the logical name. */
const NAME_DIGITS = 7

/** What a made-up name is like. */
export interface MadeUpNames {
  longest: number
  lowerCase: boolean
}

const ANY_NAMES: MadeUpNames = { longest: 255, lowerCase: false }

/**
 * Converts inputs to their types, fills in names and defaults, and lists what is wrong.
 * @param autonamed the property that gets a made-up name, "" for none
 */
export function checkInputs(
  properties: Properties,
  autonamed: string,
  request: CheckRequest,
  names: MadeUpNames = ANY_NAMES,
): { inputs: Values; failures: Failure[] } {
  const failures: Failure[] = []
  const inputs = convertFields(properties, request.news, (reason, at) =>
    failures.push({ reason: `${reason}. Examine values at '${request.name}.${at}'.` }),
  )
  const defaults = inputs.__defaults as string[]
  if (autonamed && !(autonamed in inputs)) {
    inputs[autonamed] = request.olds[autonamed] ?? madeUpName(request, names)
    defaults.push(autonamed)
  }
  for (const [name, property] of Object.entries(properties)) {
    if (property.filledIn !== undefined && !(name in inputs)) {
      inputs[name] = property.filledIn
      defaults.push(name)
    }
    if (property.required && !(name in inputs)) {
      failures.push({
        reason:
          `Missing required argument. The argument "${apiName(name, property)}" is required, but no definition ` +
          `was found.. Examine values at '${request.name}.${name}'.`,
      })
    }
  }
  defaults.sort()
  return { inputs: markSecrets(properties, inputs), failures }
}

function madeUpName(
  { name, type, randomSeed, autonaming }: CheckRequest,
  { longest, lowerCase }: MadeUpNames,
): string {
  if (autonaming?.mode === 'disable') {
    throw new Error('automatic naming is disabled but no explicit name was provided')
  }
  if (autonaming) return autonaming.proposedName
  const prefix = `${lowerCase ? name.toLowerCase() : name}-`
  if (prefix.length + NAME_DIGITS > longest) {
    throw new Error(
      `could not make instance of '${type}': name '${prefix}' plus ${NAME_DIGITS} random chars is longer than ` +
        `maximum length ${longest}`,
    )
  }
  return prefix + createHash('sha256').update(randomSeed).digest('hex').slice(0, NAME_DIGITS)
}

/** @param at the property's path for the user, such as `backupPolicy.plan` */
type Report = (reason: string, at: string) => void

/** Where a value stands: as the API names it, for the message, and as the user does. */
interface Place {
  api: string
  user: string
  /** Inside lists, messages name the list only. */
  inList?: boolean
}

function convertFields(
  properties: Properties,
  values: Values,
  report: Report,
  parent?: Place,
): Values {
  const inputs: Values = { __defaults: [] }
  for (const [name, wrapped] of Object.entries(values)) {
    const value = isSecret(wrapped) ? reveal(wrapped) : wrapped
    if (value === null || name === '__defaults') continue
    const property = properties[name]
    const user = parent ? (parent.inList ? parent.user : `${parent.user}.${name}`) : name
    if (!property) {
      inputs[name] = value
      report('Invalid or unknown key', user)
      continue
    }
    if (property.unsupported) {
      report('This stand-in for the real plugin does not know the property', user)
    }
    const api = `${parent ? `${parent.api}.` : ''}${apiName(name, property)}`
    inputs[name] = convert(property, value, report, { api, user, inList: parent?.inList })
  }
  return inputs
}

function convert(property: Property, value: Value, report: Report, place: Place): Value {
  if (isUnknown(value)) return value
  const converted = convertType(property, value, report, place)
  const wrong = isUnknown(converted) ? undefined : property.check?.(converted, place.api)
  if (wrong) report(wrong, place.user)
  return converted
}

function convertType(property: Property, value: Value, report: Report, place: Place): Value {
  switch (property.type) {
    case 'string':
    case 'number':
    case 'boolean':
      if (Array.isArray(value)) {
        report('Attribute must be a single value, not a list', place.user)
        return value
      }
      return convertScalar(property.type, value, report, place)
    case 'list':
    case 'set': {
      const element = property.of ?? { type: 'string' }
      return (Array.isArray(value) ? value : [value]).map((item, index) =>
        convert(element, reveal(item), report, {
          api: `${place.api}.${index}`,
          user: place.user,
          inList: true,
        }),
      )
    }
    case 'object': {
      if (!isObject(value) || !property.fields) return value
      // The API's side of it has objects as lists of one.
      const api = place.inList ? place.api : `${place.api}.0`
      return convertFields(property.fields, value, report, { ...place, api })
    }
    case 'map':
      return reveal(value)
  }
}

function convertScalar(
  type: 'string' | 'number' | 'boolean',
  value: Value,
  report: Report,
  place: Place,
): Value {
  if (type === 'string') return typeof value === 'object' ? value : String(value)
  if (typeof value !== 'string') return value
  if (type === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true'
    report(
      `cannot parse '' as bool: strconv.ParseBool: parsing "${value}": invalid syntax`,
      place.user,
    )
    return value
  }
  if (!/^-?\d+(\.\d+)?$/.test(value)) {
    throw new Error(`${place.api}: strconv.ParseInt: parsing "${value}": invalid syntax`)
  }
  return Number(value)
}
