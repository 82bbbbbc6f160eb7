import { multierror, NotFound } from '../bridge/resource.ts'
import type { Failure } from '../server/types.ts'
import { revealAll, type Values } from '../server/values.ts'

/** Arguments of a function without markers, and what is wrong with them. */
export function argumentFailures(
  args: Values,
  required: string[],
): { values: Values; failures: Failure[] } {
  const values = revealAll(args)
  const bogus = Object.keys(values).filter((name) => !required.includes(name))
  const missing = required.filter((name) => (values[name] ?? null) === null)
  return {
    values,
    failures: [
      ...missing.map((name) => ({
        reason: `[${name}] Missing required argument: The argument "${name}" is required, but no definition was found.`,
      })),
      ...bogus.map((name) => ({ reason: `[${name}] Invalid or unknown key` })),
    ],
  }
}

/** Words a function's failure as the real plugins do. */
export async function invoking<T>(
  token: string,
  call: Promise<T>,
  whenGone: string,
  otherwise: string,
): Promise<T> {
  try {
    return await call
  } catch (error) {
    const words = error instanceof NotFound ? whenGone : otherwise
    const text = `${words}: ${(error as Error).message}`
    throw new Error(`invoking ${token}: ${multierror(text)}`)
  }
}
