/** RFC 3339, section 5.6: date, time, and a zone; and without seconds. */
const FORM =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/

/**
 * A moment in the past, as somebody has typed it; with its zone, as one that is an hour off brings back
 * what is to go.
 * @returns RFC 3339 in UTC, as precise as it was typed, and milliseconds at least
 * @throws Error for one without a zone, one that there is not, and one that is still to come
 */
export function momentIn(text: string, now = Date.now()): string {
  const example = new Date(now - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  const typed = FORM.exec(text)
  if (!typed) {
    throw new Error(
      `--at ${text} is no time with a zone. Allowed: RFC 3339, such as ${example} or ${example.replace('Z', '+02:00')}`,
    )
  }
  // Dates are milliseconds, and PostgreSQL's moments a thousand times finer.
  const finer = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? ''
  const time = Date.parse(
    text
      .replace(' ', 'T')
      .replace(/(\.\d{3})\d+/, '$1')
      .toUpperCase(),
  )
  if (Number.isNaN(time) || !isDay(typed.slice(1, 5).map(Number)))
    throw new Error(`--at ${text} is not in the calendar`)
  if (time > now) {
    throw new Error(`--at ${text} is in the future: it is ${new Date(now).toISOString()} here`)
  }
  return new Date(time).toISOString().replace('Z', `${finer}Z`)
}

/** Date.parse takes a day that a month lacks, and the hour 24, for those of the next one. */
function isDay([year = 0, month = 0, day = 0, hour = 0]: number[]): boolean {
  return hour < 24 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}
