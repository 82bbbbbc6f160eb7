import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const PADLOCK = join(import.meta.dirname, '..', '..', 'padlock')

/**
 * Runs an operators' verb as a process of its own, with the sandbox's variables.
 * @param stdout `inherit` shows what it prints; `pipe` gives it back
 */
export async function operator(
  args: string[],
  environment: Record<string, string>,
  stdout: 'inherit' | 'pipe' = 'inherit',
): Promise<{ code: number; stdout: string }> {
  const child = spawn(PADLOCK, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', stdout, 'inherit'],
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  const said = child.stdout ? await text(child.stdout) : ''
  return { code: await ended, stdout: said }
}
