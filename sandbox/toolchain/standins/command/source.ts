import type { Failure } from '../server/types.ts'
import {
  isArchive,
  isAsset,
  isSecret,
  isUnknown,
  mapValues,
  UNKNOWN,
  type Value,
  type Values,
} from '../server/values.ts'
import { SECRET_UNKNOWN } from './connection.ts'

/** What is to be copied: a text, or a file or folder of this computer. */
export type Source = { text: string } | { path: string }

/** Why this source cannot be copied. An unknown one is refused as well, so a preview of it fails. */
export function sourceFailure(source: Value | undefined): Failure | undefined {
  const value = unwrapped(source)
  if (isAsset(value)) {
    const reason = 'asset must be a path-based file asset or a text asset'
    return value.uri ? { property: 'asset', reason } : undefined
  }
  if (isArchive(value)) {
    const reason = 'archive must be a path to a file or directory'
    return value.path ? undefined : { property: 'archive', reason }
  }
  return { property: 'asset', reason: 'either asset or archive must be set' }
}

/** The source with all its fields, the unused ones empty, as the plugin answers it. */
export function completeSource(source: Value | undefined): Value {
  if (isSecret(source)) return { ...source, value: completeSource(source.value ?? null) }
  if (isAsset(source)) return { path: '', text: '', uri: '', ...(source as Values) }
  if (!isArchive(source)) return isUnknown(source) ? UNKNOWN : {}
  const assets = mapValues((source.assets ?? {}) as Values, completeSource)
  return { path: '', uri: '', ...(source as Values), assets }
}

/** A preview does not tell the source: unknown, and secret if it is one. */
export function previewedSource(source: Value | undefined): Value {
  return isSecret(source) ? SECRET_UNKNOWN : UNKNOWN
}

export function usableSource(source: Value | undefined): Source {
  const { path, text } = unwrapped(source) as { path?: string; text?: string }
  return path ? { path } : { text: text ?? '' }
}

function unwrapped(source: Value | undefined): Value | undefined {
  return isSecret(source) ? source.value : source
}
