import { capture } from '../engine/pulumi.ts'
import type { Backup } from './backups.ts'

const HOUR_MS = 3_600_000
/** As late as a backup may be. */
const LATE_HOURS = 26
/** That the host's clock and this computer's may differ. */
const CLOCKS_MS = 60_000

/**
 * When the state of a stack was written last, by an update or a refresh.
 * @throws Error if it cannot be read
 */
export async function lastUpdate(stack: string): Promise<Date | undefined> {
  const { code, stdout, stderr } = await capture(['stack', 'export', '--stack', stack])
  if (code !== 0) throw new Error(`the state of ${stack} cannot be read:\n${stderr.trim()}`)
  const time = Date.parse(JSON.parse(stdout).deployment?.manifest?.time ?? '')
  return Number.isNaN(time) ? undefined : new Date(time)
}

/**
 * What is to be said of the state's export beside the backups, which nobody makes who runs `pulumi up` by
 * hand; both are empty where it is as new as the state.
 * @param found what the host tells of its backups, the exports with them
 * @param updated when the state was written last, or why nobody knows
 */
export function stateExport(
  stack: string,
  found: Backup[],
  updated: Date | undefined | Error,
  now = Date.now(),
): { text: string; wrong: string[] } {
  const run = `./padlock backup state --stack ${stack}`
  const exports = found.filter(({ what }) => what.startsWith('state '))
  const times = exports.flatMap(({ last }) => (last ? [Date.parse(last)] : []))
  // The older of the two places, as either may be the one that is left.
  const last = Math.min(...times)
  if (times.length === 0) return { text: `  state: no export yet: ${run}`, wrong: [] }
  if (updated instanceof Error) return { text: `  state: not known: ${updated.message}`, wrong: [] }
  const at = updated?.getTime() ?? 0
  if (at - last <= CLOCKS_MS) return { text: '', wrong: [] }
  const words = `the export of ${minute(last)} is older than the last update, ${minute(at)}: ${run}`
  return {
    text: `  state: ${words}`,
    wrong: now - at > LATE_HOURS * HOUR_MS ? [`state: ${words}`] : [],
  }
}

/** `2026-11-28 09:00Z` */
const minute = (when: number) => `${new Date(when).toISOString().slice(0, 16).replace('T', ' ')}Z`
