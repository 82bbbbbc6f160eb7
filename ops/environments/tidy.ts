import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './context.ts'
import { inventory, type Owned } from './inventory.ts'

/** A droplet is gone from the lists some seconds after its deletion was accepted. */
const ROUNDS = 8
const PAUSE_MS = 3_000

export interface Tidied {
  /** With the time, ISO 8601. */
  removed: { owned: Owned; at: string }[]
  /** Picked, and still there. */
  left: Owned[]
  /** Everything that was there in the end, picked or not. */
  there: Owned[]
}

/**
 * Removes by the accounts' own APIs what no state knows any more, and asks until it is gone. The
 * accounts are listed once a round, however much there is to remove.
 * @param pick from everything there is what may go; called in every round
 */
export async function tidy(
  { accounts, marks, say }: Pick<Context, 'accounts' | 'marks' | 'say'>,
  pick: (owned: Owned[]) => Owned[] | Promise<Owned[]>,
): Promise<Tidied> {
  const removed = new Map<string, Tidied['removed'][number]>()
  for (let round = 1; ; round++) {
    const there = await inventory(accounts, marks)
    const left = await pick(there)
    if (left.length === 0 || round === ROUNDS) {
      return { removed: [...removed.values()], left, there }
    }
    if (round > 1) await sleep(PAUSE_MS)
    for (const owned of left) {
      const { kind, name, id, remove } = owned
      try {
        await remove()
        const key = `${kind} ${id}`
        if (!removed.has(key)) removed.set(key, { owned, at: new Date().toISOString() })
      } catch (error) {
        say(`  ${kind} ${name} stays for now: ${(error as Error).message}`)
      }
    }
  }
}
