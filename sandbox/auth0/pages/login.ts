import type { Connection } from '../state.ts'
import { type Html, html, page } from './layout.ts'
import { providerName, socialMark } from './social.ts'

export interface LoginView {
  application: string
  /** Where the form goes. */
  action: string
  /** What stands in the e-mail field. */
  email: string
  /** Where strangers register, if they may. */
  signUp?: string | undefined
  /** Can one log in with e-mail and password? */
  database: boolean
  social: Connection[]
  /** Who there is to log in as. */
  demo: { emails: string[]; password: string }
  /** Why the last attempt failed. */
  problem?: string
}

export function loginPage(view: LoginView): string {
  const { application, database, social } = view
  const none = !database && social.length === 0
  return page(
    `Log in to ${application}`,
    html`<h1>Welcome</h1>
<p class="lead">Log in to <strong>${application}</strong> to continue.</p>
${none ? noConnection() : undefined}
${database ? passwordForm(view) : undefined}
${view.signUp ? html`<p class="back">No account? <a href="${view.signUp}">Sign up</a></p>` : undefined}
${database && social.length > 0 ? html`<p class="divider"><span>or</span></p>` : undefined}
${social.map((connection) => socialForm(view, connection))}
${none ? undefined : demoUsers(view)}`,
  )
}

function noConnection(): Html {
  return html`<div class="problem" role="alert" id="error">
<strong>No connection is enabled for this application.</strong>
Enable one, such as Username-Password-Authentication, for it in the tenant, then try again.
</div>`
}

function demoUsers({ demo }: LoginView): Html {
  const emails = demo.emails.map((email) => html`<code>${email}</code><br>`)
  return html`<p class="hint"><strong>Demo users</strong>
${emails}Password: <code>${demo.password}</code></p>`
}

function passwordForm({ action, email, problem }: LoginView): Html {
  const described = problem ? html` aria-describedby="error" aria-invalid="true"` : undefined
  return html`${problem ? html`<div class="problem" role="alert" id="error">${problem}</div>` : undefined}
<form method="post" action="${action}">
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${email}"${email ? undefined : html` autofocus`}${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${email ? html` autofocus` : undefined}${described}>
<button type="submit" name="action" value="default">Continue</button>
</form>`
}

function socialForm({ action }: LoginView, connection: Connection): Html {
  const { name, strategy } = connection
  return html`<form method="post" action="${action}">
<input type="hidden" name="connection" value="${name}">
<button type="submit" class="secondary">${socialMark(strategy)}Continue with ${providerName(connection)}</button>
</form>`
}
