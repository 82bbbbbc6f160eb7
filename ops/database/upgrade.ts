/** Raises the major version of a stack's managed database, at DigitalOcean and then in state and settings. */

/** The cluster as DigitalOcean tells of it. */
export interface LiveCluster {
  version: string
  /** `online`, or what is under way. */
  status: string
}

export interface UpgradingStack {
  name: string
  /** The cluster of the state; undefined for a stack without one. */
  cluster(): Promise<{ id: string; urn: string; name: string } | undefined>
  live(id: string): Promise<LiveCluster | undefined>
  /** Asks for the upgrade, which nobody can take back. */
  raise(id: string, version: string): Promise<void>
  /** Has the engine read the cluster anew; its exit code. */
  refresh(urn: string): Promise<number>
  /** Writes the key `databaseVersion`. */
  choose(version: string): Promise<void>
  /** `pulumi up`, which brings the host programs of that version; its exit code. */
  update(): Promise<number>
  /** New statistics of all tables, which plans need after it; the exit code. */
  analyze(): Promise<number>
  say(text: string): void
  pause(milliseconds: number): Promise<void>
}

const PAUSE_MS = 5_000
/** It depends on how much there is. */
const PATIENCE_MS = 3_600_000

/**
 * Goes on wherever an earlier call was cut off.
 * @returns from which version, and the seconds until the cluster had the new one; undefined where it
 *   had it before
 * @throws Error that says what to do
 */
export async function upgrade(
  stack: UpgradingStack,
  to: string,
): Promise<{ from: string; seconds: number } | undefined> {
  const cluster = await stack.cluster()
  if (!cluster) throw new Error(`the stack ${stack.name} has no database that could be upgraded`)
  const { id, name, urn } = cluster
  const live = async () => {
    const found = await stack.live(id)
    if (!found) throw new Error(`there is no cluster ${name} (${id}) any more. Fix: pulumi refresh`)
    return found
  }
  const { version: from } = await live()
  if (Number(from) > Number(to)) {
    throw new Error(`${name} is PostgreSQL ${from}, and there is no way back to ${to}`)
  }
  const began = Date.now()
  if (from !== to) {
    await until(stack, live, ({ status }) => status === 'online', `${name} is not online`)
    // One that was asked for before may have ended meanwhile.
    if ((await live()).version !== to) await stack.raise(id, to)
    stack.say(`DigitalOcean upgrades ${name} from PostgreSQL ${from} to ${to}`)
    await until(
      stack,
      live,
      ({ status, version }) => status === 'online' && version === to,
      `${name} is not PostgreSQL ${to}`,
    )
  }
  const seconds = Math.round((Date.now() - began) / 1000)
  await stack.choose(to)
  if ((await stack.refresh(urn)) !== 0) {
    throw new Error(
      `${name} is PostgreSQL ${to}, and the state does not know it. Fix: run this again`,
    )
  }
  // An older pg_dump does not read it.
  if ((await stack.update()) !== 0) {
    throw new Error(
      `${name} is PostgreSQL ${to}, and the host has no programs of that version yet, so no dump of it can be made. Fix: repair what is said above, then run this again`,
    )
  }
  if ((await stack.analyze()) !== 0) {
    stack.say(`the tables have no statistics yet, so queries may be slow. Fix: run this again`)
  }
  return from === to ? undefined : { from, seconds }
}

async function until(
  stack: UpgradingStack,
  live: () => Promise<LiveCluster>,
  good: (cluster: LiveCluster) => boolean,
  otherwise: string,
): Promise<void> {
  for (let waited = 0; waited <= PATIENCE_MS; waited += PAUSE_MS) {
    if (good(await live())) return
    await stack.pause(PAUSE_MS)
  }
  throw new Error(
    `${otherwise} after ${PATIENCE_MS / 60_000} minutes; its page at DigitalOcean says why. Then run this again`,
  )
}
