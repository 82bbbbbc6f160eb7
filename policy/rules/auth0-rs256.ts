import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'

export const auth0Rs256: Rule = {
  name: 'auth0-rs256',
  description: "ID tokens are signed with the tenant's private key, not with the client secret.",
  validateResource: validateResourceOfType(Client, (client, _args, report) => {
    const algorithm = client.jwtConfiguration?.alg
    if (algorithm !== 'RS256')
      report(`jwtConfiguration.alg is ${algorithm ?? 'not set'}. Set it to RS256.`)
  }),
}
