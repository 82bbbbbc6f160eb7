/** Schedules of cron (five fields, crontab(5)) as calendars of systemd (systemd.time(7)), in UTC. */

interface Field {
  name: string
  least: number
  most: number
  /** Names in the order of the numbers from `least`. */
  words?: string[]
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat sun'.split(' ')
const FIELDS: [Field, Field, Field, Field, Field] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'day of the week', least: 0, most: 7, words: DAYS },
]
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** What is wrong with a schedule, or the calendars that it stands for. */
export type Schedule = { wrong: string } | { calendars: string[] }

/**
 * Reads `minute hour day month weekday`: numbers, names of months and days, `*`, lists, ranges and
 * steps. Where day and weekday are both given, either is enough, as cron has it: two calendars.
 */
export function readCron(text: string): Schedule {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== FIELDS.length) return { wrong: `has not five fields but ${parts.length}` }
  const sets = FIELDS.map((field, at) => numbers(parts[at] ?? '', field))
  const bad = sets.indexOf(undefined)
  if (bad >= 0) return { wrong: `names as ${FIELDS[bad]?.name} ${parts[bad]}` }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = sets as number[][]
  const anyDay = parts[2]?.startsWith('*')
  const anyWeekday = parts[4]?.startsWith('*')
  const comes = months.some((month) => days.some((day) => day <= (LONGEST_MONTHS[month - 1] ?? 0)))
  if (!comes && anyWeekday) return { wrong: 'never comes' }

  const time = `${list(hours, FIELDS[1])}:${list(minutes, FIELDS[0])}:00 UTC`
  const on = (named: number[], inMonth: number[]) =>
    `${weekday(named)}*-${list(months, FIELDS[3])}-${list(inMonth, FIELDS[2])} ${time}`
  const every = { days: range(1, 31), weekdays: range(0, 6) }
  if (anyDay || anyWeekday) return { calendars: [on(weekdays, days)] }
  return { calendars: [on(every.weekdays, days), on(weekdays, every.days)] }
}

/** @returns the numbers that a field stands for, sorted; undefined where it is none */
function numbers(text: string, field: Field): number[] | undefined {
  const found = new Set<number>()
  for (const item of text.split(',')) {
    const [, span = '', step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(item) ?? []
    const [first, last] = ends(span, field)
    if (first === undefined || last === undefined || first > last) return undefined
    if (step !== undefined && (Number(step) < 1 || !/[*-]/.test(span))) return undefined
    for (let one = first; one <= last; one += Number(step ?? 1)) found.add(one)
  }
  // Sunday is 0 and 7.
  const sundays = [...found].map((one) => (field.most === 7 && one === 7 ? 0 : one))
  return [...new Set(sundays)].sort((a, b) => a - b)
}

function ends(span: string, field: Field): [number?, number?] {
  if (span === '*') return [field.least, field.most]
  const [first = '', last = first, ...more] = span.split('-')
  return more.length > 0 ? [] : [number(first, field), number(last, field)]
}

function number(text: string, { least, most, words }: Field): number | undefined {
  const named = words?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + least
  const value = Number(text)
  return /^\d{1,2}$/.test(text) && value >= least && value <= most ? value : undefined
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

function list(values: number[], { least, most }: Field): string {
  if (values.length === most - least + 1) return '*'
  return values.map((value) => String(value).padStart(2, '0')).join(',')
}

function weekday(values: number[]): string {
  if (values.length === 7) return ''
  const names = values.map((value) => DAYS[value] ?? '')
  return `${names.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).join(',')} `
}
