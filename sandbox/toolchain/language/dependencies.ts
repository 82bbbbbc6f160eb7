import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Name and installed version of each package that the program's package.json asks for. */
export function directDependencies(rootDirectory: string): [name: string, version: string][] {
  const wanted = dependenciesOf(join(rootDirectory, 'package.json'))
  const require = createRequire(join(rootDirectory, 'package.json'))
  return Object.entries(wanted).map(([name, range]) => {
    try {
      return [name, require(`${name}/package.json`).version]
    } catch {
      // Not installed, or its package.json is not exported: what was asked for is all we know.
      return [name, range]
    }
  })
}

function dependenciesOf(manifest: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {}
  } catch {
    return {}
  }
}
