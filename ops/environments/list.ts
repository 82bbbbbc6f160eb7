import { type Access, accessAmong } from '../accounts/access.ts'
import type { Context } from './context.ts'
import { inventory, listFirewalls, type Owned } from './inventory.ts'
import { isEphemeralName, removable } from './removable.ts'
import type { StackSummary } from './stacks.ts'

export interface Listed {
  name: string
  host: string
  /** When it may be swept; absent on what has lost its expiry. */
  expires?: Date
  /** Does it carry this owner's mark? Only then a verb removes it. */
  marked: boolean
  /** US dollars an hour. */
  costPerHour: number
  /**
   * `busy`: an update runs. `empty`: a stack with nothing in it. `orphan`: resources that no state
   * knows, of no stack or of an empty one.
   */
  state: 'up' | 'busy' | 'empty' | 'orphan'
  /** Does the backend list a stack of this name? */
  hasStack: boolean
  resources: Owned[]
}

/**
 * Every ephemeral environment that a stack or a resource tells of, the next to expire first: what
 * carries an expiry, and stacks that tell by their name. Another owner's are no business of ours.
 */
export async function list(context: Context): Promise<Listed[]> {
  return (await lookAround(context)).listed
}

/** The same, everything in the accounts that it was told by, and the open ways in to hosts. */
export async function lookAround({ accounts, marks, stacks, exclusive }: Context): Promise<{
  listed: Listed[]
  owned: Owned[]
  access: Access[]
}> {
  const asked = listFirewalls(accounts.digitalocean)
  const [known, owned, firewalls] = await Promise.all([
    stacks.list(),
    inventory(accounts, marks, { asked }),
    asked,
  ])
  const listed = merge(known, owned, { ...marks, exclusive }).filter(
    ({ name, expires, hasStack }) => expires || (hasStack && isEphemeralName(name)),
  )
  return { listed, owned, access: accessAmong(firewalls, marks.project) }
}

/** Joins what the backend and what the accounts know. */
export function merge(
  known: StackSummary[],
  owned: Owned[],
  { zone, parent, exclusive }: { zone: string; parent: string; exclusive: boolean },
): Listed[] {
  const byStack = Map.groupBy(
    owned.filter(({ stack, mark }) => stack !== '' && mark !== 'other'),
    ({ stack }) => stack,
  )
  const stacks = new Map(known.map((stack) => [stack.name, stack]))
  const names = new Set([...byStack.keys(), ...stacks.keys()])
  return [...names]
    .map((name) => {
      const resources = byStack.get(name) ?? []
      const times = resources.flatMap(({ expires }) => (expires ? [expires.getTime()] : []))
      return {
        name,
        host: `${name}.${parent}.${zone}`,
        marked: removable(resources, exclusive).length > 0,
        // Half-way through an extension there are two: the later one counts.
        ...(times.length > 0 && { expires: new Date(Math.max(...times)) }),
        costPerHour: resources.reduce((sum, { pricePerHour = 0 }) => sum + pricePerHour, 0),
        state: stateOf(stacks.get(name), resources),
        hasStack: stacks.has(name),
        resources,
      } satisfies Listed
    })
    .sort(
      (a, b) =>
        (a.expires?.getTime() ?? Number.POSITIVE_INFINITY) -
          (b.expires?.getTime() ?? Number.POSITIVE_INFINITY) || (a.name < b.name ? -1 : 1),
    )
}

function stateOf(stack: StackSummary | undefined, resources: Owned[]): Listed['state'] {
  if (stack?.updateInProgress) return 'busy'
  if (stack && stack.resourceCount !== 0) return 'up'
  return resources.length > 0 ? 'orphan' : 'empty'
}
