/**
 * What a resource type's descriptor says about its properties. The rules that check.ts, plan.ts and diff.ts apply
 * to it are those of plugins that wrap a Terraform provider, as both real plugins do.
 */
import type { Value, Values } from '../server/values.ts'
import { isObject, mapValues, secret } from '../server/values.ts'

export interface Property {
  type: 'string' | 'number' | 'boolean' | 'list' | 'set' | 'map' | 'object'
  /** Elements of a list or set; default: strings. Elements with fields make an empty list of an unset one. */
  of?: Property
  /** Members of an object. */
  fields?: Properties
  required?: boolean
  /** The API fills it in: unknown in previews, kept when it is left out. */
  computed?: boolean
  /** A member of an object in a set that the API alone fills in; what it is makes no other member. */
  readOnly?: boolean
  /** A change replaces the resource. */
  replaces?: boolean
  /** As `replaces`, for certain changes only; the diff then names `__meta`. */
  replacesIf?(old: Value, planned: Value): boolean
  /** Marked secret in outputs. */
  secret?: boolean
  /** What the state holds instead of the text itself. */
  stored?(text: string): string
  /** The value in plan and state when it is left out. */
  byDefault?: Value
  /** The value that Check fills in when it is left out. */
  filledIn?: Value
  /** The API's name, where it is not the same in snake_case. */
  apiName?: string
  /** What is wrong with the value, if anything. Called for known values only. */
  check?(value: Value, apiName: string): string | undefined
  /** The real plugin knows it, this one does not: Check refuses it. */
  unsupported?: boolean
  /** Sent to the API, never kept. */
  writeOnly?: boolean
  /** A member of an object that a plan shows as empty rather than unset once anything else changes; maps as added. */
  emptyInPlan?: boolean
}

export interface Properties {
  [name: string]: Property
}

/** One property for each of the SDK's arguments: a missing one does not compile. */
export type InputsOf<Args> = { [Name in keyof Required<Args>]: Property }

/** One property for each of the SDK's state that is no argument. */
export type OutputsOf<State, Args> = {
  [Name in Exclude<keyof Required<State>, keyof Args>]: Property
}

/** `inboundRules` as the API and the real plugins' messages have it: `inbound_rules`. */
export function apiName(name: string, property?: Property): string {
  return property?.apiName ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Null, "", 0, false and empty collections. */
export function isZero(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return !value
}

/** Lists and sets of objects, and maps marked so, are empty rather than null when unset. */
export function isBlockList(property: Property): boolean {
  return (property.type === 'list' || property.type === 'set') && property.of?.type === 'object'
}

/** Inputs without the `__defaults` that Check adds at every level. */
export function withoutBookkeeping(value: Values): Values
export function withoutBookkeeping(value: Value): Value
export function withoutBookkeeping(value: Value): Value {
  if (Array.isArray(value)) return value.map((element) => withoutBookkeeping(element))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '__defaults')
      .map(([name, member]) => [name, withoutBookkeeping(member)]),
  )
}

/** Marks what is secret, in objects too; nulls are marked as well. */
export function markSecrets(properties: Properties, values: Values): Values {
  return mapValues(values, (value, name) => {
    const property = properties[name]
    if (property?.secret) return secret(value)
    return property?.fields && isObject(value) ? markSecrets(property.fields, value) : value
  })
}

/** Elements of a set in the order in which the real plugins give them; what is unset comes last. */
export function sorted(set: Property, elements: Value[]): Value[] {
  return elements.toSorted((a, b) =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : compare(sortKey(set.of, a), sortKey(set.of, b)),
  )
}

function sortKey(property: Property | undefined, value: Value): string {
  if (value === null) return '~'
  if (Array.isArray(value)) return `[${value.map((one) => sortKey(undefined, one)).join(';')}]`
  if (!isObject(value)) return typeof value === 'string' ? JSON.stringify(value) : String(value)
  const fields = property?.fields ?? {}
  const names = settableNames(fields).toSorted((a, b) => compare(apiName(a), apiName(b)))
  return names.map((name) => sortKey(fields[name], value[name] ?? null)).join(';')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const settableNames = (fields: Properties): string[] =>
  Object.keys(fields).filter((name) => !fields[name]?.readOnly)

/**
 * Whether two members of a set are the same but for what is unset in one and empty in the other, and
 * for what the API alone fills in.
 * @param of the members' type
 */
export function sameMember(a: Value, b: Value, of?: Property): boolean {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b)
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => {
    if (of?.fields?.[name]?.readOnly) return true
    const [one, other] = [a[name] ?? null, b[name] ?? null]
    return (isZero(one) && isZero(other)) || JSON.stringify(one) === JSON.stringify(other)
  })
}

/** Sets read from an API, at any depth, in the order of {@link sorted}. */
export function sortSets(properties: Properties, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, sortValue(properties[name], value)]),
  )
}

function sortValue(property: Property | undefined, value: Value): Value {
  if (isObject(value) && property?.fields) return sortSets(property.fields, value)
  if (!Array.isArray(value)) return value
  const elements = value.map((element) => sortValue(property?.of, element))
  return property?.type === 'set' ? sorted(property, elements) : elements
}
