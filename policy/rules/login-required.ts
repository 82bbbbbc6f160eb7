import { Client } from '@pulumi/auth0/client.js'
import { ConnectionClient } from '@pulumi/auth0/connectionClient.js'
import { type Rule, validateConfiguration } from '../rule.ts'
import { setting } from '../stack.ts'

const login = () => setting<string>('login') ?? 'app'
/** An issuer's application is made by hand; the stack has none of its own. */
const provider = () => setting<string>('provider') ?? 'auth0'

export const loginRequired: Rule = {
  name: 'login-required',
  description: 'A login stands before the app, for listed people, unless the stack is public.',
  validateResource: validateConfiguration((report) => {
    const empty = (key: string) => (setting<string[]>(key) ?? []).length === 0
    if (login() === 'none') {
      if (setting<boolean>('public') !== true)
        report(
          'login is none, and the stack is not declared public. If it is meant: pulumi config set public true',
        )
    } else if (empty('allowedEmails') && empty('allowedDomains')) {
      report(
        "allowedEmails and allowedDomains are both empty, so nobody is listed. Fix: pulumi config set --path 'allowedEmails[0]' you@example.com",
      )
    }
  }),
  validateStack: (args, report) => {
    if (login() === 'none' || provider() !== 'auth0') return
    const has = (type: Parameters<(typeof args.resources)[number]['isType']>[0]) =>
      args.resources.some((one) => one.isType(type))
    if (!has(Client)) report('The stack has no Auth0 application, so nobody is asked to log in.')
    else if (!has(ConnectionClient))
      report('The Auth0 application has no connection of its own: any of the tenant may open it.')
  },
}
