import type { Values } from '../rules.ts'

/** Certificate authorities by the host of their ACME directory, as CAA names them (RFC 8659). */
const CAA_ISSUERS: Record<string, string> = {
  'acme-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme-staging-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme.zerossl.com': 'sectigo.com',
  'dv.acme-v02.api.pki.goog': 'pki.goog',
}

/** A record at the zone itself binds every name below it, so none is written there by itself. */
export function caaIssuer(values: Values, recordName: string): string | undefined {
  const { caaIssuer, acmeDirectory, tls } = values
  if (caaIssuer === 'none') return undefined
  // No public authority is asked; a record would promise that one may be.
  if (tls !== 'acme' && caaIssuer === '') return undefined
  if (caaIssuer !== '' || recordName === '@') return caaIssuer || undefined
  return CAA_ISSUERS[new URL(acmeDirectory).hostname]
}

/** The authority as CAA records name it, whether or not one is written. */
export function issuerOf({ caaIssuer, acmeDirectory }: Values): string | undefined {
  if (caaIssuer !== '' && caaIssuer !== 'none') return caaIssuer
  return CAA_ISSUERS[new URL(acmeDirectory).hostname]
}
