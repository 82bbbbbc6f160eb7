import type { FastifyRequest } from 'fastify'
import { unprocessable } from './errors.ts'

export type Body = Record<string, unknown>

/** The request's JSON object; empty if none was sent. */
export function bodyOf(request: FastifyRequest): Body {
  const body = request.body ?? {}
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw unprocessable('The request body must be a JSON object')
  }
  return body as Body
}

export const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? ''

/** The query parameter, undefined if absent or empty. */
export function query(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[]>)[name]
  const text = Array.isArray(value) ? value[0] : value
  return text === '' ? undefined : text
}

/** A text of the body; undefined if absent or null. */
export function text(body: Body, key: string): string | undefined {
  const value = body[key] ?? undefined
  if (value !== undefined && typeof value !== 'string') {
    throw unprocessable(`${key} must be a string`)
  }
  return value
}

/** A whole number of the body, also as a string of digits; undefined if absent or null. */
export function integer(body: Body, key: string): number | undefined {
  const value = body[key] ?? undefined
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw unprocessable(`${key} must be an integer`)
  }
  return number
}

/** A boolean of the body; false if absent or null. */
export function flag(body: Body, key: string): boolean {
  const value = body[key] ?? false
  if (typeof value !== 'boolean') throw unprocessable(`${key} must be a boolean`)
  return value
}

/** A list of texts; empty if absent or null. */
export function texts(body: Body, key: string): string[] {
  const value = body[key] ?? []
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
    throw unprocessable(`${key} must be an array of strings`)
  }
  return value as string[]
}

/** A list of whole numbers; empty if absent or null. */
export function integers(body: Body, key: string): number[] {
  const value = body[key] ?? []
  if (!Array.isArray(value)) throw unprocessable(`${key} must be an array of integers`)
  return value.map((each) => integer({ [key]: each }, key) ?? 0)
}

/** A list of objects; empty if absent or null. */
export function objects(body: Body, key: string): Body[] {
  const value = body[key] ?? []
  const isObject = (each: unknown) => typeof each === 'object' && each && !Array.isArray(each)
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw unprocessable(`${key} must be an array of objects`)
  }
  return value as Body[]
}

const PER_PAGE = 20
const MOST_PER_PAGE = 200

/**
 * One page of a list with `links` and `meta` as the API gives them; 20 a page unless `per_page`
 * says otherwise, 200 at most.
 */
export function page<Row>(
  request: FastifyRequest,
  key: string,
  rows: Row[],
  view: (row: Row) => unknown = (row) => row,
): Record<string, unknown> {
  const perPage = Math.min(positive(query(request, 'per_page')) ?? PER_PAGE, MOST_PER_PAGE)
  const number = positive(query(request, 'page')) ?? 1
  const last = Math.max(1, Math.ceil(rows.length / perPage))
  const pages: Record<string, string> = {}
  const link = (to: number) => {
    const url = new URL(request.url, baseUrl(request))
    url.searchParams.set('page', String(to))
    url.searchParams.set('per_page', String(perPage))
    return url.href
  }
  if (number > 1) Object.assign(pages, { first: link(1), prev: link(number - 1) })
  if (number < last) Object.assign(pages, { next: link(number + 1), last: link(last) })
  return {
    [key]: rows.slice((number - 1) * perPage, number * perPage).map(view),
    links: Object.keys(pages).length > 0 ? { pages } : {},
    meta: { total: rows.length },
  }
}

/** Where this API lives for whoever sent the request. */
export const baseUrl = (request: FastifyRequest): string =>
  `${request.protocol}://${request.headers.host ?? 'localhost'}`

function positive(text: string | undefined): number | undefined {
  return text && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}
