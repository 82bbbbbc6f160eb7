import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The roots that sites of a directory chain to, where no client trusts them by itself; PEM.
 *
 * Let's Encrypt's staging roots X1, X2, YE and YR (https://letsencrypt.org/docs/staging-environment/,
 * 2026-08): its directory has a public certificate all the same.
 */
export function knownRoots(acmeDirectory: string): string | undefined {
  if (new URL(acmeDirectory).hostname !== 'acme-staging-v02.api.letsencrypt.org') return undefined
  return readFileSync(join(import.meta.dirname, 'letsencrypt-staging.pem'), 'utf8')
}
