/** A provider's own configuration, which the real plugins carry as JSON texts. */
import type { CheckResult, DiffRequest, DiffResult } from '../server/types.ts'
import { isUnknown, reveal, type Values } from '../server/values.ts'

/** Keys that every provider has. */
const COMMON = ['version', 'pluginDownloadURL']

/** Gives the inputs back unmarked, anything but texts as JSON, and refuses unknown keys. */
export function checkConfig(keys: string[], urn: string, news: Values): CheckResult {
  const name = urn.split('::').pop()
  const bogus = Object.keys(news).filter((key) => !keys.includes(key) && !COMMON.includes(key))
  if (bogus.length) {
    const failures = bogus.map((key) => ({
      reason: `could not validate provider configuration: Invalid or unknown key. Examine values at '${name}.${key}'.`,
    }))
    return { failures }
  }
  return {
    inputs: Object.fromEntries(
      Object.entries(news).map(([key, value]) => {
        const plain = reveal(value)
        return [key, typeof plain === 'string' ? plain : JSON.stringify(plain)]
      }),
    ),
  }
}

/** No change of configuration replaces a provider; a change to unknown is none. */
export function diffConfig({ olds, news }: DiffRequest): DiffResult {
  const detailedDiff: NonNullable<DiffResult['detailedDiff']> = {}
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const [old, now] = [reveal(olds[key] ?? null), reveal(news[key] ?? null)]
    if (isUnknown(now) || JSON.stringify(old) === JSON.stringify(now)) continue
    const kind = old === null ? 'ADD' : now === null ? 'DELETE' : 'UPDATE'
    detailedDiff[key] = { kind, inputDiff: true }
  }
  const diffs = Object.keys(detailedDiff).sort()
  return {
    changes: diffs.length ? 'some' : 'unknown',
    diffs,
    detailedDiff,
    hasDetailedDiff: false,
  }
}

/** A setting from the provider's inputs, else from the first environment variable that has one. */
export function setting(args: Values, key: string, ...variables: string[]): string | undefined {
  const value = reveal(args[key] ?? null)
  if (value !== null && !isUnknown(value)) return String(value)
  for (const variable of variables) {
    if (process.env[variable]) return process.env[variable]
  }
  return undefined
}
