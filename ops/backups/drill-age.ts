import type { RestoredPart } from './restore.ts'

const HOUR_MS = 3_600_000
/** As the host has it (host/padlock-backup, state.py). */
const LATE_HOURS = 26
/** The copy of a night has the backups of the one before it (`backup copy`). */
const COPIED_HOURS = 2 * LATE_HOURS

/** What a drill took, for how old it may be. */
export interface Taken {
  stack: string
  /** From the copy in a second region. */
  copy: boolean
}

/**
 * Why what was restored is too old to be all that there is; undefined where it is not. An older backup that
 * is taken for a damaged newest one restores as well, and so does the last one before they stopped.
 * @param at when the drill began, in ms
 */
export function tooOld(
  what: 'database' | 'files',
  { until, label }: Pick<RestoredPart, 'until' | 'label'>,
  { stack, copy }: Taken,
  at: number,
): string | undefined {
  const limit = copy ? COPIED_HOURS : LATE_HOURS
  const hours = until === null ? undefined : (at - Date.parse(until)) / HOUR_MS
  if (hours !== undefined && hours <= limit) return undefined
  const age = hours === undefined ? 'of nobody knows when' : `as of ${until}, ${whole(hours)} h ago`
  const of = copy
    ? ` for a copy, of which ./padlock backup copy --stack ${stack} makes another`
    : ''
  return (
    `the newest of the ${what} that could be restored (${label}) is ${age}, and ${limit} h is the most${of}. ` +
    `Look at ./padlock status --stack ${stack} and ./padlock backup list --stack ${stack}; ` +
    '--at a moment or --backup tries an older one all the same'
  )
}

const whole = (hours: number) => Math.floor(hours)
