import type { AppOrigin } from '../../config/settings.ts'
import { configurationError } from '../account/error.ts'
import { type Former, ofKind } from '../state.ts'

const DAY = /^\d{4}-\d\d-\d\d$/

/**
 * The day of the last refresh, as in `2026-11-28`: the one that this update makes, or else the one
 * that the state remembers, so that a later update brings no older image back. A release of another
 * day is another release; its image is built on a base that was pulled anew. At most one a day.
 * @param environment PADLOCK_REFRESH: `true` for a refresh today, or its day; empty for none
 * @throws RunError if a refresh is asked for where there is nothing to build, or on no day
 */
export function refreshed(
  state: Former[],
  app: AppOrigin,
  environment: NodeJS.ProcessEnv = process.env,
  now = new Date(),
): string | undefined {
  const asked = environment.PADLOCK_REFRESH ?? ''
  if (app.kind === 'image') {
    if (asked === '') return undefined
    throw configurationError(
      `PADLOCK_REFRESH is "${asked}", and appImage names an image by its digest, which stays what it is`,
      'a refresh of an app that is built on the host (appSource)',
      'build the image anew where it is built (.github/workflows/image.yml does), and set appImage to its digest',
    )
  }
  if (asked === '') return ofKind(state, 'Release')[0]?.outputs.refreshed
  const day = asked === 'true' ? now.toISOString().slice(0, 10) : asked
  if (DAY.test(day)) return day
  throw configurationError(
    `PADLOCK_REFRESH is "${asked}", which is neither true nor a day`,
    'true, a day such as 2026-11-28, or nothing',
    'unset PADLOCK_REFRESH',
  )
}
