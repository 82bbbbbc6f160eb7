import type { Authority } from '../ca/index.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * A certificate chain as an ACME server hands it out (RFC 8555 section 7.4.2: the end entity's
 * certificate first), with every certificate after the first one issued under the sandbox's root.
 */
export async function reissueChain(pem: string, authority: Authority): Promise<string> {
  const [leaf, ...intermediates] = pem.match(CERTIFICATE) ?? []
  if (leaf === undefined) throw new Error('the certificate that the ACME server sent is not PEM')
  // One intermediate signs; those above it lead to a root that nobody trusts.
  const signer = intermediates[0]
  return `${[leaf, ...(signer ? [await authority.crossSign(signer)] : [])].join('\n')}\n`
}

/** The Link headers without those to alternate chains, which end at roots that nobody trusts. */
export function withoutAlternates(links: string | string[] | undefined): string[] {
  const all = links === undefined ? [] : Array.isArray(links) ? links : links.split(/,\s*(?=<)/)
  return all.filter((link) => !/;\s*rel="?alternate"?/i.test(link))
}
