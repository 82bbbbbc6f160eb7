/** The pages behind the links of mails and tickets: an address is proved, a password is set. */
import type { ParameterizedContext } from 'koa'
import type Provider from 'oidc-provider'
import { checkStrength, findTicket, spend } from '../accounts.ts'
import { findClient } from '../management/clients.ts'
import { ApiError } from '../management/errors.ts'
import { donePage, passwordPage } from '../pages/account.ts'
import { errorPage } from '../pages/error.ts'
import { hashPassword } from '../passwords.ts'
import { readForm, sendPage } from './page.ts'
import type { Site } from './provider.ts'

export function ticketPages(provider: Provider, { store, log }: Site): void {
  const { state } = store
  provider.use(async (ctx, next) => {
    if (ctx.path === '/u/email-verification') await verifyEmail(ctx)
    else if (ctx.path === '/u/reset-verify') await setPassword(ctx)
    else await next()
  })

  async function verifyEmail(ctx: ParameterizedContext): Promise<void> {
    const found = findTicket(state, 'email-verification', ctx.URL.searchParams.get('ticket'))
    if (!found) return expired(ctx)
    found.user.email_verified = true
    spend(state, found.ticket)
    await store.save()
    log(`${found.user.user_id} has verified the address`)
    sendPage(ctx, 200, donePage('Email verified', 'Your e-mail address was verified.', undefined))
  }

  async function setPassword(ctx: ParameterizedContext): Promise<void> {
    const found = findTicket(state, 'password-change', ctx.URL.searchParams.get('ticket'))
    if (!found) return expired(ctx)
    const { ticket, user } = found
    const view = { action: ctx.url, email: user.email ?? user.name }
    if (ctx.method !== 'POST') return sendPage(ctx, 200, passwordPage(view))
    const form = await readForm(ctx.req)
    const password = form.get('password') ?? ''
    const problem = (text: string) => sendPage(ctx, 400, passwordPage({ ...view, problem: text }))
    if (password !== form.get('again')) return problem('The two are not the same.')
    try {
      checkStrength(state, String(user.identities[0]?.connection), password)
    } catch (error) {
      if (error instanceof ApiError) return problem('That password is too weak.')
      throw error
    }
    user.passwordHash = await hashPassword(password)
    if (ticket.marksVerified) user.email_verified = true
    spend(state, ticket)
    await store.save()
    log(`${user.user_id} has set a password`)
    const client = findClient(state, ticket.clientId)
    const url = client?.initiate_login_uri
    const onward = client && url ? { name: client.name, url } : undefined
    sendPage(ctx, 200, donePage('Password changed', 'Your password has been set.', onward))
  }

  function expired(ctx: ParameterizedContext): void {
    const title = 'This link does not work any more'
    const message = 'It was used already, or is too old.'
    sendPage(ctx, 400, errorPage({ title, message, advice: 'Ask for another one.' }))
  }
}
