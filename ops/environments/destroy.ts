import { setTimeout as sleep } from 'node:timers/promises'
import { lockedBecause, saysLocked } from '../engine/locks.ts'
import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import type { Item, Receipt } from './receipt.ts'
import { keptBecause } from './removable.ts'
import { accountResources, deletions, retained } from './removals.ts'

/** An API that fails half-way is asked again with what is left; each attempt refreshes first. */
const ATTEMPTS = 3
/** An update that another engine is at work on is waited for so long. */
const PATIENCE_MS = 600_000
const PAUSE_MS = 10_000

/** What the engine made of one stack. */
export interface Destroyed {
  stack: string
  startedAt: Date
  removed: Receipt['removed']
  /**
   * `gone`: the backend knows it no more. `partly`: its state still has what `known` names.
   * `unreadable` and `kept`: nothing was touched. `busy`: another update of it is at work.
   */
  outcome: 'gone' | 'partly' | 'unreadable' | 'kept' | 'busy'
  /** Why it is kept, or waits. */
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

export interface Waiting {
  /** How long another update's end is waited for, milliseconds. */
  patience?: number
  pause?: (ms: number) => Promise<unknown>
}

/**
 * Destroys what a stack's state knows, and then the stack. Copes with one that is half destroyed,
 * was changed by hand, or is not there at all; waits for another update's end; touches none that is
 * protected, permanent or another owner's; never throws, so that others can go on.
 */
export async function destroy(
  context: Teardown,
  stack: string,
  { patience = PATIENCE_MS, pause = sleep }: Waiting = {},
): Promise<Destroyed> {
  const { stacks, say } = context
  const result = alreadyGone(stack)
  for (let waited = 0; ; ) {
    const destroyed = await destroyNow(context, result)
    if (destroyed.outcome !== 'busy') return destroyed
    if (waited >= patience) {
      say(`${stack} stays: ${destroyed.reason}`)
      return destroyed
    }
    say(waitingFor(stack))
    do {
      await pause(PAUSE_MS)
      waited += PAUSE_MS
    } while (waited < patience && (await stacks.isLocked(stack).catch(() => false)))
  }
}

const waitingFor = (stack: string): string =>
  `another update of ${stack} is at work: its end is waited for; where its process is known to be dead: pulumi cancel --stack ${stack}`

type Teardown = Pick<Context, 'stacks' | 'say' | 'marks' | 'exclusive'>

/** @param result gets what is removed and retained */
async function destroyNow(context: Teardown, result: Destroyed): Promise<Destroyed> {
  const { stacks, say } = context
  const { stack } = result
  const itself = { kind: 'stack', name: stack, id: stack }
  const named = (known: Item[]) => (known.length > 0 ? known : [itself])
  const busy = (known: Item[]): Destroyed => {
    return { ...result, outcome: 'busy', reason: lockedBecause(stack), known: named(known) }
  }
  try {
    const found = await stacks.find(stack)
    if (!found) return result
    let inState = found
    const reason = keptBecause(context, stack, inState)
    if (reason !== undefined) {
      const known = named([...accountResources(inState).values()])
      return { ...result, outcome: 'kept', reason, known }
    }
    for (let attempt = 1; inState.length > 0 && attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) say(`${stack}: not everything went; attempt ${attempt} of ${ATTEMPTS}`)
      const known = accountResources(inState)
      const kept = retained(inState)
      const { code, stdout, stderr, locked, eventLog } = await stacks.destroy(stack)
      if (locked) return busy([...known.values()])
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
    const { message } = error as Error
    if (saysLocked(message)) return busy([])
    say(`${stack} stays: ${message}`)
    return { ...result, outcome: 'unreadable', known: [itself] }
  }
}
