import { formatExpiry } from '../../config/expiry.ts'

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const LONGEST_DAYS = 30

/**
 * Reads a time to live such as `90m`, `24h` or `3d`; milliseconds.
 * @throws Error that says what is allowed
 */
export function duration(text: string): number {
  const [, number, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const milliseconds = Number(number) * UNITS[unit as keyof typeof UNITS]
  if (milliseconds > 0 && milliseconds <= LONGEST_DAYS * UNITS.d) return milliseconds
  throw new Error(
    `--ttl ${text} is no time to live. Allowed: minutes, hours or days up to ${LONGEST_DAYS}d, such as 90m, 24h or 3d.`,
  )
}

/** The end of a time to live that begins now, to the minute, as the key `expires` has it. */
export function expiryAfter(milliseconds: number, now = new Date()): string {
  const minute = UNITS.m
  const end = Math.ceil((now.getTime() + milliseconds) / minute) * minute
  return formatExpiry(new Date(end))
}
