import type { Reader } from './reader.ts'

/** What each key may name; `policy/consent.ts` holds a preview of a production stack against them. */
const KEYS = {
  allowReplace: ['droplet'],
  allowDelete: ['droplet', 'volume', 'database'],
}

/**
 * Is the droplet of a production stack kept by the engine itself, so that a plain `pulumi up` or
 * `pulumi destroy` is refused too? Either key lifts it: the engine knows but one protection.
 */
export function readDropletKept(reader: Reader, environment: string): boolean {
  const consents = Object.entries(KEYS).flatMap(([key, allowed]) =>
    reader.texts(key, 'droplet', allowed.join(', '), (text) =>
      allowed.includes(text) ? undefined : 'is nothing that this key is about',
    ),
  )
  return environment === 'Production' && !consents.includes('droplet')
}
