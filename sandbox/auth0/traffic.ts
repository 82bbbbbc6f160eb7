/** How a request's path is counted: ids become names, so that equal calls add up. */
const PATTERNS: [RegExp, string][] = [
  [/^\/authorize\/[^/]+$/, '/authorize/:uid'],
  [/^\/u\/login\/[^/]+(\/signup)?$/, '/u/login/:uid$1'],
  [/^(\/api\/v2\/tenants)\/settings$/, '$1/settings'],
  [/^(\/api\/v2\/[^/]+)\/[^/]+(\/[^/]+)\/[^/]+$/, '$1/:id$2/:id'],
  [/^(\/api\/v2\/[^/]+)\/[^/]+(\/[^/]+)?$/, '$1/:id$2'],
]

export function countedAs(method: string, path: string): string {
  const [pattern, replacement] = PATTERNS.find(([one]) => one.test(path)) ?? [/^$/, '']
  return `${method} ${path.replace(pattern, replacement)}`
}
