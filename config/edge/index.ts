import type { Values } from '../rules.ts'
import type { EdgeSettings } from '../settings.ts'

/** Where the provider sends users back to, and where a login begins: oauth2-proxy's own paths. */
export const EDGE_PATHS = { callbackPath: '/oauth2/callback', loginPath: '/oauth2/start' }

/** The login in front of the app; undefined where the app asks itself, or nobody does. */
export function edgeOf({ login, edgeImage, publicPaths }: Values): EdgeSettings | undefined {
  return login === 'edge' ? { image: edgeImage, publicPaths } : undefined
}
