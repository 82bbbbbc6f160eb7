/**
 * A stateful simulation of the part of GitHub's REST API that the workflows' logic uses, as a real
 * HTTP server on loopback: authentication, rights of a token, paging, rate limits, validation.
 * https://docs.github.com/rest
 */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyError } from 'fastify'
import { Faults } from '../../../sandbox/faults.ts'
import { caller, tokenOf } from './access.ts'
import { commentRoutes } from './comments.ts'
import { GitHubError, notAccessible, notFound } from './errors.ts'
import { issueRoutes } from './issues.ts'
import { GITHUB_LIMITS, type Limits, Meter } from './limits.ts'
import { pullRoutes } from './pulls.ts'
import { emptyState, person, type State } from './state.ts'

export interface FakeGitHub {
  /** What `GITHUB_API_URL` holds. */
  url: string
  state: State
  faults: Faults
  /** `METHOD /path?query` of every request, in order; refused ones included. */
  requests: string[]
  close(): Promise<void>
}

export async function startGitHub(
  options: { owner?: string; name?: string; limits?: Partial<Limits> } = {},
): Promise<FakeGitHub> {
  const state = emptyState(options.owner ?? 'acme', options.name ?? 'shop')
  const meter = new Meter({ ...GITHUB_LIMITS, ...options.limits })
  const faults = new Faults()
  const requests: string[] = []
  const app = Fastify({ forceCloseConnections: true })

  app.addHook('onRequest', async (request, reply) => {
    requests.push(`${request.method} ${request.url}`)
    // GitHub refuses a client that does not name itself.
    if (!request.headers['user-agent']) {
      throw new GitHubError(403, 'Request forbidden by administrative rules.')
    }
    caller(state, request)
    const isWrite = request.method !== 'GET'
    reply.headers(meter.take(tokenOf(request) ?? '', isWrite))
    const { failure } = faults.draw(request.method, request.url.split('?')[0] ?? '')
    if (typeof failure === 'string') {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    if (failure) throw new GitHubError(failure.status, failure.message ?? 'Server Error')
  })
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.setErrorHandler((error: FastifyError | GitHubError, _request, reply) => {
    const known =
      error instanceof GitHubError
        ? error
        : new GitHubError(error.statusCode ?? 500, error.stack ?? error.message)
    return reply.code(known.status).headers(known.headers).send(known.body)
  })

  app.get('/user', (request) => {
    const token = caller(state, request)
    if (token.kind === 'installation') throw notAccessible()
    return person(state, token.login)
  })
  commentRoutes(app, state)
  issueRoutes(app, state)
  pullRoutes(app, state)

  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, state, faults, requests, close: () => app.close() }
}
