/**
 * An answer that is not a success, in the API's own form: `{id, message, request_id}`. Messages
 * here and in the routes are the real API's where users have reported them; the others are in its
 * manner and say what is allowed.
 */
export class ApiError extends Error {
  readonly status: number
  readonly id: string
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds?: number, id?: string) {
    super(message)
    this.status = status
    this.id = id ?? IDS[status] ?? (status >= 500 ? 'server_error' : 'bad_request')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The `id` that the API sends with each status. */
const IDS: Record<number, string> = {
  400: 'bad_request',
  401: 'Unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  422: 'unprocessable_entity',
  429: 'too_many_requests',
  500: 'server_error',
  501: 'not_implemented',
  503: 'service_unavailable',
}

/** What the API says for a status that a fault rule asks for without a message. */
const MESSAGES: Record<number, string> = {
  401: 'Unable to authenticate you',
  403: 'You are not authorized to perform this operation',
  404: 'The resource you were accessing could not be found.',
  429: 'API rate limit exceeded.',
  500: 'Unexpected server-side error',
  503: 'Service temporarily unavailable',
}

export const defaultMessage = (status: number): string =>
  MESSAGES[status] ?? `The API answered with status ${status}`

export const notFound = (): ApiError => new ApiError(404, defaultMessage(404))
export const unprocessable = (message: string): ApiError => new ApiError(422, message)
export const conflict = (message: string): ApiError => new ApiError(409, message)
