import { randomBytes, timingSafeEqual } from 'node:crypto'

/** Credentials by repository. */
export type RegistryCredentials = Record<string, { username: string; password: string }>

/** What a token endpoint answers (distribution specification, token authentication). */
export interface TokenAnswer {
  token: string
  access_token: string
  /** Seconds. */
  expires_in: number
  issued_at: string
}

/** Why a request may not read, as a challenge names it; `none`: it brought no token. */
export type Refusal = 'none' | 'invalid_token' | 'insufficient_scope'

/** Docker Hub's, seconds. */
const LIFETIME = 300
const SCOPE = /^repository:([^:]+):([^:]+)$/

/**
 * Tokens as Docker Hub and GHCR give them: to anybody for what is public, to a login for what it may
 * read; a wrong login gets none, and one that names nothing that may be read opens nothing.
 */
export class Tokens {
  readonly #issued = new Map<string, { repositories: Set<string>; until: number }>()
  readonly #now: () => number

  /** @param now milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param header `Authorization: Basic`; absent for the anonymous
   * @param scopes `repository:NAME:pull`, several in one divided by spaces
   * @returns undefined for a wrong login
   */
  issue(
    credentials: RegistryCredentials,
    header: string | undefined,
    scopes: string[],
  ): TokenAnswer | undefined {
    const known = Object.values(credentials).some((login) => matches(header, login))
    if (header !== undefined && !known) return undefined
    const asked = scopes.flatMap((each) => each.split(' ')).map((scope) => SCOPE.exec(scope))
    const repositories = asked
      .filter((scope) => scope?.[2]?.split(',').includes('pull'))
      .map((scope) => scope?.[1] as string)
      .filter((name) => !credentials[name] || matches(header, credentials[name]))
    const now = this.#now()
    for (const [old, { until }] of this.#issued) if (until <= now) this.#issued.delete(old)
    const token = randomBytes(24).toString('base64url')
    this.#issued.set(token, { repositories: new Set(repositories), until: now + LIFETIME * 1000 })
    const issued_at = new Date(now).toISOString()
    return { token, access_token: token, expires_in: LIFETIME, issued_at }
  }

  /** @param repository undefined for the base path of the API, which any token opens */
  refusal(header: string | undefined, repository: string | undefined): Refusal | undefined {
    const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return 'none'
    const found = this.#issued.get(token)
    if (!found || found.until <= this.#now()) return 'invalid_token'
    if (repository === undefined || found.repositories.has(repository)) return undefined
    return 'insufficient_scope'
  }
}

function matches(
  header: string | undefined,
  { username, password }: { username: string; password: string },
): boolean {
  const given = Buffer.from(/^Basic (.+)$/i.exec(header ?? '')?.[1] ?? '', 'base64')
  const expected = Buffer.from(`${username}:${password}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
