/** ruff over every Python program that git knows outside app/, which has tests of its own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { ensureLinters } from './install.ts'

const root = join(import.meta.dirname, '..', '..')
const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')

/** By its name, or by its first line. */
function isPython(file: string): boolean {
  if (file.endsWith('.py')) return true
  const path = join(root, file)
  if (/\.\w+$/.test(file) || !statSync(path, { throwIfNoEntry: false })?.isFile()) return false
  return /^#!.*python3/.test(readFileSync(path, 'latin1').split('\n', 1)[0] ?? '')
}

const known = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
const files = known.split('\n').filter((file) => file && !/^app\//.test(file) && isPython(file))

await ensurePrerequisites(['go', 'python-venv'], console.log)
const { ruff } = await ensureLinters(cache, console.log)
for (const args of [
  ['check', '--quiet'],
  ['format', '--quiet', '--check'],
]) {
  const { status, error } = spawnSync(ruff, [...args, '--no-cache', ...files], {
    cwd: root,
    stdio: 'inherit',
  })
  if (error) throw error
  if (status !== 0) process.exitCode = 1
}
console.log(`ruff: ${files.length} files, ${process.exitCode ? 'errors' : 'no error'}`)
