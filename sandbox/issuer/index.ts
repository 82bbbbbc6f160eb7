/**
 * A simulated issuer of OpenID Connect that is not Auth0: discovery, authorization code flow with
 * applications that were made by hand, callbacks matched exactly, log-out by the standard; or as
 * Google does it. HTTPS on 127.0.0.1 alone; what it knows of sessions ends with it.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { lazily } from '../lazily.ts'
import { checkApplication } from './google.ts'
import { PEOPLE, type Person } from './people.ts'
import { plainProvider } from './provider.ts'

/** What somebody made at the issuer for a site. */
export interface Application {
  id: string
  secret: string
  /** Addresses that people may come back to, matched as a whole. */
  callbacks: string[]
  /** The same after a log-out. */
  logoutUrls?: string[]
}

export interface IssuerOptions {
  /** 0: any free one. */
  port: number
  /** PEM, for the host. */
  certificate: { key: string; cert: string }
  /** Name that the issuer is met at; `localhost`. */
  host?: string
  /** Path of the issuer, such as `/realms/staff`; none if absent. */
  path?: string
  /** Answer as Google does? */
  google?: boolean
  applications: Application[]
  /** Who can log in; {@link PEOPLE} if absent. */
  people?: Person[]
  log?: (line: string) => void
}

export interface Issuer {
  /** As its tokens and its discovery document name it. */
  issuer: string
  /** Requests so far, as `GET /path`. */
  requests: string[]
  /** These applications from now on; who is logged in is forgotten. */
  register(applications: Application[]): void
  close(): Promise<void>
}

/** @throws Error if the port is taken, or Google would not take an application */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const { host = 'localhost', path = '', google = false, log = () => {} } = options
  if (google) options.applications.forEach(checkApplication)
  const style = await readFile(join(import.meta.dirname, '..', 'auth0', 'pages', 'style.css'))
  const requests: string[] = []
  const server = createServer({ ...options.certificate })
  await new Promise<void>((done, failed) => {
    server.once('error', failed).listen(options.port, '127.0.0.1', () => done())
  })
  const { port } = server.address() as { port: number }
  const issuer = `https://${host}:${port}${path}`
  const key = lazily(async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'sandbox' }
  })
  // Made at the first request, as few sandboxes are asked.
  const providerOf = (applications: Application[]) =>
    lazily(async () =>
      plainProvider({
        issuer,
        google,
        applications,
        people: options.people ?? PEOPLE,
        log,
        signingKey: await key(),
        cookieKey: randomBytes(32).toString('base64url'),
      }).callback(),
    )
  let answer = providerOf(options.applications)
  server.on('request', async (request: IncomingMessage & { originalUrl?: string }, response) => {
    const url = request.url ?? '/'
    requests.push(`${request.method} ${url.split('?')[0]}`)
    if (url === '/u/style.css') {
      response.writeHead(200, { 'content-type': 'text/css; charset=utf-8' }).end(style)
    } else if (!`${url}/`.startsWith(`${path}/`)) response.writeHead(404).end()
    else {
      request.originalUrl = url
      request.url = url.slice(path.length) || '/'
      const handle = await answer()
      handle(request, response)
    }
  })
  return {
    issuer,
    requests,
    register(applications) {
      answer = providerOf(applications)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
