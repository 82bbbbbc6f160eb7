/**
 * Tokens with fewer scopes than the account's own (https://docs.digitalocean.com/reference/api/scopes/):
 * the account's, followed by what they may. Without `database:view_credentials` answers about clusters
 * leave out user and password (openapi, databases/models/database_connection.yml).
 */
import { timingSafeEqual } from 'node:crypto'

export interface Scopes {
  writes: boolean
  /** Has it `database:view_credentials`? */
  credentials: boolean
}

const SCOPES: Record<string, Scopes> = {
  '': { writes: true, credentials: true },
  '-without-credentials': { writes: true, credentials: false },
  '-read': { writes: false, credentials: false },
  '-read-with-credentials': { writes: false, credentials: true },
}

/** Undefined for a token that is none of the account's. */
export const scopesOf = (given: string, account: string): Scopes | undefined =>
  Object.entries(SCOPES).find(([more]) => isSame(given, `${account}${more}`))?.[1]

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** An answer about clusters as whoever may not see their credentials gets it. */
export function withoutCredentials(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutCredentials)
  if (typeof answer !== 'object' || answer === null) return answer
  const { password: _, ...more } = answer as Record<string, unknown>
  const { user: __, ...connection } = more
  const shown =
    typeof more.uri === 'string'
      ? { ...connection, uri: more.uri.replace(/\/\/[^@/]*@/, '//') }
      : more
  return Object.fromEntries(
    Object.entries(shown).map(([key, value]) => [key, withoutCredentials(value)]),
  )
}
