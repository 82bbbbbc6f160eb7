import { lockedOut } from '../engine/locked-out.ts'
import type { Context } from './context.ts'
import { diagnostics } from './diagnostics.ts'
import { expiryAfter } from './duration.ts'
import { inventory } from './inventory.ts'
import { accountResources } from './removals.ts'
import { ownSettings, writeSettings } from './settings.ts'
import { tidy } from './tidy.ts'

export interface UpOptions {
  stack: string
  /** Milliseconds from now. */
  ttl: number
  /** Keys of the project over the template's. */
  set: Record<string, string>
  /** Further flags of `pulumi up`. */
  flags: string[]
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
 * that is half destroyed is refreshed and completed; what is left of one whose state is gone is
 * removed first, as its DNS record would answer beside the new one's.
 * @throws Error if the engine fails; running it again goes on from there
 */
export async function up(
  context: Context,
  { stack, ttl, set, flags }: UpOptions,
): Promise<Environment> {
  const { accounts, marks, stacks, say } = context
  const start = Date.now()
  const expires = expiryAfter(ttl)
  writeSettings({ project: marks.project, stack, expires, set })
  await stacks.create(stack)

  const resources = await stacks.resources(stack)
  if (accountResources(resources).size === 0) {
    const { removed, left } = await tidy(context, (owned) =>
      owned.filter((one) => one.stack === stack),
    )
    for (const { owned } of removed)
      say(`left by an earlier ${stack}, removed: ${owned.kind} ${owned.name}`)
    if (left.length > 0) {
      throw new Error(
        `an earlier ${stack} left what cannot be removed: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}. Remove it by hand, then run this again.`,
      )
    }
  }
  const mending = resources.length > 0 && !(await stacks.whole(stack))
  if (mending) say(`${stack} is not whole: its state is compared with the accounts first`)
  const { sshPort = 22 } = ownSettings(marks.project, stack)
  const closed = await lockedOut(resources, Number(sshPort))
  if (closed.length > 0) say(`no key of ${stack} opens its droplet any more: it is replaced`)
  const { code, stdout, stderr } = await stacks.up(stack, [
    ...(mending ? ['--refresh'] : []),
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
