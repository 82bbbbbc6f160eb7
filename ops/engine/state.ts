import { capture } from './pulumi.ts'

/** One resource of `pulumi stack export`. */
export interface StateResource {
  urn: string
  type: string
  id?: string
  /** Kept by the engine from being deleted. */
  protect?: boolean
  /** Let go of and not deleted, where the engine would delete it. */
  retainOnDelete?: boolean
  /** URN of what the account deletes it with. */
  deletedWith?: string
  inputs?: Record<string, unknown>
  outputs?: Record<string, unknown>
}

/**
 * What a stack's state holds; nothing for a stack that does not exist.
 * @throws Error if it cannot be read, which must not be taken for nothing
 */
export async function stateOf(
  stack: string,
  environment: Record<string, string>,
): Promise<StateResource[]> {
  return (await findState(stack, environment)) ?? []
}

/** The same, undefined for a stack that the backend does not know. */
export async function findState(
  stack: string,
  environment: Record<string, string>,
): Promise<StateResource[] | undefined> {
  const { code, stdout, stderr } = await capture(['stack', 'export', '--stack', stack], environment)
  if (code === 0) return JSON.parse(stdout).deployment?.resources ?? []
  if (/no stack named/.test(stderr)) return undefined
  throw new Error(`the state of ${stack} cannot be read:\n${stderr.trim()}`)
}
