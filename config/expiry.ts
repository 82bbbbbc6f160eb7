/** How an expiry is written: a minute in UTC, ISO 8601 without seconds, one spelling for one time. */

/** `2026-11-23T09:00Z`; undefined for any other text. */
export function parseExpiry(text: string): Date | undefined {
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && formatExpiry(time) === text ? time : undefined
}

/** The text of the key `expires`; seconds are dropped. */
export function formatExpiry(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`
}

/** As part of a tag, which takes letters, digits, `:`, `-` and `_` alone: `20261123T0900Z`. */
export function expiryInTag(time: Date): string {
  return formatExpiry(time).replace(/[-:]/g, '')
}
