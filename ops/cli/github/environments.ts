import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Environments } from '../../github/environments.ts'

const PADLOCK = join(import.meta.dirname, '..', 'main.ts')

/** The verbs `padlock env`, each in a process of its own: an engine that is killed ends alone. */
export const environments: Environments = {
  up: (name) => env(['up', name]),
  down: (name, { wait }) => env(['down', name, ...(wait ? [] : ['--no-wait'])]),
  list: () => env(['list']),
  sweep: ({ held, dryRun }) =>
    env(['sweep', ...(dryRun ? ['--dry-run'] : []), ...held.flatMap((name) => ['--keep', name])]),
}

/**
 * Runs one verb and reads its JSON. Exit code 1 with an answer means that something is left, which
 * the answer names.
 */
function env<T>(args: string[]): Promise<T> {
  const child = spawn(process.execPath, [PADLOCK, 'env', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      try {
        resolve(JSON.parse(output))
      } catch {
        reject(new Error(`padlock env ${args.join(' ')} ended with code ${code}; see above`))
      }
    })
  })
}
