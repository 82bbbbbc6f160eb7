import { randomBytes } from 'node:crypto'
import type { Tenant } from './api.ts'
import { isAllowed, type TenantSettings } from './stack.ts'

export interface Invitation {
  address: string
  /** How long the link works, seconds. */
  seconds: number
  /** Remove an unverified account of the address, which may be a stranger's. */
  replace: boolean
}

/**
 * Makes an account in the first database among a stack's connections, with a password that nobody
 * knows, and a link that sets another one and marks the address as verified. An account that is
 * there and verified gets a new link.
 * @returns the link
 * @throws Error that says why the address would not get in, and what to do
 */
export async function invite(
  tenant: Tenant,
  settings: TenantSettings,
  { address, seconds, replace }: Invitation,
): Promise<string> {
  const { stack, application } = settings
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
    throw new Error(`"${address}" is not an e-mail address. Allowed: one such as you@example.com`)
  }
  if (!isAllowed(address, settings)) {
    const at = settings.allowedEmails?.length ?? 0
    throw new Error(
      `${address} is on none of the lists of ${stack}, so the app would refuse it. Fix: pulumi config set --stack ${stack} --path 'allowedEmails[${at}]' ${address}, pulumi up, and invite again`,
    )
  }
  const connections = await tenant.connections(settings.connections)
  const database = connections.find(({ strategy }) => strategy === 'auth0')?.name
  if (!database) {
    throw new Error(
      `${stack} has no database among its connections (${settings.connections.join(', ')}): accounts come from their providers`,
    )
  }
  let account = await tenant.account(address, database)
  if (account && !account.verified) {
    if (!replace) {
      throw new Error(
        `${address} has an account in ${database} whose address was never verified: somebody else may know its password. Fix: the same with --replace, which removes that account and makes a new one`,
      )
    }
    await tenant.removeAccount(account.id)
    account = undefined
  }
  account ??= await tenant.makeAccount(address, database, newPassword())
  return tenant.passwordLink(account.id, seconds, application)
}

/** 256 bits, with characters of all four kinds for whatever policy the database has. */
function newPassword(): string {
  return `${randomBytes(32).toString('base64url')}aA1!`
}
