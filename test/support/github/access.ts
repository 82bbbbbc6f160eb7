import type { FastifyRequest } from 'fastify'
import { badCredentials, needsAuthentication, notAccessible, notFound } from './errors.ts'
import type { Scope, State, Token } from './state.ts'

/** @returns the token's text, as `Authorization: token T` or `Bearer T` */
export function tokenOf(request: FastifyRequest): string | undefined {
  return /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/**
 * Who asks.
 * @throws GitHubError 401 for no or an unknown token
 */
export function caller(state: State, request: FastifyRequest): Token {
  const text = tokenOf(request)
  if (text === undefined) throw needsAuthentication()
  const token = state.tokens.get(text)
  if (!token) throw badCredentials()
  return token
}

/**
 * Lets the caller pass if one of the scopes is granted to it.
 * @throws GitHubError 404 for another repository, or for one that the caller cannot see; 403 where
 *   it sees the repository but lacks the right
 */
export function allow(
  state: State,
  request: FastifyRequest,
  level: 'read' | 'write',
  ...scopes: Scope[]
): Token {
  const { owner, repo } = request.params as { owner: string; repo: string }
  const token = caller(state, request)
  const isHere = owner === state.owner && repo === state.name
  const sees =
    token.kind === 'installation' ||
    !state.private ||
    !['none', undefined].includes(state.collaborators.get(token.login))
  if (!isHere || !sees) throw notFound()
  const granted =
    scopes.length === 0 || scopes.some((scope) => covers(token.permissions[scope], level))
  if (!granted) throw notAccessible()
  return token
}

const covers = (granted: 'read' | 'write' | undefined, wanted: 'read' | 'write') =>
  granted === 'write' || granted === wanted
