import { formatExpiry } from '../../config/expiry.ts'
import { type Access, closeOne, foreign, isOwn } from '../accounts/access.ts'
import type { Context } from './context.ts'
import { teardown } from './down.ts'
import { type Listed, lookAround } from './list.ts'
import { keep, type Receipt } from './receipt.ts'
import { lasting } from './removable.ts'

const DAY_MS = 24 * 3_600_000

/** What a sweep does about one environment, and why. */
export interface Decision {
  name: string
  action:
    | 'destroy'
    | 'remove orphans'
    | 'remove stack'
    | 'keep'
    | 'report'
    | 'leave'
    | 'close access'
  reason: string
}

/**
 * Decides without touching anything. Only what carries this owner's mark and an expiry that has
 * passed is destroyed: a sweep that does not see a colleague's backend must not take his
 * environment, or production, for an orphan. `leave` is what has expired and is not ours to remove.
 * @param held names that stay whatever their expiry says
 */
export function decide(listed: Listed[], held: string[], now = new Date()): Decision[] {
  return listed.map(({ name, state, hasStack, expires, marked, resources }) => {
    const as = (action: Decision['action'], reason: string) => ({ name, action, reason })
    if (held.includes(name)) return as('keep', 'held')
    if (state === 'busy') return whileBusy({ name, ...(expires && { expires }) }, now)
    if (state === 'empty') return as('remove stack', 'a stack with nothing in it')
    if (!expires) return as('report', `${resources.length} resources without an expiry`)
    const when = formatExpiry(expires)
    if (!marked) {
      const { what, fix } = notOurs({ name, state, resources })
      return expires <= now
        ? as('leave', `${what}, expired ${when}; ${fix}`)
        : as('report', `${what}, expires ${when}`)
    }
    if (state === 'up') {
      return expires <= now ? as('destroy', `expired ${when}`) : as('keep', `expires ${when}`)
    }
    const of = hasStack ? 'a stack with nothing in it' : 'no stack in this backend'
    const what = `${resources.length} resources of ${of}`
    return expires <= now
      ? as('remove orphans', `${what}, expired ${when}`)
      : as('report', `${what}, expires ${when}`)
  })
}

/** Why nothing of an environment may be removed, and what to do about it. */
function notOurs({ name, state, resources }: Pick<Listed, 'name' | 'state' | 'resources'>) {
  const stays = lasting(resources).map(({ kind, name }) => `${kind} ${name}`)
  if (stays.length === 0) {
    const what = `${resources.length} resources without this owner's mark`
    return { what, fix: `./padlock env up ${name} marks a stack of this backend` }
  }
  const what = `${stays.join(', ')} without an expiry, so nothing is removed`
  const tag = resources.find(({ kind, expires }) => kind === 'tag' && expires)?.name
  const given = `the tag ${tag ?? 'of the expiry'}`
  return state === 'up'
    ? {
        what,
        fix: `./padlock env down ${name} destroys it with the rest, and a sweep does once the program gives it ${given}`,
      }
    : { what, fix: `remove it by hand, or give it ${given}` }
}

/** An update that has not ended a day after the expiry has left its lock: a person is told. */
function whileBusy(
  { name, expires }: Pick<Listed, 'name' | 'expires'>,
  now = new Date(),
): Decision {
  const reason = 'an update is in progress'
  if (!expires || now.getTime() - expires.getTime() < DAY_MS) {
    return { name, action: 'keep', reason }
  }
  const fix = `where its process is known to be dead: pulumi cancel --stack ${name}`
  return { name, action: 'leave', reason: `${reason}, expired ${formatExpiry(expires)}; ${fix}` }
}

export interface Swept {
  decisions: Decision[]
  /** Of what was destroyed or tidied. */
  receipts: Receipt[]
}

/**
 * Carries the decisions out, for all together; a failure does not stop the others. What another
 * update is at work on is left to the next sweep.
 */
export async function sweep(
  context: Context,
  { held, dryRun }: { held: string[]; dryRun: boolean },
): Promise<Swept> {
  const { listed, owned: before, access } = await lookAround(context)
  const decisions = decide(listed, held)
  decisions.push(...(await closeExpired(context, access, dryRun)))
  for (const { name, action, reason } of decisions) {
    if (action !== 'keep') context.say(`${dryRun ? 'would ' : ''}${action}: ${name} (${reason})`)
  }
  const named = (...actions: Decision['action'][]) =>
    decisions.filter(({ action }) => actions.includes(action)).map(({ name }) => name)
  // Of an empty stack: it goes first, as a living one keeps what bears its name.
  const inBackend = new Set(listed.filter(({ hasStack }) => hasStack).map(({ name }) => name))
  const left = named('remove orphans')
  const stacks = [
    ...named('destroy', 'remove stack'),
    ...left.filter((name) => inBackend.has(name)),
  ]
  const orphans = left.filter((name) => !inBackend.has(name))
  if (dryRun || stacks.length + orphans.length === 0) return { decisions, receipts: [] }
  const torn = await teardown(context, { stacks, orphans, before, waiting: { patience: 0 } })
  const [busy, receipts] = [torn.filter((one) => one.busy), torn.filter((one) => !one.busy)]
  for (const receipt of receipts) await keep(receipt, context.receipts)
  const after = decisions.map((decision) => {
    const one = listed.find(({ name }) => name === decision.name)
    return one && busy.some(({ stack }) => stack === one.name) ? whileBusy(one) : decision
  })
  return { decisions: after, receipts }
}

/** Ways in to a host whose time is over and that this owner opened; others are named and left. */
async function closeExpired(
  { accounts: { digitalocean }, marks: { owner }, exclusive }: Context,
  open: Access[],
  dryRun: boolean,
  now = new Date(),
): Promise<Decision[]> {
  const expired = open.filter(({ expires }) => expires <= now)
  const decisions: Decision[] = []
  for (const one of expired) {
    const decision = { name: one.name, reason: `expired ${formatExpiry(one.expires)}` }
    if (!isOwn(one, { owner, exclusive })) {
      const reason = `${foreign(one)}, ${decision.reason}`
      decisions.push({ ...decision, action: 'leave', reason })
      continue
    }
    try {
      if (!dryRun) await closeOne(digitalocean, one)
      decisions.push({ ...decision, action: 'close access' })
    } catch (error) {
      const reason = `${decision.reason}, still open: ${(error as Error).message}`
      decisions.push({ ...decision, action: 'leave', reason })
    }
  }
  return decisions
}
