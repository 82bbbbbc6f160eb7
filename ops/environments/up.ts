import { lockedOut } from '../engine/locked-out.ts'
import { lockedBecause } from '../engine/locks.ts'
import type { StateResource } from '../engine/state.ts'
import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import { expiryAfter } from './duration.ts'
import { inventory, type Owned } from './inventory.ts'
import { canKeep, livingData, lostData, withVolume } from './lost-data.ts'
import type { Item } from './receipt.ts'
import { removable, untouchableBecause } from './removable.ts'
import { accountResources } from './removals.ts'
import { giveSecrets } from './secrets.ts'
import { ownSettings, readTemplate, writeSettings } from './settings.ts'
import { tidy } from './tidy.ts'

export interface UpOptions {
  stack: string
  /** Milliseconds from now. */
  ttl: number
  /** Keys of the project over the template's. */
  set: Record<string, unknown>
  /** Further flags of `pulumi up`. */
  flags: string[]
  /** Takes the volume of a stack whose state is lost into the new state. */
  keepVolume?: boolean
}

export interface Environment {
  name: string
  url: string
  /** As the key `expires` has it. */
  expires: string
  /** US dollars an hour. */
  costPerHour: number
  seconds: number
}

/**
 * Brings an environment up, or the next release and a new expiry to one that is up. A predecessor
 * that is half destroyed is refreshed and completed; what is left of one whose state is gone, or by
 * an update that was killed, is removed first, as its DNS record would answer beside the new one's:
 * all that carries an expiry and this owner's mark.
 * @throws Error if the engine fails (running it again goes on from there), if the stack is permanent
 *   or another owner's, if something of its name is not ours to remove, or if a lost state has left a
 *   volume whose time is not over, or if another update of it is at work on what would be removed
 */
export async function up(
  context: Context,
  { stack, ttl, set, flags, keepVolume = false }: UpOptions,
): Promise<Environment> {
  const { accounts, marks, stacks, say } = context
  const start = Date.now()
  const expires = expiryAfter(ttl)
  const resources = await stacks.resources(stack)
  const reason = untouchableBecause(context, resources)
  if (reason !== undefined) {
    throw new Error(
      `${stack} is not touched: ${reason}. Allowed: a name of its own, such as pr-12.`,
    )
  }
  const lost = accountResources(resources).size === 0
  const mending = resources.length > 0 && !(await stacks.whole(stack))
  const kept = lost ? await keptData(context, stack, keepVolume) : []
  const room = { resources, lost, kept }
  if (kept.length === 0 && (lost || mending)) await makeRoom(context, stack, room)
  writeSettings({ project: marks.project, stack, expires, set })
  const { config, secretsprovider } = readTemplate(marks.project)
  await stacks.create(stack, secretsprovider)
  await giveSecrets(config, stack)
  if (kept.length > 0) {
    // First: what tells whose the volume is goes with the rest.
    for (const one of kept) await stacks.take(stack, `${marks.project}-${stack}`, one)
    await makeRoom(context, stack, room)
  }
  if (mending) say(`${stack} is not whole: its state is compared with the accounts first`)
  const { sshPort = 22 } = ownSettings(marks.project, stack)
  const closed = await lockedOut(resources, Number(sshPort))
  if (closed.length > 0) say(`no key of ${stack} opens its droplet any more: it is replaced`)
  const { code, stdout, stderr } = await stacks.up(stack, [
    ...(mending || kept.length > 0 ? ['--refresh'] : []),
    ...closed.flatMap((urn) => ['--replace', urn]),
    ...flags,
  ])
  if (code !== 0) {
    const said = diagnostics(`${stdout}${stderr}`)
    throw new Error(
      said
        ? `${stack} is not complete:\n${said}\nFix: repair it, then run this again.`
        : `${stack} is not complete. Fix what is said above, then run this again.`,
    )
  }

  const { url = '' } = await stacks.outputs(stack)
  const droplets = (await inventory(accounts, marks)).filter((owned) => owned.stack === stack)
  return {
    name: stack,
    url,
    expires,
    costPerHour: droplets.reduce((sum, { pricePerHour = 0 }) => sum + pricePerHour, 0),
    seconds: Math.round((Date.now() - start) / 100) / 10,
  }
}

/**
 * What of a stack whose state is lost is taken over: its volume with what hangs on that, if so asked.
 * @throws Error where the accounts hold data that nobody said to keep
 */
async function keptData(context: Context, stack: string, keep: boolean): Promise<Owned[]> {
  const owned = await inventory(context.accounts, context.marks)
  const data = livingData(owned, stack, context)
  if (data.length === 0) return []
  await demandUnlocked(context, stack)
  const { marks } = context
  if (!keep || !canKeep(data, stack, marks)) throw new Error(lostData(data, stack, marks))
  return [...data, ...withVolume(owned, stack)]
}

/** @throws Error if another update is at work, as what no state knows is then what it has just made */
async function demandUnlocked({ stacks }: Context, stack: string): Promise<void> {
  if (await stacks.isLocked(stack)) {
    throw new Error(`${stack} is not touched: ${lockedBecause(stack)}`)
  }
}

interface Room {
  resources: StateResource[]
  /** The state knows nothing: whatever stays would be doubled, so it is an error. */
  lost: boolean
  /** It stays. */
  kept: Owned[]
}

/** Removes what bears this name in the accounts and is not in the state. */
async function makeRoom(
  context: Context,
  stack: string,
  { resources, lost, kept }: Room,
): Promise<void> {
  // One by one: what is being replaced is there twice under one URN.
  const known: Item[] = resources.flatMap((one) => [...accountResources([one]).values()])
  known.push(...kept)
  const isKnown = ({ kind, id }: Owned) =>
    known.some((other) => other.kind === kind && other.id === id)
  const mayGo = new Set<string>()
  const { removed, left, there } = await tidy(context, async (owned) => {
    const its = owned.filter((one) => one.stack === stack && !isKnown(one))
    for (const one of removable(owned, context.exclusive)) mayGo.add(`${one.kind} ${one.id}`)
    const picked = its.filter((one) => mayGo.has(`${one.kind} ${one.id}`))
    if (picked.length > 0) await demandUnlocked(context, stack)
    return picked
  })
  for (const { owned } of removed)
    context.say(`left by an earlier ${stack}, removed: ${owned.kind} ${owned.name}`)
  // A snapshot is no obstacle to what is made anew.
  const stands = (one: Owned) =>
    one.stack === stack && one.kind !== 'volume snapshot' && !isKnown(one)
  const stays = lost ? there.filter(stands) : left
  if (stays.length === 0) return
  const names = stays.map(({ kind, name, id, mark }) => {
    const whose = mark === 'other' ? "another owner's" : mark === 'none' ? 'no mark' : 'ours'
    return `  ${kind} ${name}${id === name ? '' : ` (${id})`}: ${whose}`
  })
  throw new Error(
    `${stack} is in the accounts already, and not as an ephemeral environment of this owner (${context.marks.owner}), so nothing of this is removed:\n${names.join('\n')}\n` +
      `Fix: another name; or, where it is nobody's, remove it by hand and run this again.`,
  )
}
