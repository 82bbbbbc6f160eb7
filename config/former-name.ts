/** Keys that a provider of somebody's own may well have. */
const COMMON = ['region', 'zone']

/**
 * The former name of a project that was renamed, told by keys that still have it as their prefix;
 * they would count for nothing.
 * @param keys of the stack, with their prefixes
 * @param declared keys of the project
 */
export function formerName(
  keys: string[],
  project: string,
  declared: string[],
): string | undefined {
  const names = Map.groupBy(keys, (key) => key.slice(0, key.indexOf(':')))
  for (const [name, ofName] of names) {
    const own = ofName.map((key) => key.slice(name.length + 1))
    const known = own.every((key) => declared.includes(key))
    if (name !== project && known && own.some((key) => !COMMON.includes(key))) return name
  }
  return undefined
}
