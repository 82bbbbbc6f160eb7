/** Links that prove an address or set a password: `/api/v2/tickets`. */
import { ticketFor } from '../accounts.ts'
import type { TenantState, User } from '../state.ts'
import { ApiError, notFound } from './errors.ts'
import type { Call, Route } from './route.ts'
import { findByEmail, findUser } from './users.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const text: Schema = { type: 'string', minLength: 1 }
const flag: Schema = { type: 'boolean' }
const common: Record<string, Schema> = {
  user_id: text,
  client_id: text,
  organization_id: text,
  result_url: { type: 'string', format: 'absolute-uri-or-empty' },
  ttl_sec: { type: 'integer', minimum: 0 },
  includeEmailInRedirect: flag,
  identity: { type: 'object' },
}
const passwordSchema = objectSchema({
  ...common,
  connection_id: text,
  email: { type: 'string', format: 'email' },
  mark_email_as_verified: flag,
})
const verificationSchema = objectSchema(common, ['user_id'])

interface Request {
  user_id?: string
  connection_id?: string
  email?: string
  client_id?: string
  ttl_sec?: number
  mark_email_as_verified?: boolean
}

function userOf(state: TenantState, { user_id, connection_id, email }: Request): User {
  if ((user_id === undefined) === (connection_id === undefined)) {
    throw new ApiError(
      400,
      'Payload validation error: specify either user_id, or connection_id and email.',
      'invalid_body',
    )
  }
  const connection = state.connections.find(({ id }) => id === connection_id)
  const user =
    user_id === undefined
      ? findByEmail(state, email ?? '', connection?.name ?? '?')[0]
      : findUser(state, user_id)
  if (!user) throw notFound('user')
  return user
}

function passwordChange({ tenant: { state, domain }, body }: Call) {
  validateBody(body, passwordSchema)
  const request = body as Request
  const user = userOf(state, request)
  if (!user.user_id.startsWith('auth0|')) {
    throw new ApiError(400, 'The user is not of a database connection.', 'invalid_body')
  }
  const ticket = ticketFor(
    state,
    `https://${domain}`,
    {
      kind: 'password-change',
      userId: user.user_id,
      ...(request.mark_email_as_verified && { marksVerified: true }),
      ...(request.client_id && { clientId: request.client_id }),
    },
    request.ttl_sec,
  )
  return { status: 201, body: { ticket } }
}

function emailVerification({ tenant: { state, domain }, body }: Call) {
  validateBody(body, verificationSchema)
  const request = body as Request
  const { user_id: userId } = userOf(state, request)
  const base = `https://${domain}`
  const ticket = ticketFor(state, base, { kind: 'email-verification', userId }, request.ttl_sec)
  return { status: 201, body: { ticket } }
}

export const ticketRoutes: Route[] = [
  {
    method: 'POST',
    path: '/tickets/password-change',
    scopes: ['create:user_tickets'],
    handle: passwordChange,
  },
  {
    method: 'POST',
    path: '/tickets/email-verification',
    scopes: ['create:user_tickets'],
    handle: emailVerification,
  },
]
