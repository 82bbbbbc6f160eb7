import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import type { Item, Receipt } from './receipt.ts'
import { keptBecause } from './removable.ts'
import { accountResources, deletions, retained } from './removals.ts'

/** An API that fails half-way is asked again with what is left; each attempt refreshes first. */
const ATTEMPTS = 3

/** What the engine made of one stack. */
export interface Destroyed {
  stack: string
  startedAt: Date
  removed: Receipt['removed']
  /**
   * `gone`: the backend knows it no more. `partly`: its state still has what `known` names.
   * `unreadable` and `kept`: nothing was touched.
   */
  outcome: 'gone' | 'partly' | 'unreadable' | 'kept'
  /** Why it is kept. */
  reason?: string
  known: Item[]
  /** Data that the engine has let go of: no state knows it, and the account still has it. */
  retained: Item[]
}

/** A stack that the backend does not know: nothing for the engine to do. */
export const alreadyGone = (stack: string): Destroyed => ({
  stack,
  startedAt: new Date(),
  removed: [],
  outcome: 'gone',
  known: [],
  retained: [],
})

/**
 * Destroys what a stack's state knows, and then the stack. Copes with one that is half destroyed,
 * was changed by hand, or is not there at all; touches none that is protected, permanent or another
 * owner's; never throws, so that others can go on.
 */
export async function destroy(
  context: Pick<Context, 'stacks' | 'say' | 'marks' | 'exclusive'>,
  stack: string,
): Promise<Destroyed> {
  const { stacks, say } = context
  const result = alreadyGone(stack)
  try {
    const found = await stacks.find(stack)
    if (!found) return result
    let inState = found
    const reason = keptBecause(context, stack, inState)
    if (reason !== undefined) {
      const known = [...accountResources(inState).values()]
      const itself = { kind: 'stack', name: stack, id: stack }
      return { ...result, outcome: 'kept', reason, known: known.length > 0 ? known : [itself] }
    }
    for (let attempt = 1; inState.length > 0 && attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) say(`${stack}: not everything went; attempt ${attempt} of ${ATTEMPTS}`)
      const known = accountResources(inState)
      const kept = retained(inState)
      const { code, stdout, stderr, eventLog } = await stacks.destroy(stack)
      for (const [urn, at] of deletions(eventLog)) {
        const item = known.get(urn)
        if (item && kept.has(urn)) result.retained.push(item)
        else if (item) result.removed.push({ ...item, at })
      }
      inState = await stacks.resources(stack)
      if (code !== 0) say(diagnostics(`${stdout}${stderr}`))
    }
    if (inState.length > 0) {
      return { ...result, outcome: 'partly', known: [...accountResources(inState).values()] }
    }
    await stacks.remove(stack)
    return result
  } catch (error) {
    say(`${stack} stays: ${(error as Error).message}`)
    return { ...result, outcome: 'unreadable', known: [{ kind: 'stack', name: stack, id: stack }] }
  }
}
