import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { RawConfig, Reader } from './reader.ts'

/** Every key of the project with its type (`string`, `integer`, …), as Pulumi.yaml declares it. */
export function declaredTypes(): Record<string, string> {
  const project = parse(readFileSync(join(import.meta.dirname, '..', 'Pulumi.yaml'), 'utf8'))
  const keys: [string, { type: string }][] = Object.entries(project.config)
  return Object.fromEntries(keys.map(([key, { type }]) => [key, type]))
}

/** A misspelt key would otherwise be ignored in silence. */
export function reportUnknownKeys(reader: Reader, raw: RawConfig): void {
  const known = Object.keys(declaredTypes())
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue
    const near = known.find((other) => distance(other.toLowerCase(), key.toLowerCase()) <= 2)
    reader.report({
      key,
      wrong: `is not a key of this project${near ? ` (did you mean ${near}?)` : ''}`,
      allowed: 'the keys in Pulumi.yaml',
      mend: `pulumi config rm ${key}`,
    })
  }
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
