/** What goes with `dns: none`, a site at its address. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

const NAMED = 'only with dns = "digitalocean" or "external"'
const NO_NAME = message(
  'is set, but with dns = "none" the site has no name',
  NAMED,
  'pulumi config rm {path}',
)
const NO_CAA = message(
  'is set, but with dns = "none" there is no name that a CAA record could be at',
  NAMED,
  'pulumi config rm {path}',
)
const NO_CALLBACK = message(
  'is set beside dns = "none", and Google takes no callback at a bare address',
  'google only where the site has a name; auth0 or oidc with dns = "none"',
  'pulumi config set dns duckdns, or pulumi config rm {path}',
)

/** Public authorities that certify no address in the profile that is asked for (their documentation). */
const NO_ADDRESSES = ['acme.zerossl.com', 'dv.acme-v02.api.pki.goog']
const OTHER_AUTHORITY = message(
  'is of an authority without the profile shortlived, in which addresses are certified',
  "Let's Encrypt's directories or an authority of your own that has this profile, where dns is none",
  'pulumi config rm {path}, or pulumi config set tls private',
)

/** Reports what needs a name. */
export function bareAddress(values: Values, report: Report): void {
  const { zone, subdomain, caaIssuer, provider, login, tls, acmeDirectory } = values
  for (const [key, value] of Object.entries({ zone, subdomain })) {
    if (value !== '') report(key, NO_NAME, { show: true })
  }
  if (caaIssuer !== '' && caaIssuer !== 'none') report('caaIssuer', NO_CAA, { show: true })
  if (provider === 'google' && login !== 'none') report('provider', NO_CALLBACK, { show: true })
  if (tls !== 'acme' || !URL.canParse(acmeDirectory)) return
  if (NO_ADDRESSES.includes(new URL(acmeDirectory).hostname))
    report('acmeDirectory', OTHER_AUTHORITY, { show: true })
}
