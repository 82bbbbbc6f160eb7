import { createHash } from 'node:crypto'
import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { siteUrl } from '../config/site/site-url.ts'
import { guarded } from './guarded.ts'
import type { Identity } from './identity.ts'
import type { Outputs } from './outputs.ts'
import { onceKnown, type Place } from './place.ts'
import type { Prepared } from './prepare.ts'
import { type Former, ofKind } from './state.ts'

type Known = Pick<Prepared, 'issuer'>
type Shown = Pick<Outputs, 'issuer' | 'clientId' | 'callbackUrl' | 'logoutUrl'>

/** What an issuer must know. */
export interface Addresses {
  /** Of the site; one of no host where its name is made of an address that is still to come. */
  callbackUrl: string
  /** In words: of every name that a login begins at, the site's first. */
  callbacks: string[]
  logouts: string[]
}

type Login = Pick<Settings, 'site' | 'openId' | 'edge' | 'tunnels'>

const toCome = (output: string) =>
  `the output ${output} (pulumi stack output ${output} after the first pulumi up)`

/** Where users come back to after a login and after a log-out, as far as the name is known. */
export function addressesOf({ site, openId, edge, tunnels = [] }: Login): Addresses {
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

/** The callbacks that were announced, as the state keeps them; the application by a hash. */
interface Announced {
  application: string
  callbacks: string[]
}

/** Of these settings; nothing where the application is not made by hand. */
export function announced(settings: Login): Announced | undefined {
  const { openId } = settings
  if (!openId) return undefined
  const application = createHash('sha256').update(`${openId.issuer} ${openId.clientId}`)
  const { callbacks } = addressesOf(settings)
  return { application: application.digest('hex').slice(0, 12), callbacks }
}

/**
 * What the application at the issuer must know and no update has announced, such as a further name of
 * the site; everything for another application, or where the state does not say.
 */
export function unannounced(state: Former[], settings: Login): Addresses | undefined {
  const now = announced(settings)
  const before: Announced | undefined = ofKind(state, 'Deployment')[0]?.outputs.announced
  const known = before?.application === now?.application ? before?.callbacks : undefined
  const { callbackUrl, callbacks, logouts } = addressesOf(settings)
  const isNew = (_: string, at: number) => !known?.includes(callbacks[at] ?? '')
  const found = { callbackUrl, callbacks: callbacks.filter(isNew), logouts: logouts.filter(isNew) }
  return now && found.callbacks.length > 0 ? found : undefined
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
