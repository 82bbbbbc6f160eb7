import { exportState } from '../../backups/state.ts'
import { outputsOf } from '../login.ts'

/**
 * Puts the state that a verb has left beside the stack's backups, where it has any: a state of before
 * would bring back the settings of a database that is no longer there.
 * @returns what is not yet done, and the way; undefined where nothing is left
 */
export async function tryExportState(
  stack: string,
  outputs: (stack: string) => Promise<Record<string, string>> = outputsOf,
  put: typeof exportState = exportState,
): Promise<string | undefined> {
  try {
    const found = await outputs(stack)
    if (found.backups) await put(stack, found)
    return undefined
  } catch (error) {
    return `not yet: ${(error as Error).message}\nFix: ./padlock backup state --stack ${stack}`
  }
}
