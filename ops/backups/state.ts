import { existsSync, readFileSync } from 'node:fs'
import { ask } from '../cli/login.ts'
import { capture } from '../engine/pulumi.ts'
import { settingsFile } from '../environments/settings.ts'

/** What the host keeps of a stack beside its backups (host/padlock-backup, export.py). */
interface Export {
  stack: string
  /** As `pulumi stack import` reads it; secrets as the stack's secrets provider encrypts them. */
  export: string
  /** The text of Pulumi.STACK.yaml, with the salt of its passphrase; null where there is no such file. */
  settings: string | null
}

/**
 * Exports a stack's state, and has its host keep it with the settings file in both places that backups
 * are in, encrypted by their passphrase. Nothing of it is written to this computer.
 * @param stack without the organisation
 * @returns whether the settings file was there
 * @throws Error if the state cannot be read, the host cannot be reached, or one of the places has not
 *   got it; the message says which
 */
export async function exportState(
  stack: string,
  outputs: Record<string, string>,
): Promise<{ settings: boolean }> {
  const { code, stdout, stderr } = await capture(['stack', 'export', '--stack', stack])
  if (code !== 0) throw new Error(`the state of ${stack} cannot be read:\n${stderr.trim()}`)
  const file = settingsFile(stack)
  const settings = existsSync(file) ? readFileSync(file, 'utf8') : null
  const order: Export = { stack, export: stdout, settings }
  const kept = await ask(stack, outputs, ['backup', 'state'], JSON.stringify(order))
  if (kept.code !== 0) {
    throw new Error(`the state of ${stack} is not everywhere it should be:\n${kept.stderr.trim()}`)
  }
  return { settings: settings !== null }
}
