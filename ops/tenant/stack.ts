import { capture } from '../engine/pulumi.ts'
import { projectHere } from '../engine/settings.ts'

const DATABASE = 'Username-Password-Authentication'

/** What a stack's settings say of its tenant and of who may use the app. */
export interface TenantSettings {
  stack: string
  domain: string
  clientId: string
  clientSecret: string
  /** Names of the connections, in their order. */
  connections: string[]
  /** Undefined where they are secret and so cannot be read here. */
  allowedEmails: string[] | undefined
  allowedDomains: string[] | undefined
  /** The stack's own application; undefined before the first `up`. */
  application: string | undefined
}

/**
 * Reads a stack of the backend that one is logged in to; the credentials are the environment's, or
 * else the stack's own.
 * @throws Error that says what is missing and how to set it
 */
export async function tenantOf(stack: string): Promise<TenantSettings> {
  const project = projectHere()
  const [settings, output] = await Promise.all([
    capture(['config', '--json', '--stack', stack]),
    capture(['stack', 'output', 'clientId', '--stack', stack]),
  ])
  if (settings.code !== 0) {
    throw new Error(`the stack ${stack} cannot be read:\n${settings.stderr.trim()}`)
  }
  const found: Record<string, { value?: string; objectValue?: unknown; secret?: boolean }> =
    JSON.parse(settings.stdout)
  const provider = found[`${project}:provider`]?.value ?? 'auth0'
  if (provider !== 'auth0') {
    throw new Error(
      `the stack ${stack} has no Auth0 tenant: its provider is ${provider}. Allowed: stacks with provider = auth0. Fix: make accounts, and close it to strangers, at the issuer itself`,
    )
  }
  const list = (key: string): string[] | undefined => {
    const { objectValue, secret } = found[`${project}:${key}`] ?? {}
    if (secret) return undefined
    return Array.isArray(objectValue) ? objectValue.map(String) : []
  }
  const of = async (key: string, variable: string): Promise<string> => {
    const given = process.env[variable]
    if (given) return given
    const kept = await capture(['config', 'get', `auth0:${key}`, '--stack', stack])
    const value = kept.stdout.trim()
    if (kept.code === 0 && value) return value
    throw new Error(
      `${variable} is not set. Allowed: the credentials of a machine-to-machine application for the Auth0 Management API. Fix: export AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or for the sandbox: . .sandbox/env`,
    )
  }
  const connections = list('connections')
  return {
    stack,
    domain: found['auth0:domain']?.value ?? (await of('domain', 'AUTH0_DOMAIN')),
    clientId: await of('clientId', 'AUTH0_CLIENT_ID'),
    clientSecret: await of('clientSecret', 'AUTH0_CLIENT_SECRET'),
    connections: connections?.length ? connections : [DATABASE],
    allowedEmails: list('allowedEmails'),
    allowedDomains: list('allowedDomains'),
    application: output.code === 0 ? output.stdout.trim() : undefined,
  }
}

/** May this address use the app, as far as the settings can be read? */
export function isAllowed(
  address: string,
  { allowedEmails, allowedDomains }: Pick<TenantSettings, 'allowedEmails' | 'allowedDomains'>,
): boolean {
  if (!allowedEmails || !allowedDomains) return true
  const lower = address.toLowerCase()
  const domain = lower.slice(lower.lastIndexOf('@') + 1)
  const has = (list: string[], text: string) => list.some((one) => one.toLowerCase() === text)
  return has(allowedEmails, lower) || has(allowedDomains, domain)
}
