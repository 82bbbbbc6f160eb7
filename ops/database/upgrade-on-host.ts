/** Raises the major version of the database on a stack's host: two updates of it, one of them the host's own. */
import { HOST_VERSIONS } from '../../config/database/local.ts'
import { MANAGED_VERSIONS } from '../../config/database/managed.ts'
import type { Result } from '../engine/pulumi.ts'

/** What the host has done. */
export interface Upgraded {
  from: string
  to: string
  rows: number
  /** Rows by table. */
  tables: Record<string, number>
  /** Of all rows, the same before and after (padlock_database/verify.py). */
  hash: string
  /** In which nothing could be written. */
  downSeconds: number
  /** What is yet to be seen to. */
  problems: string[]
}

/** What it says where that version serves already: an earlier run was cut off after its swap. */
type Finished = Pick<Upgraded, 'from' | 'to' | 'problems'>

/** What the host knows: the version that serves, the one that its packages bring, and a step that was cut off. */
export interface HostState {
  version: string
  chosen: string
  step: string | null
}

export interface HostUpgradingStack {
  name: string
  /** A verb of the host's program `database`; `tell` gets its lines as they come. */
  host(words: string[], tell?: (line: string) => void): Promise<Result>
  /** Writes the key `databaseVersion`. */
  choose(version: string): Promise<void>
  /** `pulumi up` that may bring another version; its exit code. */
  update(version: string): Promise<number>
  /** The version that the stack's state has, with which it takes no other one. */
  known(): Promise<string>
  say(text: string): void
}

/**
 * The new version is installed by an update, which changes no rows; then the host dumps, compares and
 * swaps. Goes on wherever an earlier call was cut off.
 * @returns undefined where the database had that version before
 * @throws Error that says which version serves, and what to do
 */
export async function upgradeOnHost(
  stack: HostUpgradingStack,
  to: string,
): Promise<Upgraded | undefined> {
  if (!HOST_VERSIONS.includes(to)) {
    throw new Error(notOnHost(to))
  }
  const before = await stateOf(stack)
  const from = before?.version ?? 'what it is'
  if (before && Number(before.version) > Number(to)) {
    throw new Error(
      `the database of ${stack.name} is PostgreSQL ${from}, and there is no way back to ${to}`,
    )
  }
  await stack.choose(to)
  // An update may have ended between both.
  if (before?.chosen !== to || (await stack.known()) !== to) {
    stack.say(`1/2  PostgreSQL ${to} is installed beside; the app goes on with ${from}`)
    if ((await stack.update(to)) !== 0) {
      throw new Error(
        `PostgreSQL ${to} is not installed, and the app goes on with ${from}. Fix: repair what is said above, then run this again`,
      )
    }
  }
  if (before?.version === to && before.step === null) return undefined
  stack.say(
    `2/2  the rows go from PostgreSQL ${from} to ${to}; the app is ended for as long as they are copied`,
  )
  const { code, stdout, stderr } = await stack.host(['upgrade', to], stack.say)
  if (code !== 0) {
    throw new Error(
      `the database was not upgraded: ${last(stderr)}\nWhat serves: ./padlock ssh --stack ${stack.name} "sudo /usr/lib/padlock/database state". Fix: repair what is said above, then run this again`,
    )
  }
  const done: Upgraded | Finished = JSON.parse(stdout)
  if ('rows' in done) return done
  for (const problem of done.problems) stack.say(`not yet: ${problem}`)
  return undefined
}

/**
 * Why the host cannot have a version, and the way there where there is one.
 * @param managed versions that a managed database may have
 */
export function notOnHost(to: string, managed = MANAGED_VERSIONS): string {
  const wrong = `--to ${to} is none of the host's versions. Allowed: ${HOST_VERSIONS.join(', ')}`
  const higher = HOST_VERSIONS.every((version) => Number(version) < Number(to))
  if (!(higher && managed.includes(to))) return wrong
  return `${wrong}; a managed database may have it, to which the rows go by a move: pulumi config set databaseVersion ${to} && ./padlock database move --to managed`
}

/** Undefined where the host's software is older than this verb. */
async function stateOf(stack: HostUpgradingStack): Promise<HostState | undefined> {
  const { code, stdout, stderr } = await stack.host(['state'])
  if (code === 0) return JSON.parse(stdout)
  if (stderr.includes('usage: database')) return undefined
  throw new Error(stderr.trim())
}

const last = (text: string) => text.trim().split('\n').slice(-3).join('\n')

/** What was upgraded, what stays, and the ways on. */
export function receipt(done: Upgraded, stack: string): string {
  const { from, to, rows, tables, hash, downSeconds, problems } = done
  const count = Object.keys(tables).length
  return [
    `upgraded from PostgreSQL ${from} to ${to}: ${rows.toLocaleString('en')} rows of ${count} tables, all compared (${hash.slice(0, 12)})`,
    `${downSeconds} s in which nothing could be written`,
    ...problems.map((problem) => `not yet: ${problem}`),
    `The cluster of PostgreSQL ${from} stays on the volume until the next upgrade, or until`,
    `  ./padlock ssh --stack ${stack} "sudo /usr/lib/padlock/database forget-former"`,
    `Commit the settings file: databaseVersion is ${to}.`,
  ].join('\n')
}
