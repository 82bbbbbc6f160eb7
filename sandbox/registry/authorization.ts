import { timingSafeEqual } from 'node:crypto'

/** Credentials by repository. */
export type RegistryCredentials = Record<string, { username: string; password: string }>

/**
 * May this request read? A repository without credentials is open to all. The base path of the API
 * wants some pair of them as soon as there is one: clients ask there which way to log in
 * (the distribution specification's determination of support).
 */
export function isAuthorized(
  credentials: RegistryCredentials,
  repository: string | undefined,
  header: string | undefined,
): boolean {
  const wanted = repository === undefined ? Object.values(credentials) : [credentials[repository]]
  const pairs = wanted.filter((pair) => pair !== undefined)
  return pairs.length === 0 || pairs.some((pair) => matches(header, pair))
}

function matches(
  header: string | undefined,
  { username, password }: { username: string; password: string },
): boolean {
  const given = Buffer.from(/^Basic (.+)$/i.exec(header ?? '')?.[1] ?? '', 'base64')
  const expected = Buffer.from(`${username}:${password}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
