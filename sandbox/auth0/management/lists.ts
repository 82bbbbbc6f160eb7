/** Selecting fields and pages, alike for all entities. */
import { ApiError } from './errors.ts'

export type Query = Record<string, string | undefined>

/** `?fields=a,b&include_fields=true|false`; properties in `always` stay in any case. */
export function selectFields<T extends Record<string, unknown>>(
  entity: T,
  query: Query,
  always: string[] = [],
): Partial<T> {
  if (!query.fields) return entity
  const fields = new Set(query.fields.split(','))
  const include = query.include_fields !== 'false'
  const kept = Object.entries(entity).filter(
    ([name]) => fields.has(name) === include || always.includes(name),
  )
  return Object.fromEntries(kept) as Partial<T>
}

function integer(query: Query, name: string, limits: { min: number; max: number }) {
  const text = query[name]
  if (text === undefined) return undefined
  const value = Number(text)
  const refuse = (problem: string) =>
    new ApiError(
      400,
      `Query validation error: '${problem}' on property ${name}.`,
      'invalid_query_string',
    )
  if (!Number.isInteger(value)) {
    throw refuse(`Expected type integer but found type ${text === '' ? 'null' : 'string'}`)
  }
  if (value > limits.max) throw refuse(`Value ${value} is greater than maximum ${limits.max}`)
  if (value < limits.min) throw refuse(`Value ${value} is less than minimum ${limits.min}`)
  return value
}

/**
 * One page: with `take` by checkpoint (`{name, next?}`), with `include_totals` by number
 * (`{start,limit,length,total,name}`), otherwise the bare list.
 */
export function paged(name: string, items: unknown[], query: Query): unknown {
  const take = integer(query, 'take', { min: 1, max: 100 })
  if (take !== undefined || query.from !== undefined) return checkpoint(name, items, query, take)
  const page = integer(query, 'page', { min: 0, max: 1000 }) ?? 0
  const limit = integer(query, 'per_page', { min: 0, max: 100 }) ?? 50
  const start = page * limit
  const slice = items.slice(start, start + limit)
  if (query.include_totals !== 'true') return slice
  return { start, limit, length: slice.length, total: items.length, [name]: slice }
}

/** A page by checkpoint: `{name: […], next}`, without `next` on the last one. */
export function checkpoint(
  name: string,
  items: unknown[],
  query: Query,
  take = integer(query, 'take', { min: 1, max: 100 }),
): Record<string, unknown> {
  const start = query.from ? Number(Buffer.from(query.from, 'base64url').toString()) : 0
  if (!Number.isInteger(start)) {
    throw new ApiError(400, "Query validation error: 'Invalid checkpoint' on property from.")
  }
  const end = start + (take ?? 50)
  const more = end < items.length
  return {
    [name]: items.slice(start, end),
    ...(more ? { next: Buffer.from(String(end)).toString('base64url') } : {}),
  }
}

/** A PATCH: null deletes, `merged` properties are merged one level deep, the rest is replaced. */
export function applyPatch(
  entity: Record<string, unknown>,
  patch: Record<string, unknown>,
  merged: string[] = [],
): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete entity[name]
    } else if (merged.includes(name)) {
      const part = { ...(entity[name] as Record<string, unknown>) }
      applyPatch(part, value as Record<string, unknown>)
      entity[name] = part
    } else {
      entity[name] = value
    }
  }
}
