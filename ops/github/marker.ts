/** What a text of ours says of itself in a line that nobody sees. */
export interface Mark {
  /** Which of our texts it is, such as `preview:production`. */
  key: string
  /** The run that wrote it; a later run has a greater number. 0 by hand. */
  run: number
}

const KEY = /^[\w:.-]+$/
const MARK = /^<!-- padlock:([\w:.-]+) run=(\d+) -->\n/

/**
 * Puts the mark in front of a text.
 * @throws Error if the key has other characters than letters, digits, `_`, `:`, `.`, `-`
 */
export function withMark({ key, run }: Mark, text: string): string {
  if (!KEY.test(key)) throw new Error(`the key ${key} may hold letters, digits and _ : . - only`)
  return `<!-- padlock:${key} run=${run} -->\n${text}`
}

/** The mark of a text; undefined if it has none at its very beginning. */
export function markOf(text: string | null | undefined): Mark | undefined {
  // GitHub gives back CRLF where a text was edited in a browser.
  const found = MARK.exec((text ?? '').replaceAll('\r\n', '\n'))
  return found ? { key: found[1] ?? '', run: Number(found[2]) } : undefined
}
