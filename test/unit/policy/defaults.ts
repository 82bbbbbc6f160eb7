import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** Pulumi.yaml's defaults, which the engine lays under a stack's own configuration. */
export function declaredDefaults(): Record<string, unknown> {
  const path = join(import.meta.dirname, '..', '..', '..', 'Pulumi.yaml')
  const { config } = parse(readFileSync(path, 'utf8'))
  const keys = Object.entries(config) as [string, { default?: unknown }][]
  return Object.fromEntries(
    keys.filter(([, key]) => key.default !== undefined).map(([name, key]) => [name, key.default]),
  )
}
