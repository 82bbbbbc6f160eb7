import type { DiffKind, DiffRequest, DiffResult } from '../server/types.ts'
import {
  hasUnknown,
  isArchive,
  isAsset,
  isObject,
  isSecret,
  isUnknown,
  reveal,
  type Value,
  type Values,
} from '../server/values.ts'

type Detailed = NonNullable<DiffResult['detailedDiff']>

/**
 * Compares input with input, whether something is a secret included. Only `triggers` that appear or
 * disappear as a whole replace by the plugin's own word; for a changed element the SDK's
 * `replaceOnChanges` makes the engine replace.
 */
export function inputDiff({ news, oldInputs }: DiffRequest): DiffResult {
  const detailedDiff: Detailed = {}
  for (const name of names(oldInputs, news)) {
    compare(name, oldInputs[name], news[name], detailedDiff)
  }
  const paths = Object.keys(detailedDiff)
  if (paths.length === 0) return { changes: 'none', hasDetailedDiff: true }
  const diffs = [...new Set(paths.map((path) => path.split(/[.[]/)[0]!))].sort()
  const whole = detailedDiff.triggers
  if (whole) whole.kind = `${whole.kind}_REPLACE` as DiffKind
  return { changes: 'some', diffs, replaces: whole ? ['triggers'] : [], detailedDiff }
}

function compare(path: string, old: Value | undefined, now: Value | undefined, found: Detailed) {
  if (old === undefined && now === undefined) return
  if (old === undefined) {
    found[path] = { kind: 'ADD' }
  } else if (now === undefined) {
    found[path] = { kind: 'DELETE' }
  } else if (Array.isArray(old) && Array.isArray(now)) {
    const length = Math.max(old.length, now.length)
    for (let i = 0; i < length; i++) compare(`${path}[${i}]`, old[i], now[i], found)
  } else if (isPlain(old) && isPlain(now)) {
    for (const name of names(old, now)) compare(`${path}.${name}`, old[name], now[name], found)
  } else if (!isSameLeaf(old, now)) {
    found[path] = { kind: 'UPDATE' }
  }
}

function isSameLeaf(old: Value, now: Value): boolean {
  // A secret that is not known yet counts as unchanged: the official plugin's own blind spot.
  if (isSecret(now) && hasUnknown(now)) return true
  const [oldHash, hash] = [contentHash(old), contentHash(now)]
  if (oldHash !== undefined && hash !== undefined) {
    return isSecret(old) === isSecret(now) && oldHash === hash
  }
  return sameValue(old, now)
}

/** The hash of an asset or archive, which stands for its content. */
export function contentHash(value: Value | undefined): string | undefined {
  const inner = isSecret(value) ? value.value : value
  return isAsset(inner) || isArchive(inner) ? String((inner as Values).hash) : undefined
}

/** Equal by content and by what is secret; the order of an object's keys does not count. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]))
  }
  if (isObject(a) && isObject(b)) {
    return names(a, b).every((name) => sameValue(a[name], b[name]))
  }
  return false
}

/**
 * May a preview of an update still show the old outputs? Only if all old inputs stay as they are
 * and nothing unknown stands for a whole new one.
 */
export function keepsOutputs({ oldInputs, news }: DiffRequest): boolean {
  const kept = Object.entries(oldInputs).every(([name, value]) => sameValue(value, news[name]))
  return kept && !Object.values(news).some((value) => isUnknown(reveal(value)))
}

function isPlain(value: Value): value is Values {
  return isObject(value) && !isSecret(value) && !isAsset(value) && !isArchive(value)
}

function names(a: Values, b: Values): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}
