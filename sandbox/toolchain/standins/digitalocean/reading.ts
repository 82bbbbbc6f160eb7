import { NotFound } from '../bridge/resource.ts'
import { isObject, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean, isGone } from './api.ts'

/** Fetches one object by path; its JSON is wrapped in `key`. */
export async function fetchObject(
  api: DigitalOcean,
  path: string,
  key: string,
  words?: string,
): Promise<Values> {
  try {
    const answer = await (words ? attempt(words, api.get(path)) : api.get(path))
    return isObject(answer[key]) ? answer[key] : {}
  } catch (error) {
    if (isGone(error)) throw new NotFound((error as Error).message)
    throw error
  }
}

/** A member of a member of a JSON object, such as `region.slug`. */
export function member(object: Values, ...names: string[]): Values[string] {
  let value: Values[string] = object
  for (const name of names) value = isObject(value) ? (value[name] ?? null) : null
  return value
}
