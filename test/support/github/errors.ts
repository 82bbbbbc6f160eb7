const DOCS = 'https://docs.github.com/rest'

/** An error answer in GitHub's form: `message`, `documentation_url`, `status`, for 422 `errors`. */
export class GitHubError extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  readonly errors: object[] | undefined

  constructor(
    status: number,
    message: string,
    more: { headers?: Record<string, string>; errors?: object[] } = {},
  ) {
    super(message)
    this.status = status
    this.headers = more.headers ?? {}
    this.errors = more.errors
  }

  get body(): object {
    return {
      message: this.message,
      ...(this.errors && { errors: this.errors }),
      documentation_url: DOCS,
      status: String(this.status),
    }
  }
}

export const notFound = () => new GitHubError(404, 'Not Found')
export const badCredentials = () => new GitHubError(401, 'Bad credentials')
export const needsAuthentication = () => new GitHubError(401, 'Requires authentication')
export const notAccessible = () => new GitHubError(403, 'Resource not accessible by integration')
export const invalid = (resource: string, field: string, code: string, message?: string) =>
  new GitHubError(422, 'Validation Failed', {
    errors: [{ resource, field, code, ...(message && { message }) }],
  })
