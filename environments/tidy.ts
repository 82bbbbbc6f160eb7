import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './context.ts'
import { inventory, type Owned } from './inventory.ts'
import type { Receipt } from './receipt.ts'

/** A droplet is gone from the lists some seconds after its deletion was accepted. */
const ROUNDS = 8
const PAUSE_MS = 3_000

interface Tidied {
  removed: Receipt['removed']
  left: Owned[]
}

/**
 * Removes by the accounts' own APIs what no state knows any more, and asks until it is gone.
 * @param mine picks from the inventory what may go
 */
export async function tidy(
  { accounts, marks, say }: Pick<Context, 'accounts' | 'marks' | 'say'>,
  mine: (owned: Owned) => boolean,
): Promise<Tidied> {
  const removed: Receipt['removed'] = []
  for (let round = 1; ; round++) {
    const left = (await inventory(accounts, marks)).filter(mine)
    if (left.length === 0 || round === ROUNDS) return { removed, left }
    if (round > 1) await sleep(PAUSE_MS)
    for (const { kind, name, id, remove } of left) {
      try {
        await remove()
        if (removed.some((item) => item.kind === kind && item.id === id)) continue
        removed.push({ kind, name, id, at: new Date().toISOString() })
      } catch (error) {
        say(`  ${kind} ${name} stays for now: ${(error as Error).message}`)
      }
    }
  }
}
