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

/** Names of errors that say nothing. */
const NAMELESS = ['Error', 'Unknown', 'UnknownError']

/** The code of what went wrong, of S3 or of the network. */
export function codeOf(error: S3Error): string {
  if (!NAMELESS.includes(error.name)) return error.name
  const status = statusOf(error)
  return error.code ?? (status ? `HTTP ${status}` : error.message)
}
