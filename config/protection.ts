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

/** How what people have put there is kept. */
export interface Kept {
  /** Does the engine refuse to delete it? */
  protect: boolean
  /** Does it stay in the account where the stack, or its place in it, goes all the same? */
  keep: boolean
}

/**
 * Of a volume, a database cluster and backups. `protect: false` lifts the engine's protection and is no word for
 * a loss: what no expiry ends stays in the account until `allowDelete` names it.
 * @param word that `allowDelete` has for it
 */
export function keptData(
  keys: Protection & { expires?: Date; allowDelete: string[] },
  word: string,
): Kept {
  const named = keys.allowDelete.includes(word)
  const protect = !named && isZoneProtected(keys)
  return { protect, keep: protect || (!named && keys.expires === undefined) }
}

/**
 * Is a zone that the stack made kept? Everybody's records lie in it, so it is wherever the stack has
 * no expiry, in development too, unless `protect` says otherwise.
 */
export function isZoneProtected(keys: Protection & { expires?: Date }): boolean {
  return isProtected(keys) || (keys.protect === '' && keys.expires === undefined)
}
