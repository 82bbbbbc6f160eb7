import { spawn } from 'node:child_process'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

export interface Ran {
  code: number
  /** What it printed, both streams in order of arrival. */
  output: string
  seconds: number
}

/**
 * Types a line into a shell in the project's folder, as the README tells its reader to.
 * @param input what the command reads; nothing by default
 */
export function sh(line: string, options: { input?: string; minutes?: number } = {}): Promise<Ran> {
  const start = Date.now()
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], { cwd: root, detached: true })
    let output = ''
    const timer = setTimeout(
      () => {
        output += `\n(ended after ${options.minutes ?? 5} minutes)`
        process.kill(-(child.pid ?? 0), 'SIGKILL')
      },
      (options.minutes ?? 5) * 60_000,
    )
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', reject)
    // Not `close`: a background process that inherited the pipe would keep it open.
    child.on('exit', (code) => {
      clearTimeout(timer)
      setTimeout(
        () => resolve({ code: code ?? 1, output, seconds: (Date.now() - start) / 1000 }),
        100,
      )
    })
    // A command that ends without reading breaks the pipe; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** A command of the engine with the environment that the README says to source. */
export function pulumi(command: string, minutes = 10): Promise<Ran> {
  return sh(`. .sandbox/env && pulumi ${command} --stack dev --non-interactive`, { minutes })
}

/** The stack's outputs, secrets included. */
export async function stackOutputs(): Promise<Record<string, string>> {
  const { output } = await pulumi('stack output --json --show-secrets')
  return JSON.parse(output)
}
