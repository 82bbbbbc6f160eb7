import { isSecretName, SECRET_SHAPES } from '../../policy/secrets.ts'

/** What stands in a report for a secret; the engine's own word. */
export const MASK = '[secret]'

/** The engine's mark for a value that is known only after the update (plugin.UnknownStringValue). */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
export const LATER = '(known after the update)'

/** Key and value by which a serialised state marks a secret (resource.SigKey, resource.SecretSig). */
const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d'
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270'

const SHAPES = SECRET_SHAPES.map(({ shape }) => new RegExp(shape, 'g'))

/**
 * A value as a report may show it. The engine masks what it knows to be secret; this holds even
 * where a preview was made with `--show-secrets`, or a secret went into a plain property.
 * @param name the property's
 */
export function mask(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => mask(each, name))
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>
    if (record[SIGNATURE_KEY] === SECRET_SIGNATURE || 'ciphertext' in record) return MASK
    return Object.fromEntries(
      Object.entries(record)
        .filter(([key]) => key !== SIGNATURE_KEY && !key.startsWith('__'))
        .map(([key, each]) => [key, mask(each, key)]),
    )
  }
  if (value === UNKNOWN) return LATER
  if (typeof value !== 'string' || value === '') return value
  return isSecretName(name) ? MASK : maskText(value)
}

/** Free text, such as the engine's messages. */
export function maskText(text: string): string {
  return SHAPES.reduce((masked, shape) => masked.replace(shape, MASK), text).replaceAll(
    UNKNOWN,
    LATER,
  )
}
