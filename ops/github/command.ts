/** What a comment asks for. */
export type Command = 'up' | 'down' | 'unknown'

/**
 * Reads `/preview` and `/preview down`: alone on the comment's first line. Quotes, code and
 * mentions further down ask for nothing.
 * @returns undefined if the comment is no command
 */
export function parseCommand(body: string): Command | undefined {
  const [first = ''] = body.replaceAll('\r\n', '\n').split('\n')
  const found = /^\/preview(?:[ \t]+(.*?))?[ \t]*$/.exec(first)
  if (!found) return undefined
  const word = found[1] ?? 'up'
  return word === 'up' || word === 'down' ? word : 'unknown'
}
