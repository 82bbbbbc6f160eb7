import { log } from '@pulumi/pulumi'
import type { Settings } from '../../config/settings.ts'
import { furtherNames } from '../../config/tunnels/index.ts'
import { configurationError } from '../account/error.ts'
import { keptNames } from '../records/kept.ts'
import { type Former, ofKind } from '../state.ts'

/** New names of one registered domain in seven days, by the directory's host (letsencrypt.org/docs/rate-limits). */
const LIMITS: Record<string, number> = { 'acme-v02.api.letsencrypt.org': 50 }
const WEEK_MS = 7 * 24 * 3600 * 1000

/** Names with the time at which their first certificate was ordered, ISO 8601. */
export type Ordered = Record<string, string>

export interface Week {
  /** For the state: the names that were new in the last seven days, those of this update among them. */
  ordered: Ordered
  /** Names that this update orders a first certificate for. */
  fresh: string[]
}

/**
 * Now, milliseconds; of a saved plan the moment of its preview (`ops/plan/` sets the variable): what
 * counts then counts when it is applied, or the engine would stop at a week that has ended meanwhile.
 * One that is still to come is none.
 */
export function moment(environment: NodeJS.ProcessEnv = process.env): number {
  return Math.min(Date.parse(environment.PADLOCK_PLANNED_AT ?? '') || Infinity, Date.now())
}

/**
 * What of the week's limit the stack has used and is about to use. A renewal does not count, nor does
 * a name that has a record already, here or where its zone is served; one that was taken away within
 * the week does.
 * @param now milliseconds: the week ends here
 * @param ordersAt when new names are ordered, milliseconds: of a plan the moment at which it is
 *   applied. A plan is not held to it, as what it records of new names is unknown to it.
 */
export function weekOf(
  { site, tunnels }: Pick<Settings, 'site' | 'tunnels'>,
  state: Former[],
  now: number,
  ordersAt = now,
): Week {
  const former: Ordered = ofKind(state, 'AcmeChecklist')[0]?.outputs.ordered ?? {}
  const recent = Object.entries(former).filter(([, at]) => now - Date.parse(at) < WEEK_MS)
  const further = furtherNames(site.aliases, tunnels)
  if (!further && recent.length === 0) return { ordered: {}, fresh: [] }
  const known = ofKind(state, 'DnsRecord').map(({ outputs }) => `${outputs.name}`)
  const kept = keptNames(state).map((one) => one.hostname)
  const names = [site, ...(further ?? [])]
  const fresh = names.flatMap(({ hostname, recordName }) =>
    !hostname || known.includes(recordName) || kept.includes(hostname) || former[hostname]
      ? []
      : [hostname],
  )
  const today = fresh.map((name) => [name, new Date(ordersAt).toISOString()])
  return { ordered: Object.fromEntries([...recent, ...today]), fresh }
}

/**
 * Counts each name of the site, as each has a certificate of its own.
 * @throws RunError where the authority would not sign for all of them this week
 */
export async function checkWeek(settings: Settings, state: Former[]): Promise<void> {
  const { site, tunnels, certificates, authority } = settings
  if (!furtherNames(site.aliases, tunnels) || site.plain || authority?.server) return
  const limit = LIMITS[new URL(certificates.acmeDirectory).hostname]
  const { ordered, fresh } = weekOf(settings, state, moment())
  if (limit === undefined || fresh.length === 0) return
  const used = Object.keys(ordered).length - fresh.length
  const words = `${fresh.length} new names need a certificate each, beside ${used} of the last seven days`
  const keys = tunnels ? 'aliases, tunnels' : 'aliases'
  if (used + fresh.length > limit) {
    throw configurationError(
      `${keys}: ${words}, and Let’s Encrypt signs for ${limit} new names of a registered domain in a week`,
      `at most ${limit - used} new names now`,
      `take some out of ${keys} and add them next week`,
    )
  }
  await log.info(
    `${words}: ${used + fresh.length} of the ${limit} that Let’s Encrypt signs in a week for all names below the registered domain of ${site.zone}, other stacks’ included.`,
  )
}
