/** What stands in a report for a secret; the engine's own word. */
export const MASK = '[secret]'

/** The engine's mark for a value that is known only after the update (plugin.UnknownStringValue). */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
export const LATER = '(known after the update)'

/** Key and value by which a serialised state marks a secret (resource.SigKey, resource.SecretSig). */
const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d'
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270'

/** Names that hold secrets, wherever they are; names of lists and methods are not values. */
const SECRET_NAME = /secret|passw|token|private_?key|passphrase|api_?key|credential/i
const PUBLIC_NAME = /(names|method|type|lifetime|expiration|algorithm|public_?key)$/i

/** Shapes that are secret under any name: private keys, tokens of the services around a stack. */
const SECRET_SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bdo[opr]_v1_[0-9a-f]{16,}\b/g,
  /\bgh[opsur]_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_\w{20,}\b/g,
  /\bpul-[0-9a-f]{40}\b/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g,
  /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
]

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
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name) ? MASK : maskText(value)
}

/** Free text, such as the engine's messages. */
export function maskText(text: string): string {
  return SECRET_SHAPES.reduce((masked, shape) => masked.replace(shape, MASK), text).replaceAll(
    UNKNOWN,
    LATER,
  )
}
