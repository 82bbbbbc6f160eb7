import type { Context } from './context.ts'
import { alreadyGone, type Destroyed, destroy, type Waiting } from './destroy.ts'
import { inventory, type Owned } from './inventory.ts'
import type { Item, Receipt } from './receipt.ts'
import { removable } from './removable.ts'
import { removeSettings } from './settings.ts'
import { strays } from './strays.ts'
import { type Tidied, tidy } from './tidy.ts'

interface Doomed {
  stacks: string[]
  /** Names that the backend does not know: an empty stack is among `stacks`. */
  orphans: string[]
  /**
   * What the accounts held: a record tells whose it is as long as its droplet is there, a snapshot as
   * long as its volume is.
   */
  before: Owned[]
  waiting: Waiting
}

/**
 * Destroys a stack and asks the accounts what is left of it.
 * @throws nothing for what cannot or must not be removed: it stands in the receipt under `left`
 */
export async function down(
  context: Context,
  stack: string,
  waiting: Waiting = {},
): Promise<Receipt> {
  const before = await inventory(context.accounts, context.marks)
  const [receipt] = await teardown(context, { stacks: [stack], orphans: [], before, waiting })
  return receipt as Receipt
}

/**
 * Destroys stacks, and removes what these and others that are gone have left. What a state knows
 * goes by the engine, what none knows (an update was killed, the state was lost) by the accounts'
 * APIs: for all together, as asking them costs the same for one as for a thousand.
 * @returns a receipt for each, in this order
 */
export async function teardown(
  context: Context,
  { stacks, orphans, before, waiting }: Doomed,
): Promise<Receipt[]> {
  const { digitalocean, auth0 } = context.accounts
  const calls = { digitalocean: digitalocean.calls, auth0: auth0.calls }
  const all = new Map<string, Destroyed>()
  for (const stack of stacks) all.set(stack, await destroy(context, stack, waiting))
  for (const stack of orphans) all.set(stack, alreadyGone(stack))

  const mayGo = new Set(removable(before, context.exclusive).map(keyOf))
  let nameless: Owned[] | undefined
  let living = new Set<string>()
  const pick = async (owned: Owned[]) => {
    nameless ??= await strays(context, owned)
    const found = nameless
    for (const one of removable(owned, context.exclusive)) mayGo.add(keyOf(one))
    // Whoever brings one of them up while this runs keeps it.
    living = new Set((await context.stacks.list()).map(({ name }) => name))
    const picked = owned.filter((one) => {
      if (one.stack === '') return context.exclusive && isAmong(found, one)
      const { outcome, known = [] } = all.get(one.stack) ?? {}
      if (!mayGo.has(keyOf(one))) return false
      if (outcome === 'gone') return !living.has(one.stack)
      return outcome === 'partly' && !isAmong(known, one)
    })
    const busy = new Set<string>()
    for (const stack of new Set(picked.map(({ stack }) => stack))) {
      if (!living.has(stack)) continue
      if (await context.stacks.isLocked(stack).catch(() => true)) busy.add(stack)
    }
    return picked.filter(({ stack }) => !busy.has(stack))
  }
  const tidied = await tidy(context, pick, { before })

  const shared = {
    nameless: context.exclusive ? [] : (nameless ?? []).map(item),
    calls: {
      digitalocean: digitalocean.calls - calls.digitalocean,
      auth0: auth0.calls - calls.auth0,
    },
  }
  return [...all.values()].map((destroyed, index) => {
    // What bears no stack's name stands in the first receipt.
    const ownedBy = ({ stack }: Owned) => stack === destroyed.stack || (stack === '' && index === 0)
    const { outcome, stack } = destroyed
    const isBack = outcome === 'gone' && living.has(stack)
    const there = isBack ? [] : tidied.there
    const receipt = { ...receiptOf(destroyed, { ...tidied, there }, ownedBy), ...shared }
    if (receipt.left.length === 0) removeSettings(destroyed.stack)
    return receipt
  })
}

function receiptOf(
  { stack, startedAt, removed, outcome, known, retained, reason }: Destroyed,
  tidied: Tidied,
  mine: (owned: Owned) => boolean,
): Omit<Receipt, 'nameless' | 'calls'> {
  const ended = new Date()
  const later = tidied.removed.filter(({ owned }) => mine(owned))
  const there = tidied.there.filter((owned) => owned.stack === stack && !isAmong(known, owned))
  // The inventory knows neither buckets nor what lies in a cluster.
  const seen = [...later.map(({ owned }) => owned), ...tidied.there]
  const unseen = retained.filter(
    ({ kind, id }) => kind === 'bucket' && !isAmong(seen, { kind, name: '', id }),
  )
  const stray = tidied.left.filter((owned) => owned.stack === '' && mine(owned))
  return {
    stack,
    startedAt: startedAt.toISOString(),
    endedAt: ended.toISOString(),
    seconds: Math.round((ended.getTime() - startedAt.getTime()) / 100) / 10,
    removed: [...removed, ...later.map(({ owned, at }) => ({ ...item(owned), at }))],
    left: [...known, ...unseen, ...there.map(item), ...stray.map(item)],
    ...(reason !== undefined && { kept: reason }),
    ...(outcome === 'busy' && { busy: true }),
  }
}

const item = ({ kind, name, id }: Item): Item => ({ kind, name, id })
const keyOf = ({ kind, id }: Item): string => `${kind} ${id}`

function isAmong(items: Item[], { kind, id }: Item): boolean {
  return items.some((other) => other.kind === kind && other.id === id)
}
