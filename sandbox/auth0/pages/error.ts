import type { Client } from '../state.ts'
import { type Html, html, page } from './layout.ts'

export interface Problem {
  title: string
  message: string
  advice: string
  /** The application that the person came from, as far as it is known. */
  client?: Client | undefined
}

/** What went wrong, and a way out. */
export function errorPage({ title, message, advice, client }: Problem): string {
  return page(
    title,
    html`<h1>${title}</h1>
<div class="problem" role="alert" id="error">${message}</div>
<p class="lead">${advice}</p>${wayBack(client)}`,
  )
}

/** A link to the application's login, or to the place that its first callback URL lies at. */
function wayBack(client: Client | undefined): Html | undefined {
  const callback = client?.callbacks?.find((url) => /^https?:/.test(url) && !url.includes('*'))
  const url = client?.initiate_login_uri || (callback && new URL('/', callback).href)
  return client && url
    ? html`\n<a class="button" href="${url}">Back to ${client.name}</a>`
    : undefined
}

export function messagePage(title: string, message: string): string {
  return page(title, html`<h1>${title}</h1>\n<p class="lead">${message}</p>`)
}
