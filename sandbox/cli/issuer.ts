import { parseArgs } from 'node:util'
import { openControl, readCredentials, readSandbox } from '../control.ts'
import { SANDBOX } from '../deployment/environment.ts'
import { PASSWORD, PEOPLE } from '../issuer/people.ts'

export const help = `padlock sandbox issuer [--callback URL ...] [--logout URL ...]

What a stack sets to log its users in at the sandbox's OpenID Connect issuer, which is no Auth0
(provider oidc), and who can log in there. As at any issuer the addresses of a site are entered
by hand; pulumi preview names them, and the outputs callbackUrl and logoutUrl.

  --callback   where people may come back to after a login; beside those that are there
  --logout     the same after a log-out

Exit code 0: printed, and entered. 1: the sandbox does not run, or an address is none. 2: a wrong
command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const list = { type: 'string', multiple: true } as const
  const { values } = parseArgs({ args, options: { callback: list, logout: list } })
  const [sandbox, credentials] = await Promise.all([readSandbox(SANDBOX), readCredentials(SANDBOX)])
  if (!sandbox || !credentials) {
    throw new Error('the sandbox does not run. Fix: ./padlock sandbox start')
  }
  if (!sandbox.issuer || !credentials.issuer) {
    throw new Error(
      'the sandbox was started by an older version. Fix: ./padlock sandbox down, then make up',
    )
  }
  const { callback = [], logout = [] } = values
  const { callbacks, logoutUrls } = await openControl(SANDBOX).enterAddresses({
    callbacks: callback,
    logoutUrls: logout,
  })
  const { clientId, clientSecret } = credentials.issuer
  const rows = [
    'pulumi config rm auth0CustomDomain     # the tenant is not asked then',
    'pulumi config set provider oidc',
    `pulumi config set issuer ${sandbox.issuer.url}`,
    `pulumi config set clientId ${clientId}`,
    `pulumi config set --secret clientSecret ${clientSecret}`,
    '',
    `callbacks: ${callbacks.join(', ') || 'none; --callback enters one'}`,
    `log-out: ${logoutUrls.join(', ') || 'none; --logout enters one'}`,
    'back to the tenant: git checkout Pulumi.dev.yaml, and pulumi up',
    `people: ${PEOPLE.map(({ email }) => email).join(', ')}; password: ${PASSWORD}`,
  ]
  console.log(rows.join('\n'))
  return 0
}
