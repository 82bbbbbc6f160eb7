import { ask, outputsOf } from '../cli/login.ts'

/**
 * Has a stack's host make a backup of all that it backs up, in each place.
 * @param tell gets what the host says meanwhile, a line at a time
 * @throws Error with what failed; what did not fail was made
 */
export async function backUpNow(stack: string, tell?: (line: string) => void): Promise<void> {
  const { code, stderr } = await ask(stack, await outputsOf(stack), ['backup', 'now'], '', tell)
  if (code !== 0) throw new Error(stderr.trim() || `the host of ${stack} ended with exit ${code}`)
}
