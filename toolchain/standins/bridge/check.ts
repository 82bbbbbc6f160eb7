import { createHash } from 'node:crypto'
import type { CheckRequest, CheckResult, Failure } from '../server/types.ts'
import {
  isObject,
  isSecret,
  isUnknown,
  reveal,
  secret,
  type Value,
  type Values,
} from '../server/values.ts'
import { apiName, type Properties, type Property } from './schema.ts'

/** The longest name that is made up, and the digits added to the logical name. */
const LONGEST_NAME = 255
const NAME_DIGITS = 7

/**
 * Converts inputs to their types, fills in names and defaults, and lists what is wrong.
 * @param autonamed the property that gets a made-up name, "" for none
 */
export function checkInputs(
  properties: Properties,
  autonamed: string,
  request: CheckRequest,
): CheckResult {
  const failures: Failure[] = []
  const inputs = convertFields(properties, request.news, (reason, name, nested) =>
    failures.push({ reason: `${reason}. Examine values at '${request.name}.${nested ?? name}'.` }),
  )
  const defaults = inputs.__defaults as string[]
  if (autonamed && !(autonamed in inputs)) {
    inputs[autonamed] = request.olds[autonamed] ?? madeUpName(request)
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
  for (const [name, value] of Object.entries(inputs)) {
    if (properties[name]?.secret) inputs[name] = secret(value)
  }
  return { inputs, failures }
}

function madeUpName({ name, type, randomSeed, autonaming }: CheckRequest): string {
  if (autonaming?.mode === 'disable') {
    throw new Error('automatic naming is disabled but no explicit name was provided')
  }
  if (autonaming) return autonaming.proposedName
  const prefix = `${name}-`
  if (prefix.length + NAME_DIGITS > LONGEST_NAME) {
    throw new Error(
      `could not make instance of '${type}': name '${prefix}' plus ${NAME_DIGITS} random chars is longer than ` +
        `maximum length ${LONGEST_NAME}`,
    )
  }
  return prefix + createHash('sha256').update(randomSeed).digest('hex').slice(0, NAME_DIGITS)
}

type Report = (reason: string, name: string, nested?: string) => void

/** @param path the API's names down to these fields, for messages, such as `inbound_rule.0.` */
function convertFields(
  properties: Properties,
  values: Values,
  report: Report,
  path = '',
  root?: string,
): Values {
  const inputs: Values = { __defaults: [] }
  for (const [name, wrapped] of Object.entries(values)) {
    const value = isSecret(wrapped) ? reveal(wrapped) : wrapped
    if (value === null || name === '__defaults') continue
    const property = properties[name]
    const place = root ?? name
    if (!property) {
      inputs[name] = value
      report('Invalid or unknown key', place)
      continue
    }
    if (property.unsupported) {
      report('This stand-in for the real plugin does not know the property', place)
    }
    const where = path + apiName(name, property)
    inputs[name] = convert(property, value, report, where, place, root ? undefined : name)
  }
  return inputs
}

function convert(
  property: Property,
  value: Value,
  report: Report,
  where: string,
  place: string,
  nested: string | undefined,
): Value {
  if (isUnknown(value)) return value
  const converted = convertType(property, value, report, where, place, nested)
  const wrong = isUnknown(converted) ? undefined : property.check?.(converted, where)
  if (wrong) report(wrong, place, nested)
  return converted
}

function convertType(
  property: Property,
  value: Value,
  report: Report,
  where: string,
  place: string,
  nested: string | undefined,
): Value {
  switch (property.type) {
    case 'string':
    case 'number':
    case 'boolean':
      if (Array.isArray(value)) {
        report('Attribute must be a single value, not a list', place)
        return value
      }
      return convertScalar(property.type, value, (reason) => report(reason, place), where)
    case 'list':
    case 'set': {
      const element = property.of ?? { type: 'string' }
      return (Array.isArray(value) ? value : [value]).map((item, index) =>
        convert(element, reveal(item), report, `${where}.${index}`, place, nested),
      )
    }
    case 'object':
      if (!isObject(value) || !property.fields) return value
      return convertFields(property.fields, value, report, `${where}.0.`, place)
    case 'map':
      return isObject(value) ? (reveal(value) as Values) : value
  }
}

function convertScalar(
  type: 'string' | 'number' | 'boolean',
  value: Value,
  report: (reason: string) => void,
  where: string,
): Value {
  if (type === 'string') return typeof value === 'object' ? value : String(value)
  if (typeof value !== 'string') return value
  if (type === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true'
    report(`cannot parse '' as bool: strconv.ParseBool: parsing "${value}": invalid syntax`)
    return value
  }
  if (!/^-?\d+(\.\d+)?$/.test(value)) {
    throw new Error(`${where}: strconv.ParseInt: parsing "${value}": invalid syntax`)
  }
  return Number(value)
}
