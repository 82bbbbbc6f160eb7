import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { capture } from '../engine/pulumi.ts'

const PADLOCK = join(import.meta.dirname, '..', 'cli', 'main.ts')

interface RefreshPreview {
  changeSummary?: Record<string, number>
  diagnostics?: { severity: string; message: string }[]
}

/**
 * Asks the accounts what differs from the stack's state, and writes the report about it to
 * `report.md` in the folder. Changes nothing.
 * @throws Error with the engine's words if the accounts cannot be asked
 */
export async function findDrift(stack: string, folder: string): Promise<boolean> {
  const file = join(folder, 'refresh.json')
  const { stdout, stderr, code } = await capture([
    'refresh',
    '--preview-only',
    '--json',
    '--stack',
    stack,
  ])
  const drifted = isDrift(stdout, `${stderr}\nexit code ${code}`)
  await writeFile(file, stdout, { mode: 0o600 })
  const options = ['--from', file, '--stack', stack, '--format', 'markdown']
  await padlock('preview', ...options, '--out', join(folder, 'report.md'))
  return drifted
}

/**
 * Reads the answer of `pulumi refresh --preview-only --json`.
 * @param otherwise what to say if it is none
 * @throws Error if the engine met one
 */
export function isDrift(json: string, otherwise: string): boolean {
  let preview: RefreshPreview
  try {
    preview = JSON.parse(json)
  } catch {
    throw new Error(`the accounts could not be asked:\n${otherwise.trim()}`)
  }
  const errors = (preview.diagnostics ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const words = errors.map(({ message }) => message.trim()).join('\n')
    throw new Error(`the accounts could not be asked:\n${words}`)
  }
  const { same: _, ...changes } = preview.changeSummary ?? {}
  return Object.values(changes).some((count) => count > 0)
}

function padlock(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [PADLOCK, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`padlock ${args[0]} ended with code ${code}`)),
    )
  })
}
