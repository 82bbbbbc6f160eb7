import { copyFileSync, linkSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Gives a file a second name: a hard link, as engines and plugins are large, or a copy where the
 * file system does not allow one. Whoever runs the file meanwhile never finds it missing.
 */
export function place(from: string, to: string): void {
  if (isSameFile(from, to)) return
  mkdirSync(dirname(to), { recursive: true })
  const temporary = `${to}.${process.pid}`
  try {
    linkSync(from, temporary)
  } catch {
    copyFileSync(from, temporary)
  }
  renameSync(temporary, to)
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [statSync(a), statSync(b, { throwIfNoEntry: false })]
  return other !== undefined && one.ino === other.ino && one.dev === other.dev
}
