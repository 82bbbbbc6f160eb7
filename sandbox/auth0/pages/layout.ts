/** HTML by template literals, escaped unless it is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Value = string | number | Html | Html[] | undefined | false

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function render(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(strings.map((text, index) => text + render(values[index])).join(''))
}

const PADLOCK = html`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true">
  <rect width="48" height="48" rx="14" class="mark-ground"/>
  <path d="M17 22v-4.5a7 7 0 0 1 14 0V22" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
  <rect x="13" y="21" width="22" height="16" rx="4" fill="#fff"/>
  <circle cx="24" cy="28" r="2.2" class="mark-hole"/><path d="M24 29v3.6" class="mark-slot" stroke-width="2.4" stroke-linecap="round"/>
</svg>`

/** A whole page: one card in the middle, and below it what this place is. */
export function page(title: string, card: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/u/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<main class="card">
${PADLOCK}
${card}
</main>
<footer>Simulated tenant on this computer. Nothing you enter leaves it.</footer>
</body>
</html>
`.text
}
