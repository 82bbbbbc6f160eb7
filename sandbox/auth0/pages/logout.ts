import { html, page } from './layout.ts'

/** Asked where nothing proves that the person themselves wants to log out. */
export function confirmPage(
  application: string | undefined,
  request: Record<string, string | undefined>,
): string {
  const fields = Object.entries(request).filter(([, value]) => value !== undefined)
  return page(
    'Log out',
    html`<h1>Log out?</h1>
<p class="lead">${
      application
        ? html`<strong>${application}</strong> asks to end your session.`
        : html`An application asks to end your session.`
    }</p>
<form method="post" action="/u/logout">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}<button type="submit">Log out</button>
</form>
<p class="back">If you did not ask for this, just close this page.</p>`,
  )
}
