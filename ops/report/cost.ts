import {
  DATABASE_SIZES,
  FREE,
  HOURS_A_MONTH,
  isBucket,
  type Price,
  price,
} from '../../policy/prices.ts'
import type { Properties } from './preview.ts'
import type { Prices } from './prices.ts'
import type { Resource } from './resources.ts'

/** US dollars a month; undefined where no price is known. */
export interface CostLine {
  resource: string
  before?: number
  after?: number
  /** How the price comes about, such as the size. */
  note: string
}

export interface Cost {
  /** What is or was paid for, by URN. */
  lines: CostLine[]
  /** Dollars a month; undefined if a price is missing. */
  before?: number
  after?: number
  /** Dollars an hour after the change. */
  hourly?: number
  /** Resources without a known price. */
  unknown: string[]
  /** The preview names every resource, the unchanged ones too. */
  complete: boolean
}

/**
 * Dollars a month before and after. Traffic beyond the included share is not counted, nor the
 * minutes in which a replacement has two droplets.
 * @param unchanged how many resources the engine found unchanged
 */
export function cost(all: Resource[], prices: Prices | undefined, unchanged: number): Cost {
  const lines: CostLine[] = []
  const unknown: string[] = []
  const assigned = { before: assignments(all, 'old'), after: assignments(all, 'new') }
  const sizes = { ...prices?.stated, ...prices?.sizes }
  const databases = { ...DATABASE_SIZES, ...prices?.stated }
  const subscribed = { before: false, after: false }
  for (const one of all) {
    if (!one.type.startsWith('digitalocean:') || FREE.has(one.kind)) continue
    const resource = `${one.kind} ${one.name}`
    const of = (properties: Properties | undefined, side: 'before' | 'after') => {
      if (!properties) return undefined
      const found: Price | undefined = price(one.type, properties, {
        sizes,
        databases,
        assigned: one.kind === 'ReservedIp' && !properties.dropletId && assigned[side]-- > 0,
        subscribed: subscribed[side],
      })
      subscribed[side] ||= isBucket(one.type)
      return found
    }
    const former = one.old && { ...one.oldOutputs, ...one.old }
    // What stays in the account costs there as before.
    const later = one.new ?? (one.retained ? former : undefined)
    const before = of(former, 'before')
    const after = of(later, 'after')
    if ((one.old && !before) || (later && !after)) unknown.push(resource)
    lines.push({
      resource,
      ...(one.old ? before && { before: before.monthly } : { before: 0 }),
      ...(later ? after && { after: after.monthly } : { after: 0 }),
      note: notes(before?.note, after?.note),
    })
  }
  const complete = all.filter(({ operation }) => operation === 'same').length >= unchanged
  const total = (side: 'before' | 'after') =>
    unknown.length > 0 || !complete
      ? undefined
      : cents(lines.reduce((sum, line) => sum + (line[side] ?? 0), 0))
  const after = total('after')
  return {
    lines,
    ...(after !== undefined && {
      before: total('before'),
      after,
      hourly: Math.round((after / HOURS_A_MONTH) * 1e5) / 1e5,
    }),
    unknown,
    complete,
  }
}

/** How many addresses have a droplet; an assignment that is replaced counts on both sides. */
function assignments(all: Resource[], side: 'old' | 'new'): number {
  return all.filter((one) => one.kind === 'ReservedIpAssignment' && one[side]).length
}

function notes(before: string | undefined, after: string | undefined): string {
  if (before && after && before !== after) return `${before} → ${after}`
  return after ?? before ?? 'no price is known'
}

const cents = (dollars: number) => Math.round(dollars * 100) / 100

/** `$6.00`, `+$6.00`. */
export function dollars(amount: number, signed = false): string {
  const sign = amount < 0 ? '-' : signed && amount > 0 ? '+' : ''
  return `${sign}$${Math.abs(amount).toFixed(2)}`
}

/** One line: before, after, difference. */
export function costInWords({ before, after, hourly = 0, unknown, complete }: Cost): string {
  if (!complete) {
    return 'unknown: this preview leaves unchanged resources out (make it with --show-sames)'
  }
  if (before === undefined || after === undefined) {
    return `unknown: no price is known of ${unknown.join(', ')}`
  }
  if (before === after) return `${dollars(after)} a month, as before`
  const difference = Math.round((after - before) * 100) / 100
  return `${dollars(before)} → ${dollars(after)} a month (${dollars(difference, true)}), $${hourly} an hour`
}

/** Why the cost does not keep to a budget in dollars a month; undefined if it does. */
export function overBudget(found: Cost, budget: number): string | undefined {
  if (found.after === undefined) {
    return `The budget of ${dollars(budget)} a month cannot be checked: the cost is ${costInWords(found)}`
  }
  if (found.after <= budget) return undefined
  return `Over the budget of ${dollars(budget)} a month by ${dollars(found.after - budget)}`
}
