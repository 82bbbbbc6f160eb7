import type * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { guarded } from './guarded.ts'

/** The plain environment of the app: the owner's, and what it must know of the deployment. */
export function appEnvironment(
  { identity, release, secretKeys, site }: Settings,
  clientId: pulumi.Input<string>,
): Record<string, pulumi.Input<string>> {
  const from = guarded(secretKeys)
  return {
    ...from('appEnv', release.env),
    ...from('allowedDomains', { ALLOWED_DOMAINS: release.allowedDomains.join(',') }),
    ...from('allowedEmails', { ALLOWED_EMAILS: release.allowedEmails.join(',') }),
    APP_URL: site.url,
    AUTH0_CLIENT_ID: clientId,
    AUTH0_DOMAIN: identity.domain,
  }
}
