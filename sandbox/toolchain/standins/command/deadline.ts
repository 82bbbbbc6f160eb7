import type { Context } from '../server/types.ts'

/**
 * Hands `work` a context whose signal also fires when the operation's own timeout is over.
 * @param seconds 0 = no limit
 */
export async function withTimeout<T>(
  seconds: number,
  context: Context<unknown>,
  work: (context: Context<unknown>) => Promise<T>,
): Promise<T> {
  const limit = seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : []
  const signal = AbortSignal.any([context.signal, ...limit])
  try {
    return await work(bounded(context, signal))
  } catch (error) {
    if (context.signal.aborted) throw new Error('context canceled')
    if (signal.aborted) throw new Error('context deadline exceeded')
    throw error
  }
}

function bounded(context: Context<unknown>, signal: AbortSignal): Context<unknown> {
  return { client: undefined, urn: context.urn, signal, log: context.log }
}
