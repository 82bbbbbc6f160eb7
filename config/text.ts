/**
 * A value of the configuration as the engine hands it over: as text, of which lists, objects,
 * numbers and booleans are JSON. A number that JavaScript would write otherwise (an id of 19 digits,
 * `1.10`) stays the text that it was, digit for digit.
 */
export function fromText(text: string): unknown {
  try {
    return parse(text, (_key, value, context) =>
      typeof value === 'number' && String(value) !== context.source ? context.source : value,
    )
  } catch {
    return text
  }
}

/** The third argument is ECMAScript 2026 (JSON.parse source text access); Node has it since 21. */
const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { source: string }) => unknown,
) => unknown
