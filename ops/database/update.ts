import { LockedError, saysLocked } from '../engine/locks.ts'
import { show } from '../engine/pulumi.ts'

/**
 * `pulumi up` of a stack whose settings a verb has just written, which nobody could have committed yet; its
 * exit code.
 * @param more variables by which the program takes what else would be a mistake
 * @throws LockedError where another update is at work
 */
export async function update(stack: string, more: Record<string, string> = {}): Promise<number> {
  let said = ''
  const code = await show(
    ['up', '--yes', '--skip-preview', '--non-interactive', '--stack', stack],
    { PADLOCK_WROTE_SETTINGS: 'true', ...more },
    (text) => {
      said += text
    },
  )
  if (code !== 0 && saysLocked(said)) throw new LockedError(stack)
  return code
}
