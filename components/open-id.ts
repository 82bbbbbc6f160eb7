import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { siteUrl } from '../config/site/site-url.ts'
import { guarded } from './guarded.ts'
import type { Identity } from './identity.ts'
import type { Outputs } from './outputs.ts'
import { onceKnown, type Place } from './place.ts'
import type { Prepared } from './prepare.ts'

type Known = Pick<Prepared, 'issuer'>
type Shown = Pick<Outputs, 'issuer' | 'clientId' | 'callbackUrl' | 'logoutUrl'>

/** Where users come back to after a login and after a log-out, as far as the name is known. */
export function addressesOf({ site, openId }: Pick<Settings, 'site' | 'openId'>) {
  const url = siteUrl(site.hostname ?? 'HOST', site)
  return { callbackUrl: `${url}${openId?.callbackPath ?? '/callback'}`, logoutUrl: `${url}/` }
}

/** What the outputs say of the login: nothing without one. */
export function loginOutputs(
  { openId, secretKeys }: Pick<Settings, 'openId' | 'secretKeys'>,
  { issuer }: Known,
  { url }: Pick<Place, 'url'>,
  identity?: Identity,
): Shown {
  if (!openId) return { issuer: identity?.issuer, clientId: identity?.clientId }
  const { clientId } = guarded(secretKeys)('clientId', { clientId: openId.clientId })
  const logsOut = issuer?.endSessionEndpoint !== undefined
  return {
    issuer: openId.issuer,
    clientId: pulumi.output(clientId),
    callbackUrl: onceKnown(url, (base) => base + openId.callbackPath),
    logoutUrl: logsOut ? onceKnown(url, (base) => `${base}/`) : undefined,
  }
}

/** What the address of the site's login must begin with, and the path that it comes back to. */
export function loginTarget(
  { edge, openId }: Pick<Settings, 'edge' | 'openId'>,
  { issuer }: Known,
  identity?: Identity,
): { issuer?: string; callback?: string } {
  if (!openId) return { issuer: identity?.issuer }
  const callback = edge ? undefined : openId.callbackPath
  return { issuer: issuer?.authorizationEndpoint, callback }
}
