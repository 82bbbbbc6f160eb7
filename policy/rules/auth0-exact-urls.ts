import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'

const LISTS = ['callbacks', 'allowedLogoutUrls', 'webOrigins', 'allowedOrigins'] as const

export const auth0ExactUrls: Rule = {
  name: 'auth0-exact-urls',
  description: 'Auth0 sends people to exact https URLs of this stack alone.',
  validateResource: validateResourceOfType(Client, (client, _args, report) => {
    const urls = [
      ...LISTS.flatMap((key) => (client[key] ?? []).map((url) => [key, url] as const)),
      ...(client.initiateLoginUri ? [['initiateLoginUri', client.initiateLoginUri] as const] : []),
    ]
    for (const [key, url] of urls) {
      if (url.includes('*')) report(`${key} has the wildcard ${url}. Name each URL.`)
      else if (!url.startsWith('https://')) report(`${key} has ${url}, which is not https.`)
    }
  }),
}
