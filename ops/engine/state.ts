import { capture } from './pulumi.ts'

/** One resource of `pulumi stack export`. */
export interface StateResource {
  urn: string
  type: string
  id?: string
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
  const { code, stdout, stderr } = await capture(['stack', 'export', '--stack', stack], environment)
  if (code === 0) return JSON.parse(stdout).deployment?.resources ?? []
  if (/no stack named/.test(stderr)) return []
  throw new Error(`the state of ${stack} cannot be read:\n${stderr.trim()}`)
}
