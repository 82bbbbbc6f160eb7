import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { sites } from './site.ts'

const TOPIC = 'client authentication'

/** How the app proves itself to Auth0, and whether visitors must show a certificate. */
export function clientAuthentication({ resources }: Change): Finding[] {
  const findings = resources
    .filter((one) => one.kind === 'ClientCredentials' && one.old && one.new)
    .flatMap((one) => {
      const [before, after] = [one.old?.authenticationMethod, one.new?.authenticationMethod]
      if (before === after) return []
      const text = `the app at Auth0: ${short(before)} → ${short(after)}`
      return [after === 'none' ? opens(TOPIC, text) : alters(TOPIC, text)]
    })
  const { before, after } = sites(resources)
  if (!before || !after) return findings
  const [old, now] = [demanded(before.caddyfile), demanded(after.caddyfile)]
  if (old && !now) findings.push(opens(TOPIC, 'the site to visitors without a certificate'))
  if (!old && now) findings.push(closes(TOPIC, 'the site to visitors without a certificate'))
  return findings
}

/** Caddy's directive for certificates of visitors (https://caddyserver.com/docs/caddyfile/directives/tls). */
const demanded = (caddyfile: string) =>
  /^\s*client_auth\b/m.test(caddyfile) && !/^\s*mode\s+(request|verify_if_given)\b/m.test(caddyfile)
