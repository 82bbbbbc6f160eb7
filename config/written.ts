import { isMap, isScalar, parseDocument, Scalar } from 'yaml'

/**
 * Numbers without quotes of an object in a settings file that YAML spells in another way than the
 * file does, such as `0644` (420) and `1.10` (1.1), by name: the engine hands over the latter.
 * @param file text of the settings file
 * @param keys the object's, with the project's prefix and without
 */
export function respelt(file: string, keys: string[]): Record<string, string> {
  const document = parseDocument(file)
  const map = keys.map((key) => document.getIn(['config', key], true)).find(isMap)
  if (!map) return {}
  const found: Record<string, string> = {}
  for (const { key: name, value } of map.items) {
    if (!isScalar(name) || !isScalar(value) || value.type !== Scalar.PLAIN) continue
    const written = value.source ?? ''
    if (numbersOf(written).some((number) => String(number) !== written)) {
      found[String(name.value)] = written
    }
  }
  return found
}

/** Are these two spellings of one number? */
export const sameNumber = (written: string, arrived: string) =>
  numbersOf(written).includes(Number(arrived))

/** The engine's YAML takes the octal numbers of both versions of the language. */
function numbersOf(text: string): number[] {
  const read = (['core', 'yaml-1.1'] as const).map((schema) =>
    parseDocument(text, { schema }).toJS(),
  )
  return read.filter((value): value is number => typeof value === 'number')
}
