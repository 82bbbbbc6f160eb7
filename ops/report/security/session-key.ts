import { componentOf } from '../resources.ts'
import { alters, type Change, type Finding } from './finding.ts'

/** Another number of the key that signs the app's sessions: the app knows the one before it alone. */
export function sessionKey({ resources }: Change): Finding[] {
  const release = componentOf(resources, 'Release')
  if (!release?.old || !release.new) return []
  const number = ({ sessionKeyVersion }: { sessionKeyVersion?: unknown }) =>
    Number(sessionKeyVersion ?? 1)
  const [before, after] = [number(release.old), number(release.new)]
  if (before === after) return []
  const outcome =
    after === before + 1
      ? 'sessions go on where the app knows APP_SECRET_KEY_PREVIOUS'
      : 'everybody must log in again'
  return [alters('secrets', `the session key, ${before} → ${after}: ${outcome}`)]
}
