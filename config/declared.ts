import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** Every key of the project with its type (`string`, `integer`, …), as Pulumi.yaml declares it. */
export function declaredTypes(): Record<string, string> {
  const project = parse(readFileSync(join(import.meta.dirname, '..', 'Pulumi.yaml'), 'utf8'))
  const keys: [string, { type: string }][] = Object.entries(project.config)
  return Object.fromEntries(keys.map(([key, { type }]) => [key, type]))
}
