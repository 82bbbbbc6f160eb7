/** Accounts of a database: how one comes about, and the links that prove an address or set a password. */
import { randomBytes } from 'node:crypto'
import { newId } from './ids.ts'
import { ApiError } from './management/errors.ts'
import { findByEmail, findUser, newUser } from './management/users.ts'
import { hashPassword } from './passwords.ts'
import type { Connection, TenantState, Ticket, User } from './state.ts'

/** The API's own default, five days. */
const TICKET_SECONDS = 432_000

/** Minimal length, and kinds of characters out of four, of the connection's password policy. */
const POLICIES: Record<string, [length: number, kinds: number]> = {
  none: [1, 1],
  low: [6, 1],
  fair: [8, 3],
  good: [8, 3],
  excellent: [10, 3],
}

/** May anybody register there? So it is in a new tenant. */
export function takesSignUps({ strategy, options }: Connection): boolean {
  return strategy === 'auth0' && options.disable_signup !== true
}

/** @throws ApiError 400 in the API's words */
export function checkStrength(state: TenantState, connection: string, password: string): void {
  const options = state.connections.find(({ name }) => name === connection)?.options
  const [length, kinds] = POLICIES[String(options?.passwordPolicy ?? 'none')] ?? [1, 1]
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(password))
  if (password.length < length || classes.length < kinds) {
    throw new ApiError(400, 'PasswordStrengthError: Password is too weak', 'invalid_body')
  }
}

/**
 * Somebody registers; the address is not verified, and its owner gets a mail.
 * @throws ApiError 409 where the address has an account there, 400 for a weak password
 */
export async function signUp(
  state: TenantState,
  base: string,
  connection: Connection,
  { email, password }: { email: string; password: string },
): Promise<User> {
  const address = email.trim().toLowerCase()
  checkStrength(state, connection.name, password)
  if (findByEmail(state, address, connection.name).length > 0) {
    throw new ApiError(409, 'The user already exists.', 'user_exists')
  }
  const user = newUser(connection.name, 'auth0', newId.user(), { email: address })
  user.passwordHash = await hashPassword(password)
  state.users.push(user)
  mailVerification(state, base, user)
  return user
}

/** @param base `https://DOMAIN` */
export function mailVerification(state: TenantState, base: string, user: User): void {
  if (!user.email) return
  const link = ticketFor(state, base, { kind: 'email-verification', userId: user.user_id })
  state.mail.push({ to: user.email, subject: 'Verify your email', link })
}

/** Makes a ticket, and gives the address at which it is used. */
export function ticketFor(
  state: TenantState,
  base: string,
  ticket: Omit<Ticket, 'id' | 'expiresAt'>,
  seconds = 0,
): string {
  const id = randomBytes(24).toString('base64url')
  state.tickets = state.tickets.filter(({ expiresAt }) => expiresAt > Date.now())
  state.tickets.push({ ...ticket, id, expiresAt: Date.now() + (seconds || TICKET_SECONDS) * 1000 })
  const page = ticket.kind === 'password-change' ? 'reset-verify' : 'email-verification'
  return `${base}/u/${page}?ticket=${id}`
}

/** A ticket that is still good, and its user. */
export function findTicket(
  state: TenantState,
  kind: Ticket['kind'],
  id: string | null,
): { ticket: Ticket; user: User } | undefined {
  const ticket = state.tickets.find((one) => one.id === id && one.kind === kind)
  const user = findUser(state, ticket?.userId)
  return ticket && user && ticket.expiresAt > Date.now() ? { ticket, user } : undefined
}

/** Uses a ticket up. */
export function spend(state: TenantState, ticket: Ticket): void {
  state.tickets = state.tickets.filter((one) => one !== ticket)
}
