/**
 * Bodies checked by z-schema, which the Management API itself reports with: its phrases, in the
 * API's frame `Payload validation error: '…' on property p (description).`
 */
import ZSchema from 'z-schema'
import { ApiError } from './errors.ts'

export type Schema = Record<string, unknown>

/** Where a wildcard may stand: once, in the leftmost label of a host of at least three labels. */
const WILDCARD_HOST = /^(?=[^.]*\*)[^.*]*\*[^.*]*\.[^.*]+\.[^*]+$/

function isUrl(text: string, accepts: (url: URL) => boolean): boolean {
  try {
    return accepts(new URL(text))
  } catch {
    return false
  }
}

function isAbsoluteUrl(text: string): boolean {
  return isUrl(text, (url) => {
    const web = url.protocol === 'http:' || url.protocol === 'https:'
    if (web && !/^https?:\/\/[^/]/i.test(text)) return false
    if (!text.includes('*')) return true
    return web && WILDCARD_HOST.test(url.hostname) && !url.pathname.includes('*')
  })
}

const isString = (value: unknown): value is string => typeof value === 'string'

/** Formats by the API's names; another type than text is a matter for `type`. */
const FORMATS: Record<string, (text: string) => boolean> = {
  'callback-url': isAbsoluteUrl,
  'absolute-uri-or-empty': (text) => text === '' || isUrl(text, () => true),
  'absolute-https-uri-or-empty': (text) =>
    text === '' || isUrl(text, (url) => url.protocol === 'https:'),
  'connection-name': (text) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(text),
}
for (const [name, accepts] of Object.entries(FORMATS)) {
  ZSchema.registerFormat(name, (value: unknown) => !isString(value) || accepts(value))
}

const validator = ZSchema.create({ version: 'draft-07', safe: true })

/** `#/callbacks/0` as the API writes it, `callbacks[0]`. */
function property(path: string | unknown[]): string {
  const steps = Array.isArray(path) ? path.map(String) : path.replace(/^#\/?/, '').split('/')
  return steps
    .filter((step) => step !== '')
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : index ? `.${step}` : step))
    .join('')
}

/** The validator quotes a value's text, the API does not. */
function plain(message: string): string {
  return message.replace(/: "(.*)"$/s, ': $1')
}

/**
 * @param schema of objectSchema; members that are null are left out of the check where they delete
 * @throws ApiError 400 `invalid_body` that names all that is wrong
 */
export function validateBody(
  body: unknown,
  schema: Schema,
  options: { nullDeletes?: boolean } = {},
): void {
  const result = validator.validate(options.nullDeletes ? withoutNulls(body) : body, schema)
  if (result.valid) return
  const details = result.err?.details ?? []
  const problems = details.map(({ message, path, description }) => {
    const where = property(path)
    const meaning = description ? ` (${description})` : ''
    return `'${plain(message)}'${where ? ` on property ${where}${meaning}` : ''}`
  })
  throw new ApiError(400, `Payload validation error: ${problems.join(', ')}.`, 'invalid_body')
}

/** A name can be changed and not deleted. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const kept = Object.entries(body).filter(([name, value]) => value !== null || name === 'name')
  return Object.fromEntries(kept)
}

/** An object of these properties and no others. */
export function objectSchema(properties: Record<string, Schema>, required: string[] = []): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length ? { required } : {}),
  }
}
