import { html, page } from './layout.ts'

/** What went wrong, and a way out. */
export function errorPage(view: { title: string; message: string; advice: string }): string {
  return page(
    view.title,
    html`<h1>${view.title}</h1>
<div class="problem" role="alert" id="error">${view.message}</div>
<p class="lead">${view.advice}</p>`,
  )
}

export function messagePage(title: string, message: string): string {
  return page(title, html`<h1>${title}</h1>\n<p class="lead">${message}</p>`)
}
