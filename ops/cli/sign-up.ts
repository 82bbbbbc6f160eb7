import { parseArgs } from 'node:util'
import { Tenant } from '../tenant/api.ts'
import { closeSignUp } from '../tenant/close.ts'
import { tenantOf } from '../tenant/stack.ts'

export const help = `padlock sign-up close --stack NAME

Closes the Auth0 tenant of a stack to strangers, as signUp = closed asks for: disables sign-ups
in the databases among its connections, turns off the tenant's flag that gives every connection
to a new application, and takes connections that the stack does not list from its application.
Other applications of the tenant that use these databases get no sign-ups any more either.

It needs the scopes read:connections, read:connections_options, update:connections,
update:connections_options, read:tenant_settings and update:tenant_settings.

Exit code 0: closed, and what was changed. 1: the message says what to do. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { stack: { type: 'string' } } })
  const { stack } = values
  if (!stack) {
    console.error(help)
    return 2
  }
  const settings = await tenantOf(stack)
  const changed = await closeSignUp(new Tenant(settings), settings)
  console.log(changed.length > 0 ? changed.join('\n') : 'it was closed already')
  return 0
}
