/** The pages for logging in and, where a database allows it, for signing up: show them, and take what was entered. */
import type { ParameterizedContext } from 'koa'
import type Provider from 'oidc-provider'
import { signUp, takesSignUps } from '../accounts.ts'
import { findClient } from '../management/clients.ts'
import { ApiError } from '../management/errors.ts'
import { findByEmail, findUser, newUser } from '../management/users.ts'
import { signUpPage } from '../pages/account.ts'
import { chooserPage } from '../pages/chooser.ts'
import { type LoginView, loginPage } from '../pages/login.ts'
import { checkPassword } from '../passwords.ts'
import { DEMO_PASSWORD, DEMO_USERS } from '../seed.ts'
import type { Client, Connection, User } from '../state.ts'
import { connectionsOf } from './accounts.ts'
import { readForm, sendPage } from './page.ts'
import type { Site } from './provider.ts'

/** Strategies whose tokens say nothing of the address, and whose user ids name the connection. */
const ENTERPRISE = ['samlp', 'oidc', 'okta', 'adfs', 'ad']

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

interface Attempt {
  ctx: ParameterizedContext
  interaction: Interaction
  client: Client
  /** Enabled for the application, and of the name asked for, if one was. */
  connections: Connection[]
}

export function loginRoutes(provider: Provider, { store, issuer, log }: Site): void {
  const { state } = store

  provider.use(async (ctx, next) => {
    // Below the login's own path, as the cookie of the interaction is sent there alone.
    const path = /^\/u\/login\/[\w-]+(\/signup)?$/.exec(ctx.path)
    if (!path) return next()
    const attempt = await begin(ctx)
    if (!attempt) return
    if (path[1]) await register(attempt)
    else if (ctx.method === 'POST') await take(attempt, await readForm(ctx.req))
    else show(attempt)
  })

  async function begin(ctx: ParameterizedContext): Promise<Attempt | undefined> {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res)
    const { client_id, connection } = interaction.params as Record<string, string | undefined>
    const client = findClient(state, client_id)
    if (!client) throw new Error('the application was deleted during the login')
    const enabled = connectionsOf(state, client.client_id)
    const connections = enabled.filter(({ name }) => !connection || name === connection)
    if (connection && connections.length === 0) {
      await refuse(ctx, 'invalid_request', 'the connection is not enabled')
      return undefined
    }
    return { ctx, interaction, client, connections }
  }

  function view({ interaction, client, connections }: Attempt): LoginView {
    const hint = interaction.params.login_hint
    return {
      application: client.name,
      action: `/u/login/${interaction.uid}`,
      email: typeof hint === 'string' ? hint : '',
      signUp: connections.some(takesSignUps) ? `/u/login/${interaction.uid}/signup` : undefined,
      database: connections.some(({ strategy }) => strategy === 'auth0'),
      social: connections.filter(({ strategy }) => strategy !== 'auth0'),
      demo: { emails: DEMO_USERS.map(({ email }) => email), password: DEMO_PASSWORD },
    }
  }

  function show(attempt: Attempt): void {
    const [only, ...more] = attempt.connections
    // A request for one social connection goes straight there, as in life.
    if (only && more.length === 0 && attempt.interaction.params.connection) {
      if (only.strategy !== 'auth0') {
        choose(attempt, only)
        return
      }
    }
    sendPage(attempt.ctx, 200, loginPage(view(attempt)))
  }

  function choose({ ctx, interaction, client }: Attempt, connection: Connection): void {
    const people = DEMO_USERS.map(({ email, name }) => ({ email, name }))
    const action = `/u/login/${interaction.uid}`
    const { name: application } = client
    sendPage(ctx, 200, chooserPage({ application, action, connection, people }))
  }

  async function take(attempt: Attempt, form: URLSearchParams): Promise<void> {
    const { ctx, connections } = attempt
    const name = form.get('connection')
    if (name) {
      const connection = connections.find((one) => one.name === name)
      if (!connection || connection.strategy === 'auth0') {
        return refuse(ctx, 'invalid_request', 'the connection is not enabled')
      }
      const person = form.get('as')
      return person
        ? finish(attempt, await social(connection, person))
        : choose(attempt, connection)
    }
    const email = (form.get('username') ?? '').trim()
    const password = form.get('password') ?? ''
    const problem = (text: string) =>
      sendPage(ctx, 400, loginPage({ ...view(attempt), email, problem: text }))
    if (!email) return problem('Please enter your e-mail address.')
    if (!password) return problem('Please enter your password.')
    const databases = connections.filter(({ strategy }) => strategy === 'auth0')
    const users = databases.flatMap(({ name: database }) => findByEmail(state, email, database))
    const right = await checkPassword(password, users[0]?.passwordHash)
    if (!users[0] || !right) {
      log(`login to ${attempt.client.name} refused: wrong e-mail or password`)
      return problem('Wrong e-mail address or password.')
    }
    return finish(attempt, users[0])
  }

  /** Signed up is logged in, though the address is anybody's. */
  async function register(attempt: Attempt): Promise<void> {
    const { ctx, interaction, client, connections } = attempt
    const database = connections.find(takesSignUps)
    if (!database) return refuse(ctx, 'access_denied', 'Public signup is disabled')
    const form = ctx.method === 'POST' ? await readForm(ctx.req) : new URLSearchParams()
    const email = (form.get('username') ?? '').trim()
    const password = form.get('password') ?? ''
    const back = `/u/login/${interaction.uid}`
    const view = { application: client.name, action: ctx.path, back, email }
    if (ctx.method !== 'POST') return sendPage(ctx, 200, signUpPage(view))
    try {
      const user = await signUp(state, issuer.slice(0, -1), database, { email, password })
      log(`sign-up: ${user.user_id}`)
      return finish(attempt, user)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const problem =
        error.statusCode === 409
          ? 'We couldn’t sign you up. Try another address, or log in.'
          : 'That password is too weak.'
      sendPage(ctx, 400, signUpPage({ ...view, problem }))
    }
  }

  async function finish({ ctx, client }: Attempt, user: User): Promise<void> {
    if (user.blocked) {
      log(`login to ${client.name} refused: ${user.user_id} is blocked`)
      return refuse(ctx, 'unauthorized', 'user is blocked')
    }
    user.last_login = new Date().toISOString()
    user.logins_count = Number(user.logins_count ?? 0) + 1
    log(`login to ${client.name}: ${user.user_id}`)
    ctx.respond = false
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: user.user_id } })
  }

  /** The profile of a demo user at the social provider; made at the first login, as in life. */
  async function social(connection: Connection, email: string): Promise<User> {
    const person = DEMO_USERS.find((one) => one.email === email)
    if (!person) throw new Error('social logins are simulated for the demo users alone')
    const number = String(DEMO_USERS.indexOf(person) + 1).padStart(21, '1')
    const enterprise = ENTERPRISE.includes(connection.strategy)
    const id = enterprise ? `${connection.name}|${email}` : number
    const found = findUser(state, `${connection.strategy}|${id}`)
    if (found) return found
    const profile = { ...person, email_verified: true }
    const user = newUser(connection.name, connection.strategy, id, profile)
    if (enterprise) Reflect.deleteProperty(user, 'email_verified')
    state.users.push(user)
    await store.save()
    return user
  }

  /** Back to the application with an error (RFC 6749, section 4.1.2.1). */
  async function refuse(ctx: ParameterizedContext, error: string, error_description: string) {
    ctx.respond = false
    await provider.interactionFinished(
      ctx.req,
      ctx.res,
      { error, error_description },
      { mergeWithLastSubmission: false },
    )
  }
}
