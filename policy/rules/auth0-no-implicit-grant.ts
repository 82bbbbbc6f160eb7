import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'

export const auth0NoImplicitGrant: Rule = {
  name: 'auth0-no-implicit-grant',
  description: 'No token travels in a URL (RFC 9700, section 2.1.2).',
  validateResource: validateResourceOfType(Client, (client, _args, report) => {
    // Without a list Auth0 gives the grants of the application's type, the implicit one among them.
    if (!client.grantTypes) report("grantTypes is not set. Set it to ['authorization_code'].")
    else if (client.grantTypes.includes('implicit'))
      report('grantTypes has implicit. Use authorization_code with PKCE.')
  }),
}
