/**
 * How an expiry is written in the configuration, in outputs, in metadata and by the verbs: a minute
 * in UTC, ISO 8601 without seconds, one spelling for one time. Only a tag has another.
 */

/** `2026-11-23T09:00Z`; undefined for any other text. */
export function parseExpiry(text: string): Date | undefined {
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && formatExpiry(time) === text ? time : undefined
}

/** The text of the key `expires`; seconds are dropped. */
export function formatExpiry(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`
}

/**
 * `padlock-pr-12:expires:20261123T0900Z`: under the stack's own name, so that deleting it touches
 * no other stack's, and of the characters that a tag may have (letters, digits, `:`, `-`, `_`).
 */
export function expiryTag(name: string, time: Date): string {
  return `${name}:expires:${formatExpiry(time).replace(/[-:]/g, '')}`
}

/** The time in an expiry's tag; undefined for any other tag. */
export function expiryOfTag(tag: string): Date | undefined {
  const [, year, month, day, hour, minute] =
    /:expires:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(tag) ?? []
  return parseExpiry(`${year}-${month}-${day}T${hour}:${minute}Z`)
}

/** The time in metadata; version 0.1 wrote seconds too. */
export function expiryOfMetadata(text: string | undefined): Date | undefined {
  return parseExpiry((text ?? '').replace(/(T\d\d:\d\d):\d\d(\.\d+)?Z$/, '$1Z'))
}
