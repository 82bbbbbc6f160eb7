import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../../config/settings.ts'
import { guarded } from '../guarded.ts'
import type { Identity } from '../identity.ts'
import type { Prepared } from '../prepare.ts'
import type { EdgeRoutes } from '../site/edge.ts'
import { Edge, type EdgeArgs } from './index.ts'
import { auth0LogoutUrl, issuerLogoutUrl } from './logout.ts'

const SCOPES = ['openid', 'email', 'profile']

/** The login in front of the app; undefined where the settings want none. */
export function deployEdge(
  name: string,
  settings: Settings,
  identity: Identity | undefined,
  place: Pick<EdgeArgs, 'url' | 'ssh' | 'droplet' | 'dropletId' | 'after'>,
  opts: pulumi.ComponentResourceOptions,
): Edge | undefined {
  const { edge, openId, release, site } = settings
  if (!edge) return undefined
  const { allowedEmails, allowedDomains } = release
  const from = guarded(settings.secretKeys)
  const provider = identity
    ? { issuer: identity.issuer, clientId: identity.clientId, scopes: SCOPES }
    : openId && { ...openId, prompt: openId.switchPrompt }
  const clientSecret = identity?.clientSecret ?? (openId && pulumi.secret(openId.clientSecret))
  if (!provider || !clientSecret) throw new Error('a login in front of the app needs a provider')
  return new Edge(
    name,
    {
      ...place,
      image: edge.image,
      provider: pulumi.output(provider),
      clientSecret,
      aliases:
        site.aliases?.some(({ serves }) => serves) || settings.tunnels?.some(({ open }) => !open),
      allowedEmails,
      allowedDomains,
      shown: {
        publicPaths: edge.publicPaths,
        // An Auth0 application is a resource, which a preview shows.
        ...(openId && {
          issuer: openId.issuer,
          ...from('clientId', { clientId: openId.clientId }),
        }),
        ...from('allowedEmails', { allowedEmails: allowedEmails.join(',') }),
        ...from('allowedDomains', { allowedDomains: allowedDomains.join(',') }),
      },
    },
    opts,
  )
}

/** What the site must know of it; undefined where there is none. */
export function edgeRoutes(
  { edge, identity, openId }: Settings,
  { issuer }: Pick<Prepared, 'issuer'>,
  url: pulumi.Input<string>,
  clientId: pulumi.Output<string> | undefined,
): pulumi.Output<EdgeRoutes> | undefined {
  if (!edge) return undefined
  const { publicPaths } = edge
  const logoutUrl = (id: string | undefined, base: string) => {
    if (identity && id) return auth0LogoutUrl(identity.domain, id, base)
    const endpoint = issuer?.endSessionEndpoint
    return endpoint && openId ? issuerLogoutUrl(endpoint, openId.clientId, base) : undefined
  }
  return pulumi
    .all([clientId, url])
    .apply(([id, base]) => ({ publicPaths, logoutUrl: logoutUrl(id, base) }))
}
