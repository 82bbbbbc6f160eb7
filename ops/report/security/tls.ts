import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { sites } from './site.ts'

const TOPIC = 'TLS'

/** Where the site's certificate comes from, whom the host trusts for it, and who else may issue. */
export function tls({ resources }: Change): Finding[] {
  const { before, after } = sites(resources)
  const findings = authorities(resources)
  if (!before || !after) return findings
  const [old, now] = [mode(before.caddyfile), mode(after.caddyfile)]
  if (old !== now) {
    findings.push(
      now === OFF
        ? opens(TOPIC, 'the site without TLS: everybody on the way reads along')
        : alters(TOPIC, `where the certificate comes from: ${old} → ${now}`),
    )
  }
  if (before.acmeRoot !== after.acmeRoot) {
    findings.push(
      after.acmeRoot
        ? opens(TOPIC, 'trust in a private root certificate for the certificate authority')
        : closes(TOPIC, 'trust in the private root certificate: the public ones count'),
    )
  }
  return findings
}

const OFF = 'nowhere (no TLS)'

/** In plain words what a Caddyfile does about certificates. */
function mode(caddyfile: string): string {
  const directory = /^\s*(?:dir|acme_ca|ca)\s+(https:\S+)/m.exec(caddyfile)?.[1]
  if (directory) {
    const host = URL.canParse(directory) ? new URL(directory).host : directory
    return `${short(host, 60)}${/staging/.test(host) ? ' (browsers do not trust it)' : ''}`
  }
  if (/^\s*tls\s+\/\S+\/certificate\.pem/m.test(caddyfile))
    return "the stack's own authority (browsers trust it once they have its root)"
  if (/^\s*tls\s+internal|^\s*issuer\s+internal|^\s*local_certs/m.test(caddyfile))
    return 'the host itself (browsers do not trust it)'
  if (/^\s*auto_https\s+off/m.test(caddyfile) || !/^\s*https:\/\//m.test(caddyfile)) return OFF
  return 'a public authority'
}

/** CAA records (RFC 8659): without one, every authority may issue for the name. */
function authorities(resources: Change['resources']): Finding[] {
  return resources
    .filter((one) => one.kind === 'DnsRecord' && one.operation !== 'same')
    .flatMap((one) => {
      const issuer = (side: typeof one.old) => (side?.type === 'CAA' ? side.value : undefined)
      const [before, after] = [issuer(one.old), issuer(one.new)]
      if (before === after) return []
      if (before && after)
        return [alters(TOPIC, `who may issue certificates: ${short(before)} → ${short(after)}`)]
      return after
        ? [closes(TOPIC, `the name to every certificate authority but ${short(after)}`)]
        : [opens(TOPIC, 'the name to every certificate authority: the CAA record goes')]
    })
}
