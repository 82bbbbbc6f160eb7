/** Registering by oneself: `/dbconnections/signup` of the Authentication API, which is open to anybody. */
import type Provider from 'oidc-provider'
import { signUp, takesSignUps } from '../accounts.ts'
import { findClient } from '../management/clients.ts'
import { ApiError } from '../management/errors.ts'
import { connectionsOf } from './accounts.ts'
import { readBody } from './page.ts'
import type { Site } from './provider.ts'

interface Request {
  client_id?: string
  connection?: string
  email?: string
  password?: string
}

export function signUpEndpoint(provider: Provider, { store, issuer, log }: Site): void {
  const { state } = store
  provider.use(async (ctx, next) => {
    if (ctx.method !== 'POST' || ctx.path !== '/dbconnections/signup') return next()
    const refuse = (statusCode: number, code: string, description: string) => {
      log(`sign-up refused: ${code}`)
      ctx.status = statusCode
      ctx.body = { name: 'BadRequestError', code, description, statusCode }
    }
    const given = requestOf(await readBody(ctx.req), ctx.get('content-type'))
    const client = findClient(state, given.client_id)
    const connection = client
      ? connectionsOf(state, client.client_id).find(({ name }) => name === given.connection)
      : undefined
    if (connection?.strategy !== 'auth0') {
      return refuse(400, 'invalid_connection', 'the connection is not enabled')
    }
    if (!takesSignUps(connection)) {
      return refuse(400, 'public_signup_disabled', 'Public signup is disabled')
    }
    const { email = '', password = '' } = given
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return refuse(400, 'invalid_signup', 'Invalid sign up')
    try {
      const user = await signUp(state, issuer.slice(0, -1), connection, { email, password })
      await store.save()
      log(`sign-up: ${user.user_id}`)
      ctx.body = { _id: user.user_id.split('|')[1], email_verified: false, email: user.email }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // That an address has an account is not told to strangers.
      refuse(400, error.statusCode === 409 ? 'invalid_signup' : 'invalid_password', error.message)
    }
  })
}

function requestOf(body: string, type: string): Request {
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(body))
  try {
    return JSON.parse(body) as Request
  } catch {
    return {}
  }
}
