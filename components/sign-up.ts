import { getTenant } from '@pulumi/auth0/getTenant.js'
import * as pulumi from '@pulumi/pulumi'

/** A connection as far as it matters who may register there. */
export interface FoundConnection {
  name: string
  id: string
  strategy: string
  /** May anybody register? Undefined where the token may not read the connection's options. */
  signUp?: boolean
}

/** What a database's options hold at least; a token that may not read them gets none of it. */
interface DatabaseOptions {
  disableSignup?: boolean
  passwordPolicy?: string
  strategyVersion?: number
  bruteForceProtection?: boolean
}

/** May strangers register in a connection with these options? Undefined if it cannot be told. */
export function takesSignUps(
  strategy: string,
  options: DatabaseOptions | undefined,
): boolean | undefined {
  if (strategy !== 'auth0') return false
  const { disableSignup, passwordPolicy, strategyVersion, bruteForceProtection } = options ?? {}
  if (disableSignup) return false
  const readable = passwordPolicy || strategyVersion || bruteForceProtection
  return readable ? true : undefined
}

/** What is wrong, and the command that fixes it. */
export interface Problem {
  wrong: string
  allowed: string
  fix: string
}

/**
 * Who could register by himself with an address that is on the lists. Where the token may not read
 * it, a preview says that it was not checked, and an update is rejected.
 * @param failed turns a failed request into what a person can act on
 */
export async function signUpProblems(
  found: Promise<FoundConnection[]>,
  failed: (error: Error) => never,
): Promise<Problem[]> {
  const [connections, everyConnection] = await Promise.all([found, givesEveryConnection(failed)])
  const dashboard = 'Auth0 dashboard, Applications > APIs > Auth0 Management API'
  const close = `./padlock sign-up close --stack ${pulumi.getStack()}`
  const open = connections
    .filter(({ signUp }) => signUp)
    .map(({ name }) => ({
      wrong: `connections: "${name}" lets anybody sign up, with an address of somebody else too`,
      allowed: 'a database whose sign-ups are disabled, or signUp = open',
      fix: `${close}, or Auth0 dashboard, Authentication > Database > ${name} > Disable Sign Ups`,
    }))
  const flag = everyConnection && {
    wrong:
      'the Auth0 tenant enables every connection on a new application (enable_client_connections), not only those in connections',
    allowed: 'a tenant without this flag, or signUp = open',
    fix: `${close}, or auth0 api patch tenants/settings --data '{"flags":{"enable_client_connections":false}}'`,
  }
  const unread = [
    ...(connections.some(({ signUp }) => signUp === undefined) ? ['read:connections_options'] : []),
    ...(everyConnection === undefined ? ['read:tenant_settings'] : []),
  ]
  const scopes = unread.length > 0 && {
    wrong: 'the Auth0 management application may not read whether strangers can sign up',
    allowed: `an application that is granted ${unread.join(' and ')}`,
    fix: `${dashboard} > Machine to Machine`,
  }
  if (scopes && pulumi.runtime.isDryRun()) {
    await notChecked('whether strangers can sign up', unread)
    return [...open, ...(flag ? [flag] : [])]
  }
  return [...open, ...(flag ? [flag] : []), ...(scopes ? [scopes] : [])]
}

/** Says in a preview what only the update will look at. */
export function notChecked(what: string, scopes: string[]): Promise<void> {
  return pulumi.log.warn(
    `not checked: ${what}. This token lacks ${scopes.join(' and ')}; the update checks it with its own.`,
  )
}

/** The tenant's flag; undefined where the token may not read it. */
async function givesEveryConnection(failed: (error: Error) => never): Promise<boolean | undefined> {
  try {
    const { flags } = await getTenant({})
    return flags[0]?.enableClientConnections ?? false
  } catch (error) {
    if (/insufficient scope/i.test((error as Error).message)) return undefined
    return failed(error as Error)
  }
}
