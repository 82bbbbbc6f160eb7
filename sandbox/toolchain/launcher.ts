import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { atLeast } from './engine/path.ts'

/** The first Node that runs TypeScript by itself, without a flag or a warning. */
const OLDEST_NODE = '22.18.0'
const MARK = '# A stand-in for the official plugin, written by the toolchain.'

/** Writes an executable that runs one of our own programs under the project's Node. */
export function writeLauncher(path: string, program: string): void {
  const text = `#!/bin/sh\n${MARK}\nexec ${quote(nodeExecutable())} ${quote(program)} "$@"\n`
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  // Renamed into place: the engine may be starting the old one at this moment.
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text)
  chmodSync(temporary, 0o755)
  renameSync(temporary, path)
}

/** Is this a launcher of ours, and no official plugin? */
export function isLauncher(path: string): boolean {
  return existsSync(path) && readFileSync(path).subarray(0, 200).includes(MARK)
}

/** A Node that strips types: the one we run under, else the npm package `node`. */
export function nodeExecutable(): string {
  if (atLeast(process.versions.node, OLDEST_NODE)) return process.execPath
  try {
    const require = createRequire(join(import.meta.dirname, 'launcher.ts'))
    return join(dirname(require.resolve('node/package.json')), 'bin', 'node')
  } catch {
    throw new Error(
      `Node ${process.versions.node} cannot run TypeScript; Node ${OLDEST_NODE} or later can. ` +
        'Run `npm install` in the project, which brings one along.',
    )
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
