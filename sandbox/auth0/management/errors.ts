import { STATUS_CODES } from 'node:http'

/** An answer of the Management API that is not a success; its body has the API's four members. */
export class ApiError extends Error {
  readonly statusCode: number
  readonly errorCode: string | undefined

  constructor(statusCode: number, message: string, errorCode?: string) {
    super(message)
    this.statusCode = statusCode
    this.errorCode = errorCode
  }

  body(): Record<string, unknown> {
    const { statusCode, message, errorCode } = this
    const error = STATUS_CODES[statusCode] ?? 'Error'
    // Refusals of the token repeat the message as an attribute and have no code.
    const attributes = statusCode === 401 ? { attributes: { error: message } } : {}
    return { statusCode, error, message, ...(errorCode ? { errorCode } : {}), ...attributes }
  }
}

/** 404 in the API's words, `The client does not exist` with `inexistent_client`. */
export function notFound(entity: string): ApiError {
  const message = `The ${entity} does not exist${entity === 'user' ? '.' : ''}`
  return new ApiError(404, message, `inexistent_${entity.replaceAll(' ', '_')}`)
}

/** A plan's limit, such as the ten applications of the free one. */
export function limitReached(): ApiError {
  return new ApiError(
    403,
    'You reached the limit of entities of this type for this tenant.',
    'too_many_entities',
  )
}

/** A token that lacks the scopes. */
export function insufficientScope(scopes: string[]): ApiError {
  return new ApiError(
    403,
    `Insufficient scope, expected any of: ${scopes.join(',')}`,
    'insufficient_scope',
  )
}
