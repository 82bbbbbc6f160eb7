/** Users: `/api/v2/users`, `/api/v2/users-by-email`. */
import { checkStrength, mailVerification } from '../accounts.ts'
import { newId } from '../ids.ts'
import { hashPassword } from '../passwords.ts'
import type { TenantState, User } from '../state.ts'
import { ApiError, notFound } from './errors.ts'
import { applyPatch, paged, selectFields } from './lists.ts'
import type { Call, Route } from './route.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const text: Schema = { type: 'string', minLength: 1 }
const flag: Schema = { type: 'boolean' }

const properties: Record<string, Schema> = {
  email: { type: 'string', format: 'email' },
  email_verified: flag,
  phone_number: text,
  phone_verified: flag,
  username: text,
  name: { type: 'string', minLength: 1, maxLength: 300 },
  given_name: text,
  family_name: text,
  nickname: text,
  picture: { type: 'string', format: 'absolute-uri-or-empty' },
  blocked: flag,
  password: text,
  verify_email: flag,
  connection: text,
  user_metadata: { type: 'object' },
  app_metadata: { type: 'object' },
}
const createSchema = objectSchema({ ...properties, user_id: text }, ['connection'])
const updateSchema = objectSchema({
  ...properties,
  client_id: text,
  verify_password: flag,
  verify_phone_number: flag,
})

/** A user's profile as the API completes it; nickname and picture come from the e-mail. */
export function newUser(
  connection: string,
  provider: string,
  id: string,
  profile: { email?: string; name?: string; email_verified?: boolean } & Record<string, unknown>,
): User {
  const now = new Date().toISOString()
  const nickname = profile.email?.split('@')[0] ?? id
  const initials = nickname.slice(0, 2).toLowerCase()
  return {
    created_at: now,
    updated_at: now,
    name: profile.email ?? id,
    nickname,
    picture: `https://cdn.auth0.com/avatars/${initials}.png`,
    ...profile,
    email_verified: profile.email_verified ?? false,
    user_id: `${provider}|${id}`,
    identities: [{ connection, user_id: id, provider, isSocial: provider !== 'auth0' }],
  }
}

export function findUser(state: TenantState, id: string | undefined): User | undefined {
  return state.users.find((user) => user.user_id === id)
}

/** E-mails are stored and compared in lower case. */
export function findByEmail(state: TenantState, email: string, connection?: string): User[] {
  const wanted = email.trim().toLowerCase()
  return state.users.filter(
    (user) =>
      user.email === wanted &&
      (!connection || user.identities.some((identity) => identity.connection === connection)),
  )
}

function existing({ tenant, params }: Call): User {
  const user = findUser(tenant.state, params.id)
  if (!user) throw notFound('user')
  return user
}

function visible({ passwordHash: _, roles: __, ...user }: User): Record<string, unknown> {
  return user
}

async function create({ tenant: { state, domain }, body }: Call) {
  validateBody(body, createSchema)
  const { connection, password, verify_email, user_id, ...profile } = body as {
    connection: string
    password?: string
    verify_email?: boolean
    user_id?: string
    email?: string
  }
  const found = state.connections.find(({ name }) => name === connection)
  if (!found) throw new ApiError(400, 'The connection does not exist.', 'inexistent_connection')
  if (found.strategy === 'auth0') {
    if (!profile.email || !password) {
      const missing = profile.email ? 'password' : 'email'
      throw new ApiError(
        400,
        `Payload validation error: 'Missing required property: ${missing}'.`,
        'invalid_body',
      )
    }
    checkStrength(state, connection, password)
  }
  const id = user_id ?? newId.user()
  const email = profile.email?.toLowerCase()
  const user = newUser(connection, found.strategy, id, { ...profile, ...(email ? { email } : {}) })
  if (findUser(state, user.user_id) || (email && findByEmail(state, email, connection).length)) {
    throw new ApiError(409, 'The user already exists.', 'auth0_idp_error')
  }
  if (password) user.passwordHash = await hashPassword(password)
  state.users.push(user)
  const mails = found.strategy === 'auth0' && !user.email_verified && verify_email !== false
  if (mails) mailVerification(state, `https://${domain}`, user)
  return { status: 201, body: visible(user) }
}

async function update(call: Call) {
  const user = existing(call)
  validateBody(call.body, updateSchema, { nullDeletes: true })
  const { password, connection, client_id, verify_email, ...patch } = call.body as Record<
    string,
    unknown
  >
  if (typeof password === 'string') {
    const realm = String(connection ?? user.identities[0]?.connection)
    checkStrength(call.tenant.state, realm, password)
    user.passwordHash = await hashPassword(password)
  }
  if (typeof patch.email === 'string') patch.email = patch.email.toLowerCase()
  applyPatch(user, patch, ['user_metadata', 'app_metadata'])
  user.updated_at = new Date().toISOString()
  return { status: 200, body: visible(user) }
}

/** `field:value` or `field:"value"` for a few fields: what programs search users by. */
function matches(user: User, q: string | undefined): boolean {
  const terms = q?.match(/[\w.]+:(?:"[^"]*"|\S+)/g) ?? []
  return terms.every((term) => {
    const [field = '', ...rest] = term.split(':')
    const wanted = rest.join(':').replace(/^"|"$/g, '').toLowerCase()
    const value =
      field === 'identities.connection' ? user.identities[0]?.connection : String(user[field] ?? '')
    const found = String(value).toLowerCase()
    return wanted.endsWith('*') ? found.startsWith(wanted.slice(0, -1)) : found === wanted
  })
}

function list({ tenant, query }: Call) {
  const found = tenant.state.users
    .filter((user) => matches(user, query.q))
    .filter((user) => !query.connection || user.identities[0]?.connection === query.connection)
    .map((user) => selectFields(visible(user), query))
  return { status: 200, body: paged('users', found, query) }
}

export const userRoutes: Route[] = [
  { method: 'GET', path: '/users', scopes: ['read:users'], handle: list },
  { method: 'POST', path: '/users', scopes: ['create:users'], handle: create },
  {
    method: 'GET',
    path: '/users/:id',
    scopes: ['read:users'],
    handle: (call) => ({ status: 200, body: selectFields(visible(existing(call)), call.query) }),
  },
  { method: 'PATCH', path: '/users/:id', scopes: ['update:users'], handle: update },
  {
    method: 'DELETE',
    path: '/users/:id',
    scopes: ['delete:users'],
    handle({ tenant: { state }, params }) {
      state.users = state.users.filter((user) => user.user_id !== params.id)
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/users-by-email',
    scopes: ['read:users'],
    handle({ tenant: { state }, query }) {
      const found = findByEmail(state, query.email ?? '')
      return { status: 200, body: found.map((user) => selectFields(visible(user), query)) }
    },
  },
]
