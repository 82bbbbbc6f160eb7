import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import { known, type Rule } from '../rule.ts'

const LISTS = ['callbacks', 'allowedLogoutUrls', 'webOrigins', 'allowedOrigins'] as const

export const auth0ExactUrls: Rule = {
  name: 'auth0-exact-urls',
  description: 'Auth0 sends people to exact https URLs of this stack alone.',
  validateResource: validateResourceOfType(Client, (client, _args, report) => {
    for (const key of [...LISTS, 'initiateLoginUri'] as const) {
      // Made of an address that a first preview does not know, as all of them are then.
      const urls = known(() => [client[key] ?? []].flat()) ?? []
      for (const url of urls) {
        if (url.includes('*')) report(`${key} has the wildcard ${url}. Name each URL.`)
        else if (!url.startsWith('https://')) report(`${key} has ${url}, which is not https.`)
      }
    }
  }),
}
