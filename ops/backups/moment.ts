/** RFC 3339, section 5.6: date, time, and a zone. */
const FORM = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * A moment to restore to, as somebody has typed it.
 * @returns RFC 3339 in UTC, as precise as it was typed
 * @throws Error for one without a zone, one that there is not, and one that is still to come
 */
export function momentIn(text: string, now = Date.now()): string {
  const example = new Date(now - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  if (!FORM.test(text)) {
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
  if (Number.isNaN(time)) throw new Error(`--at ${text} is not in the calendar`)
  if (time > now) {
    throw new Error(`--at ${text} is in the future: it is ${new Date(now).toISOString()} here`)
  }
  return new Date(time).toISOString().replace('Z', `${finer}Z`)
}
