import type * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { guarded } from './guarded.ts'
import type { Place } from './place.ts'

type AppSettings = Omit<Settings, 'site'> & { site: Pick<Place, 'url' | 'aliases'> }

/** The plain environment of the app: the owner's, and what it must know of the deployment. */
export function appEnvironment(
  { edge, release, secretKeys, site, ...login }: AppSettings,
  clientId: pulumi.Input<string> | undefined,
  connections: { name: string; strategy: string }[],
): Record<string, pulumi.Input<string>> {
  const from = guarded(secretKeys)
  // Behind a login that stands in front of it an app is given nothing of one.
  const { identity, openId } = edge ? {} : login
  return {
    ...from('appEnv', release.env),
    APP_URL: site.url,
    ...aliasUrls(site.aliases),
    ...((identity || openId) && {
      ...from('allowedDomains', { ALLOWED_DOMAINS: release.allowedDomains.join(',') }),
      ...from('allowedEmails', { ALLOWED_EMAILS: release.allowedEmails.join(',') }),
    }),
    ...(identity &&
      clientId && {
        AUTH0_CLIENT_ID: clientId,
        AUTH0_DOMAIN: identity.domain,
        ...verifiedConnections(identity.verifiedConnections, connections),
      }),
    ...(openId && {
      ...from('issuer', { OIDC_ISSUER: openId.issuer }),
      ...from('clientId', { OIDC_CLIENT_ID: openId.clientId }),
      ...from('scopes', { OIDC_SCOPES: openId.scopes.join(' ') }),
      OIDC_CALLBACK_PATH: openId.callbackPath,
      OIDC_SWITCH_PROMPT: openId.switchPrompt,
    }),
  }
}

/** Where the site answers too; a login must come back to where it began. */
function aliasUrls(aliases: Settings['site']['aliases']): Record<string, string> {
  const urls = (aliases ?? []).filter(({ serves }) => serves).map(({ url }) => url)
  return urls.length > 0 ? { APP_ALIAS_URLS: urls.join(',') } : {}
}

/**
 * Whose word on an address counts though the token says nothing of it, by what their users' ids
 * begin with: `STRATEGY|NAME`, and `STRATEGY` alone for the strategies that leave the name out, if
 * no other connection of the app is of that strategy
 * (https://auth0.com/docs/manage-users/user-accounts/identify-users).
 */
function verifiedConnections(
  names: string[],
  connections: { name: string; strategy: string }[],
): Record<string, string> {
  const entries = connections
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, strategy }) => {
      const only = connections.filter((one) => one.strategy === strategy).length === 1
      return [`${strategy}|${name}`, ...(only ? [strategy] : [])]
    })
  return entries.length > 0 ? { VERIFIED_CONNECTIONS: entries.join(',') } : {}
}
