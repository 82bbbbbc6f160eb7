/** Longest value in a table or a line of plain words, characters. */
const LONGEST = 80

/** A value on one line, cut in the middle where it is long, with nothing invisible in it. */
export function short(value: unknown, longest = LONGEST): string {
  const text = visible(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
  if (text.length <= longest) return text
  const half = Math.floor((longest - 1) / 2)
  return `${text.slice(0, half)}…${text.slice(-half)}`
}

/**
 * Line breaks as ⏎, tabs as spaces, and characters that a reviewer would not see (controls, bidirectional marks,
 * zero widths: Unicode's Cc, Cf and line separators) as their code.
 */
export function visible(text: string): string {
  return text
    .replace(/\s*\r?\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replace(
      /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
    .trim()
}

/** Room that two long values keep before the place where they differ. */
const LEAD = 16

/** Two values beside each other; of long ones the part where they begin to differ. */
export function contrast(old: unknown, after: unknown): [string, string] {
  const [a, b] = [old, after].map((each) => short(each ?? '', Number.POSITIVE_INFINITY))
  if (a === undefined || b === undefined || Math.max(a.length, b.length) <= LONGEST) {
    return [a ?? '', b ?? '']
  }
  let same = 0
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++
  const from = Math.max(0, same - LEAD)
  const part = (text: string) => {
    const rest = text.slice(from)
    const cut = rest.length > LONGEST ? `${rest.slice(0, LONGEST - 1)}…` : rest
    return `${from > 0 && text !== '' ? '…' : ''}${cut}`
  }
  return [part(a), part(b)]
}
