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

/** What an issuer must know. */
interface Addresses {
  /** Of the site; one of no host where its name is made of an address that is still to come. */
  callbackUrl: string
  /** In words: of every name that a login begins at, the site's first. */
  callbacks: string[]
  logouts: string[]
}

const toCome = (output: string) =>
  `the output ${output} (pulumi stack output ${output} after the first pulumi up)`

/** Where users come back to after a login and after a log-out, as far as the name is known. */
export function addressesOf({
  site,
  openId,
  edge,
  tunnels = [],
}: Pick<Settings, 'site' | 'openId' | 'edge' | 'tunnels'>): Addresses {
  const path = openId?.callbackPath ?? '/callback'
  const url = siteUrl(site.hostname ?? 'HOST', site)
  const further = [
    ...(site.aliases ?? []).filter(({ serves }) => serves),
    ...(edge ? tunnels.filter(({ open }) => !open) : []),
  ]
  const known = site.hostname !== undefined
  return {
    callbackUrl: `${url}${path}`,
    callbacks: [
      known ? `${url}${path}` : toCome('callbackUrl'),
      ...further.map((one) => `${one.url}${path}`),
    ],
    logouts: [known ? `${url}/` : toCome('logoutUrl'), ...further.map((one) => `${one.url}/`)],
  }
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
