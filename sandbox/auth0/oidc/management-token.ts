/** Access tokens of programs: the client credentials grant, and the check at the Management API. */
import { createLocalJWKSet, errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { findClient } from '../management/clients.ts'
import { ApiError } from '../management/errors.ts'
import { findServer } from '../management/grants.ts'
import type { TenantState } from '../state.ts'

/** What the token endpoint refuses; `status` and words are Auth0's. */
export class TokenError extends Error {
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(description)
    this.status = status
    this.error = error
  }
}

export function publicKey({ kty, kid, alg, use, n, e }: JWK): JWK {
  return { kty, kid, alg, use, n, e }
}

/**
 * A token for an application that has proved its secret.
 * @param audience identifier of the API; the tenant's default one if absent
 */
export async function issueToken(
  state: TenantState,
  issuer: string,
  request: { clientId: string; audience?: string | undefined; scope?: string | undefined },
): Promise<{ access_token: string; scope: string; expires_in: number; token_type: 'Bearer' }> {
  const { clientId } = request
  const audience = request.audience || (state.settings.default_audience as string | undefined)
  if (!audience) {
    throw new TokenError(
      403,
      'access_denied',
      'No audience parameter was provided, and no default audience has been configured',
    )
  }
  const server = findServer(state, audience)
  if (server?.identifier !== audience) {
    throw new TokenError(403, 'access_denied', `Service not enabled within domain: ${audience}`)
  }
  const grant = state.clientGrants.find(
    (one) => one.client_id === clientId && one.audience === audience,
  )
  if (!grant) {
    throw new TokenError(
      403,
      'access_denied',
      `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API.`,
    )
  }
  const wanted = request.scope?.split(' ').filter(Boolean)
  const scope = grant.scope.filter((one) => !wanted || wanted.includes(one)).join(' ')
  const { signingKey } = state
  const access_token = await new SignJWT({ scope, gty: 'client-credentials', azp: clientId })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signingKey.kid as string })
    .setIssuer(issuer)
    .setSubject(`${clientId}@clients`)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${server.token_lifetime}s`)
    .sign(await importJWK(signingKey, 'RS256'))
  return { access_token, scope, expires_in: server.token_lifetime, token_type: 'Bearer' }
}

/**
 * The scopes of a Management API token.
 * @throws ApiError 401
 */
export async function verifyToken(
  state: TenantState,
  audience: string,
  authorization: string | undefined,
): Promise<Set<string>> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (!token) throw new ApiError(401, 'Missing authentication')
  const keys = createLocalJWKSet({ keys: [publicKey(state.signingKey)] })
  try {
    const { payload } = await jwtVerify(token, keys, { audience, algorithms: ['RS256'] })
    // Tokens die with their application.
    if (!findClient(state, String(payload.azp))) throw new ApiError(401, 'Invalid token')
    return new Set(String(payload.scope ?? '').split(' '))
  } catch (error) {
    if (error instanceof ApiError) throw error
    if (error instanceof errors.JWTExpired) {
      throw new ApiError(401, 'Expired token received for JSON Web Token validation')
    }
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
      throw new ApiError(401, `Bad audience: ${error.payload.aud}`)
    }
    throw new ApiError(401, 'Invalid token')
  }
}
