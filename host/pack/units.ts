import { createHash } from 'node:crypto'
import picomatch from 'picomatch'
import type { PackageFile } from './deb.ts'
import { byPath } from './order.ts'

/** A unit of systemd, and what happens to it on a host when the files it reads have changed. */
export interface Unit {
  unit: string
  /** As `reload` or `restart`; the host knows which there are. */
  action: string
  /** Of the paths, modes and contents of those files: the first 12 hex digits. */
  sha256: string
}

/**
 * Reads a table of lines `GLOB UNIT ACTION`, `#` beginning a comment line. Lines with the same unit
 * and action are one entry.
 * @throws Error naming the line that has not three words
 */
export function readUnits(table: string, files: PackageFile[]): Unit[] {
  const globs = new Map<string, string[]>()
  for (const line of table.split('\n').filter((each) => /^\s*[^#\s]/.test(each))) {
    const words = line.trim().split(/\s+/)
    const [glob, unit, action] = words
    if (!glob || !unit || !action || words.length > 3)
      throw new Error(`units: "${line.trim()}" is not GLOB UNIT ACTION`)
    const key = `${unit} ${action}`
    globs.set(key, [...(globs.get(key) ?? []), glob])
  }
  return [...globs].map(([key, patterns]) => {
    const [unit = '', action = ''] = key.split(' ')
    const matches = picomatch(patterns, { dot: true })
    return { unit, action, sha256: hash(files.filter(({ path }) => matches(path))) }
  })
}

function hash(files: PackageFile[]): string {
  const sha256 = createHash('sha256')
  for (const { path, content, executable } of [...files].sort(byPath)) {
    sha256.update(JSON.stringify([path, executable ?? false, content.length])).update(content)
  }
  return sha256.digest('hex').slice(0, 12)
}
