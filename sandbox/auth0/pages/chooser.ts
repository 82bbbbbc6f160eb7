import type { Connection } from '../state.ts'
import { html, page } from './layout.ts'
import { providerName } from './social.ts'

/** Stands for a social provider's own login: one chooses whom it would have recognised. */
export function chooserPage(view: {
  application: string
  action: string
  connection: Connection
  people: { email: string; name: string }[]
}): string {
  const provider = providerName(view.connection)
  return page(
    `${provider}: choose an account`,
    html`<h1>Choose an account</h1>
<p class="lead">${provider} is simulated here. Whom does it recognise for <strong>${view.application}</strong>?</p>
<form method="post" action="${view.action}">
<input type="hidden" name="connection" value="${view.connection.name}">
${view.people.map(
  ({ email, name }) =>
    html`<button type="submit" class="secondary person" name="as" value="${email}"><span class="disc" aria-hidden="true">${name.slice(0, 1)}</span><span><strong>${name}</strong><small>${email}</small></span></button>
`,
)}</form>
<p class="back"><a href="${view.action}">Other ways to log in</a></p>`,
  )
}
