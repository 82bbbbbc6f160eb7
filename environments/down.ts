import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import type { Owned } from './inventory.ts'
import type { Item, Receipt } from './receipt.ts'
import { accountResources, deletions } from './removals.ts'
import { removeSettings } from './settings.ts'
import { strays } from './strays.ts'
import { tidy } from './tidy.ts'

/** An API that fails half-way is asked again with what is left; each attempt refreshes first. */
const ATTEMPTS = 3

/**
 * Destroys a stack and asks the accounts what is left of it. What the state knows goes by the
 * engine, what it does not know (an update was killed, the state was lost) by the accounts' APIs.
 * Copes with a stack that is half destroyed, was changed by hand, or is not there at all.
 * @param also further resources that belong to the stack, by their inventory entry
 * @throws nothing for what cannot be removed: it stands in the receipt under `left`
 */
export async function down(
  context: Context,
  stack: string,
  also: (owned: Owned) => boolean = () => false,
): Promise<Receipt> {
  const { accounts, stacks, say } = context
  const started = new Date()
  const before = { do: accounts.digitalocean.calls, auth0: accounts.auth0.calls }
  const removed: Receipt['removed'] = []

  let inState = await stacks.resources(stack)
  for (let attempt = 1; inState.length > 0 && attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) say(`${stack}: not everything went; attempt ${attempt} of ${ATTEMPTS}`)
    const known = accountResources(inState)
    const { code, stdout, stderr, eventLog } = await stacks.destroy(stack)
    for (const [urn, at] of deletions(eventLog)) {
      const item = known.get(urn)
      if (item) removed.push({ ...item, at })
    }
    inState = await stacks.resources(stack)
    if (code !== 0) say(diagnostics(`${stdout}${stderr}`))
  }

  const stillKnown = [...accountResources(inState).values()]
  const nameless = await strays(context)
  const mine = (owned: Owned) =>
    owned.stack === stack || also(owned) || (context.exclusive && isAmong(nameless, owned))
  const { removed: tidied, left } = await tidy(
    context,
    (owned) => mine(owned) && !isAmong(stillKnown, owned),
  )
  removed.push(...tidied)
  if (inState.length === 0) {
    await stacks.remove(stack)
    if (left.length === 0) removeSettings(stack)
  }

  const ended = new Date()
  return {
    stack,
    startedAt: started.toISOString(),
    endedAt: ended.toISOString(),
    seconds: Math.round((ended.getTime() - started.getTime()) / 100) / 10,
    removed,
    left: [...stillKnown, ...left.map(({ kind, name, id }) => ({ kind, name, id }))],
    nameless: context.exclusive ? [] : nameless.map(({ kind, name, id }) => ({ kind, name, id })),
    calls: {
      digitalocean: accounts.digitalocean.calls - before.do,
      auth0: accounts.auth0.calls - before.auth0,
    },
  }
}

function isAmong(items: Item[], { kind, id }: Item): boolean {
  return items.some((item) => item.kind === kind && item.id === id)
}
