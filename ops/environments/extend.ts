import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import { expiryAfter } from './duration.ts'
import { untouchableBecause } from './removable.ts'
import { giveSecrets } from './secrets.ts'
import { isKnownHere, markSettings, ownSettings, readTemplate, writeSettings } from './settings.ts'

/**
 * Moves the expiry of an environment that is up, by an update with its own settings: nothing else
 * changes where this folder holds the app that runs.
 * @param ttl milliseconds from now
 * @returns the new expiry, as the key `expires` has it
 * @throws Error if there is no such environment, or the engine fails
 */
export async function extend(context: Context, stack: string, ttl: number): Promise<string> {
  const { marks, stacks } = context
  const resources = await stacks.resources(stack)
  if (resources.length === 0) {
    throw new Error(`there is no environment ${stack}; ./padlock env list tells which there are`)
  }
  const reason = untouchableBecause(context, resources)
  if (reason !== undefined) throw new Error(`${stack} is not touched: ${reason}.`)
  const expires = expiryAfter(ttl)
  const { project } = marks
  if (!isKnownHere(stack)) {
    // Made by another checkout: keys that were set for it alone stand in its last update.
    await stacks.recall(stack)
    markSettings(stack)
  }
  writeSettings({ project, stack, expires, set: ownSettings(project, stack) })
  await giveSecrets(readTemplate(project).config, stack)
  // All of it: a targeted update keeps the old expiry's tag, as the droplet's dependents hold on to it.
  const { code, stdout, stderr } = await stacks.up(stack, [])
  if (code !== 0) throw new Error(`${stack} keeps its old expiry:\n${diagnostics(stdout + stderr)}`)
  return expires
}
