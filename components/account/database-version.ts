/** The major version of the database on the host. */
import { type Databases, hasLocal, localIn, managedIn } from '../../config/database/index.ts'
import { DEBIAN_VERSION } from '../../config/database/local.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

/** Set by ./padlock database upgrade, which has the host take the rows to that version. */
const UPGRADING = 'PADLOCK_DATABASE_UPGRADE'

/** In the URN of what has had the server up, a part of its component. */
const SERVER = 'padlock:index:LocalDatabase$command:remote:Command::'

/**
 * Of the packages that the host gets; undefined where it has no database. Which cluster serves is
 * decided by the one on the volume (host/padlock-app, padlock_release/clusters.py).
 * @throws RunError before anything is made, where the settings want another version than the stack has
 */
export function versionOnHost(state: Former[], databases: Databases): string | undefined {
  if (!hasLocal(databases)) return undefined
  const wanted = localIn(databases)?.version ?? DEBIAN_VERSION
  const known = knownVersion(state)
  if (known === undefined || known === wanted || process.env[UPGRADING] === wanted) return wanted
  // The key is the managed one's then.
  if (managedIn(databases)) return known
  if (Number(wanted) > Number(known)) {
    throw configurationError(
      `databaseVersion = ${wanted} is not what the stack's database on the host has, and a major upgrade is none of an update's: the app is without it for as long as its rows are copied`,
      `${known}, which it has`,
      `pulumi config set databaseVersion ${known}; or raise it: ./padlock database upgrade --to ${wanted}`,
    )
  }
  throw configurationError(
    `databaseVersion = ${wanted} is lower than what the last update installed on the host, PostgreSQL ${known}, and there is no way back`,
    known,
    `pulumi config set databaseVersion ${known}; where the rows are of ${wanted} still, ./padlock database upgrade --to ${known} goes on`,
  )
}

/**
 * What the last update that came so far has installed, whose rows may be of an older one; stacks from
 * before there was a choice have Debian's. Undefined where no server has been up yet.
 */
function knownVersion(state: Former[]): string | undefined {
  const [former] = ofKind(state, 'LocalDatabase')
  if (!former || !state.some(({ urn }) => urn.includes(SERVER))) return undefined
  return `${former.outputs.version ?? DEBIAN_VERSION}`
}
