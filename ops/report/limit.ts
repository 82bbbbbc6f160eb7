/** Longest comment that GitHub takes, characters; kept to in bytes, so that no count of them differs. */
export const COMMENT_LIMIT = 65_536

export const bytes = (text: string): number => Buffer.byteLength(text)

/** The first items, and how many more there are. */
export function first<T>(list: T[], most: number): { shown: T[]; left: number } {
  return { shown: list.slice(0, most), left: Math.max(0, list.length - most) }
}

/** As many whole lines as fit into so many bytes, and a last line that says what is missing. */
export function fitLines(lines: string[], most: number): string[] {
  const notice = (left: number) => `… ${left} more lines: ./padlock preview --format text`
  if (bytes(lines.join('\n')) <= most) return lines
  const shown: string[] = []
  let size = bytes(notice(lines.length)) + 1
  for (const line of lines) {
    size += bytes(line) + 1
    if (size > most) break
    shown.push(line)
  }
  return [...shown, notice(lines.length - shown.length)]
}
