/**
 * Property values as they travel between engine and provider, and the markers in them.
 *
 * A value is plain JSON. What JSON cannot say is said by sentinels, the same as on the wire
 * (pulumi: sdk/go/common/resource/properties.go): a fixed string for an unknown value, an object with a
 * signature for secrets, assets, archives and output values.
 */

/** Any property value. */
export type Value = null | boolean | number | string | Value[] | Values

/** Properties by name. */
export interface Values {
  [name: string]: Value
}

/** Stands for a value that is known only after the operation, whatever its type. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** The key whose value tells what an object with a signature is. */
export const SIGNATURE = '4dabf18193072939515e22adb298388d'

/** What the signature key holds. */
export const SIGNATURES = {
  secret: '1b47061264138c4ac30d75fd1eb44270',
  asset: 'c44067f5952c0a294b673a41bacd8c17',
  archive: '0def7320c3a5731c473e5ecbe6d01bc7',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
} as const

export function isObject(value: Value | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN
}

/** Whether the value is unknown or holds an unknown at any depth, also inside a secret. */
export function hasUnknown(value: Value | undefined): boolean {
  if (isUnknown(value)) return true
  if (Array.isArray(value)) return value.some(hasUnknown)
  if (isObject(value)) {
    if (isOutput(value) && !('value' in value)) return true
    return Object.values(value).some(hasUnknown)
  }
  return false
}

/** Marks a value as secret; what is marked already stays as it is. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SIGNATURES.secret, value }
}

export function isSecret(value: Value | undefined): value is Values {
  return isObject(value) && value[SIGNATURE] === SIGNATURES.secret
}

export function isAsset(value: Value | undefined): value is Values {
  return isObject(value) && value[SIGNATURE] === SIGNATURES.asset
}

export function isArchive(value: Value | undefined): value is Values {
  return isObject(value) && value[SIGNATURE] === SIGNATURES.archive
}

/** An output value: `value` missing means unknown; may carry `secret` and `dependencies`. */
export function isOutput(value: Value | undefined): value is Values {
  return isObject(value) && value[SIGNATURE] === SIGNATURES.output
}

/** The value without any secret marker, at any depth. */
export function reveal(value: Value): Value {
  if (Array.isArray(value)) return value.map(reveal)
  if (isSecret(value)) return reveal(value.value ?? null)
  if (isObject(value)) return mapValues(value, reveal)
  return value
}

/** {@link reveal} for a set of properties. */
export function revealAll(values: Values): Values {
  return mapValues(values, reveal)
}

export function mapValues(values: Values, change: (value: Value, name: string) => Value): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, change(value, name)]),
  )
}
