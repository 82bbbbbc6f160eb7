import { show } from '../engine/pulumi.ts'

/**
 * `pulumi up` of a stack whose settings a verb has just written, which nobody could have committed yet; its
 * exit code.
 * @param more variables by which the program takes what else would be a mistake
 */
export const update = (stack: string, more: Record<string, string> = {}): Promise<number> =>
  show(['up', '--yes', '--skip-preview', '--non-interactive', '--stack', stack], {
    PADLOCK_WROTE_SETTINGS: 'true',
    ...more,
  })
