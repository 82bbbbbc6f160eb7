/** What a bucket's answer to a question tells about the rights of the key that asked. */

/** An error of the AWS SDK, or of the network under it. */
export interface S3Error extends Error {
  Code?: string
  /** Of the network: `ECONNRESET`. */
  code?: string
  /** Where a bucket is, in answers of AWS. */
  Region?: string
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Record<string, string> }
}

export const statusOf = ({ $metadata }: S3Error) => $metadata?.httpStatusCode

export const isRefusal = (error: S3Error): boolean =>
  error.name === 'AccessDenied' || statusOf(error) === 403

/** An answer that says to ask later: too many requests, or a server that fails. Not that it knows no such question. */
const isLater = (status: number) => status === 429 || (status >= 500 && status !== 501)

/** Did nobody answer, or somebody who cannot at the moment? */
export function isAway(error: S3Error): boolean {
  const status = statusOf(error)
  return status === undefined ? AWAY.test(codeOf(error)) : isLater(status)
}

/** `untold`: neither, such as of a server that has too much to do. */
export type Right = 'may' | 'may not' | 'untold'

/**
 * Rights are looked at before the object is (AWS), so only who may hears that what he names is not there,
 * or is not as he names it.
 */
export function rightOf(one: PromiseSettledResult<unknown>): Right {
  if (one.status === 'fulfilled') return 'may'
  const error: S3Error = one.reason
  if (isRefusal(error)) return 'may not'
  const isLooked = [404, 412].includes(statusOf(error) ?? 0) || error.name === 'NoSuchUpload'
  return isLooked ? 'may' : 'untold'
}

/** Of Node's network and TLS (errno(3), OpenSSL's X.509), and of the client's own patience. */
const AWAY =
  /^(E(AI_)?[A-Z]+|ERR_(TLS|SSL|SOCKET|STREAM)_\w+|[A-Z_]*(CERT|CRL|SIGNATURE)[A-Z_]*|TimeoutError|AbortError)$/

/** Names of errors that say nothing. */
const NAMELESS = ['Error', 'AggregateError', 'Unknown', 'UnknownError']

/** The code of what went wrong, of S3 or of the network. */
export function codeOf(error: S3Error): string {
  if (!NAMELESS.includes(error.name)) return error.name
  const status = statusOf(error)
  // The client may wrap an error of the network in another, which has its words alone.
  const wrapped = /\b(?:EAI_|E)[A-Z]{4,}\b/.exec(error.message)?.[0]
  return error.code ?? (status ? `HTTP ${status}` : (wrapped ?? error.message))
}
