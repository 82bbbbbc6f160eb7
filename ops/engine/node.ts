import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * A PATH on which `node` is the Node that runs this process: the official engine starts the program
 * with the first one it finds, and an older one cannot read TypeScript.
 * @param path default: this process's own
 */
export function pathWithNode(path: string = process.env.PATH ?? ''): string {
  const folders = path.split(delimiter).filter(Boolean)
  const found = folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file))
  if (found && realpathSync(found) === realpathSync(process.execPath)) return path
  return [dirname(process.execPath), ...folders].join(delimiter)
}
