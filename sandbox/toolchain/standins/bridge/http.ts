import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'

export interface HttpResponse {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

export interface HttpRequest {
  method: string
  url: string
  headers?: Record<string, string>
  body?: string
}

/** How long a server may stay silent, in milliseconds. */
const SILENCE = 60_000

/** The certificates of SSL_CERT_FILE, which Go programs trust, beside Node's own and NODE_EXTRA_CA_CERTS. */
export function trustedCertificates(env: NodeJS.ProcessEnv = process.env): string[] {
  const files = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter((file) => file !== undefined)
  return [...rootCertificates, ...files.map((file) => readFileSync(file, 'utf8'))]
}

/** An HTTP client as Go's: keeps connections, trusts SSL_CERT_FILE, and fails with Go's words. */
export class Http {
  readonly #plain = new http.Agent({ keepAlive: true })
  readonly #tls = new https.Agent({ keepAlive: true, ca: trustedCertificates() })

  send(request: HttpRequest): Promise<HttpResponse> {
    const secure = request.url.startsWith('https:')
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => reject(new Error(goError(request, error)))
      const call = (secure ? https : http).request(
        request.url,
        {
          method: request.method,
          agent: secure ? this.#tls : this.#plain,
          timeout: SILENCE,
          // Resolvers that know only /etc/hosts do not know these names (RFC 6761 section 6.3).
          ...(new URL(request.url).hostname.endsWith('.localhost') && { lookup: loopback }),
          headers: {
            ...request.headers,
            ...(request.body !== undefined && {
              'content-length': Buffer.byteLength(request.body),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', fail)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        },
      )
      call.on('timeout', () => call.destroy(new Error('i/o timeout')))
      call.on('error', fail)
      call.end(request.body)
    })
  }
}

/** Leads every name to this computer. */
export const loopback: LookupFunction = (_host, options, done) => {
  if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }])
  else done(null, '127.0.0.1', 4)
}

/** `Post "http://…": EOF`, as Go's net/http words it. */
function goError({ method, url }: HttpRequest, error: NodeJS.ErrnoException): string {
  const { host } = new URL(url)
  const reasons: Record<string, string> = {
    ECONNRESET: 'EOF',
    ECONNREFUSED: `dial tcp ${host}: connect: connection refused`,
  }
  const reason = reasons[error.code ?? ''] ?? error.message
  return `${method[0]}${method.slice(1).toLowerCase()} "${url}": ${reason}`
}
