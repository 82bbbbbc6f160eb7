import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './context.ts'
import { inventory, type Owned } from './inventory.ts'

/** Rounds in which nothing is on its way out, after which what is left stays. */
const ROUNDS = 8
const PAUSE_MS = 3_000
/** Of the account's requests, 250 a minute, a round takes ten and more. */
const LATER_PAUSE_MS = 9_000
/**
 * What was accepted for removal may take so long: a droplet is listed until it is gone, and holds its
 * volume until then.
 */
const PATIENCE_MS = 120_000

export interface Tidied {
  /** With the time, ISO 8601. */
  removed: { owned: Owned; at: string }[]
  /** Picked, and still there. */
  left: Owned[]
  /** Everything that was there in the end, picked or not. */
  there: Owned[]
}

export interface TidyOptions {
  /** What the accounts held earlier: a snapshot is known by its volume, which may be gone. */
  before?: Owned[]
  /** Waits between two rounds, milliseconds. */
  pause?: (ms: number) => Promise<unknown>
}

/**
 * Removes by the accounts' own APIs what no state knows any more, and asks until it is gone. The
 * accounts are listed once a round, however much there is to remove. It ends with what is left when
 * nothing has been on its way out for some rounds, or what was has not gone in two minutes.
 * @param pick from everything there is what may go; called in every round
 */
export async function tidy(
  { accounts, marks, say }: Pick<Context, 'accounts' | 'marks' | 'say'>,
  pick: (owned: Owned[]) => Owned[] | Promise<Owned[]>,
  { before = [], pause = sleep }: TidyOptions = {},
): Promise<Tidied> {
  const removed = new Map<string, Tidied['removed'][number]>()
  const said = new Set<string>()
  let seen = before
  let [quiet, most, since] = [0, Number.POSITIVE_INFINITY, Date.now()]
  for (let round = 1; ; round++) {
    const there = await inventory(accounts, marks, { before: seen })
    seen = volumesOf([...seen, ...there])
    const left = await pick(there)
    if (left.length < most) since = Date.now()
    most = left.length
    quiet = left.some((one) => removed.has(keyOf(one))) ? 0 : quiet + 1
    if (left.length === 0 || quiet === ROUNDS || Date.now() - since > PATIENCE_MS) {
      return { removed: [...removed.values()], left, there }
    }
    if (round > 1) await pause(round < ROUNDS ? PAUSE_MS : LATER_PAUSE_MS)
    for (const owned of left) {
      const { kind, name, remove } = owned
      try {
        await remove()
        const key = keyOf(owned)
        if (removed.has(key)) continue
        removed.set(key, { owned, at: new Date().toISOString() })
        since = Date.now()
      } catch (error) {
        const line = `  ${kind} ${name} stays for now: ${(error as Error).message}`
        const reason = line.replace(/"request_id":"[^"]*"/, '')
        if (!said.has(reason)) say(line)
        said.add(reason)
      }
    }
  }
}

const keyOf = ({ kind, id }: Owned): string => `${kind} ${id}`

/** Each volume once. */
function volumesOf(owned: Owned[]): Owned[] {
  const volumes = owned.filter(({ kind }) => kind === 'volume')
  return [...new Map(volumes.map((one) => [one.id, one])).values()]
}
