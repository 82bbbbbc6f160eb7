/**
 * Checks .github/workflows: actionlint for their form and expressions (shellcheck for the scripts
 * in them), zizmor for their security. Both without the network.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { ensureLinters } from './install.ts'

const root = join(import.meta.dirname, '..', '..')
const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')

await ensurePrerequisites(['go', 'python-venv', 'shellcheck'], console.log)
const { actionlint, zizmor } = await ensureLinters(cache, console.log)
const checks: [string, string[]][] = [
  [actionlint, ['-color=false', '-shellcheck=shellcheck']],
  // Pedantic: the workflows hold the keys of the accounts.
  [zizmor, ['--offline', '--quiet', '--no-progress', '--persona=pedantic', '.github']],
]
for (const [program, args] of checks) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exitCode = 1
}
