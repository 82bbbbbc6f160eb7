/** The keys that say whether a stack is protected, as texts; empty where a key is not set. */
export interface Protection {
  /** `true`, `false`, or empty: then by the environment. */
  protect: string
  /** `Development`, `Staging` or `Production`. */
  environment: string
}

/**
 * Is the stack kept from losing what cannot be made again? In production it is, unless `protect`
 * says otherwise. A text that is none of the values (a secret that cannot be read) counts as
 * protected.
 */
export function isProtected({ protect, environment }: Protection): boolean {
  if (protect !== '') return protect !== 'false'
  return !['', 'Development', 'Staging'].includes(environment)
}

/**
 * Is a zone that the stack made kept? Everybody's records lie in it, so it is wherever the stack has
 * no expiry, in development too, unless `protect` says otherwise.
 */
export function isZoneProtected(keys: Protection & { expires?: Date }): boolean {
  return isProtected(keys) || (keys.protect === '' && keys.expires === undefined)
}
