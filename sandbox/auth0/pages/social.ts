import type { Connection } from '../state.ts'
import { type Html, html } from './layout.ts'

const NAMES: Record<string, string> = { 'google-oauth2': 'Google', github: 'GitHub' }

/** What the button calls a social connection. */
export function providerName({ strategy, display_name, name }: Connection): string {
  return (display_name as string | undefined) ?? NAMES[strategy] ?? name
}

/** A neutral disc with the provider's initial: logos are their owners'. */
export function socialMark(strategy: string): Html {
  const initial = (NAMES[strategy] ?? strategy).slice(0, 1).toUpperCase()
  return html`<span class="disc" aria-hidden="true">${initial}</span>`
}
