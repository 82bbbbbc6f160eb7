/** Certificate profiles as Let's Encrypt has them; Debian's Pebble knows none and leaves them unread. */

/** https://letsencrypt.org/docs/profiles, 8 September 2026. */
const PROFILES: Record<string, string> = {
  classic: 'https://letsencrypt.org/docs/profiles#classic',
  tlsserver: 'https://letsencrypt.org/docs/profiles#tlsserver',
  shortlived: 'https://letsencrypt.org/docs/profiles#shortlived',
}
const USUAL = 'classic'

/** An ACME problem document (RFC 8555 section 6.7). */
export interface Problem {
  type: string
  detail: string
  status: number
}

/** Pebble's paths. */
export const DIRECTORY = '/dir'
export const NEW_ORDER = '/order-plz'

/** A directory with the names of the profiles in it, for those that ask there before they order. */
export function withProfiles(directory: string): string {
  const { meta, ...urls } = JSON.parse(directory)
  return JSON.stringify({ ...urls, meta: { ...meta, profiles: meta?.profiles ?? PROFILES } })
}

/**
 * Why Let's Encrypt would not take an order that Pebble would: undefined where it would.
 * @param request the signed one (RFC 7515, flattened JSON)
 */
export function problemOf(request: string): Problem | undefined {
  const { identifiers = [], profile = USUAL } = payloadOf(request)
  if (!Object.hasOwn(PROFILES, profile)) {
    return problem('invalidProfile', `profile ${JSON.stringify(profile)} is not recognized`)
  }
  const hasAddress = identifiers.some(({ type }) => type === 'ip')
  return hasAddress && profile !== 'shortlived'
    ? problem(
        'rejectedIdentifier',
        `Profile ${JSON.stringify(profile)} does not permit ip type identifiers`,
      )
    : undefined
}

/** Nothing where it is none: what is wrong with it is Pebble's to say. */
function payloadOf(request: string): { identifiers?: { type: string }[]; profile?: string } {
  try {
    return JSON.parse(Buffer.from(JSON.parse(request).payload, 'base64url').toString())
  } catch {
    return {}
  }
}

const problem = (type: string, detail: string): Problem => ({
  type: `urn:ietf:params:acme:error:${type}`,
  detail,
  status: 400,
})
