import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Faults } from '../faults.ts'
import { ApiError, defaultMessage, notFound } from './errors.ts'
import type { RateLimiter } from './rate-limit.ts'
import { type Scopes, scopesOf, withoutCredentials } from './scopes.ts'
import type { Store } from './state.ts'

export interface HttpOptions {
  token: string
  faults: Faults
  limiter: RateLimiter
  store: Store
  /** Counts of requests by `METHOD /path/with/:id`. */
  calls: Map<string, number>
  log: (line: string) => void
}

/** The HTTP side that all resources share: token, faults, rate limit, counts, error bodies. */
export function createApp(options: HttpOptions): FastifyInstance {
  const { token, faults, limiter, store, calls, log } = options
  const app = Fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 255 },
  })

  // Clients send `Content-Type: application/json` with empty bodies, and curl sends none of it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined)
    try {
      done(null, JSON.parse(text as string))
    } catch {
      done(new ApiError(400, 'The request body is not valid JSON'))
    }
  })

  const lost = new WeakSet<FastifyRequest>()
  const granted = new WeakMap<FastifyRequest, Scopes>()
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const path = request.url.split('?')[0] ?? ''
    const route = `${request.method} ${request.routeOptions.url ?? path}`
    calls.set(route, (calls.get(route) ?? 0) + 1)

    const { delayMs, failure } = faults.draw(request.method, path)
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false })
    if (failure === 'drop') {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    if (failure === 'lose') lost.add(request)
    else if (failure) {
      const message = failure.message ?? defaultMessage(failure.status)
      throw new ApiError(failure.status, message, failure.retryAfterSeconds)
    }

    const scopes = scopesOf(bearer(request), token)
    if (!scopes) throw new ApiError(401, defaultMessage(401))
    if (request.method !== 'GET' && !scopes.writes) throw new ApiError(403, defaultMessage(403))
    granted.set(request, scopes)
    const allowance = limiter.take()
    reply.header('ratelimit-limit', allowance.limit)
    reply.header('ratelimit-remaining', allowance.remaining)
    reply.header('ratelimit-reset', allowance.reset)
    if (allowance.retryAfterSeconds !== undefined) {
      throw new ApiError(429, defaultMessage(429), allowance.retryAfterSeconds)
    }
  })

  app.addHook('preSerialization', async (request, _reply, answer) =>
    request.url.startsWith('/v2/databases') && !granted.get(request)?.credentials
      ? withoutCredentials(answer)
      : answer,
  )

  // An answer to a change goes out once the change is on disk.
  app.addHook('onSend', async (request) => {
    if (request.method !== 'GET') await store.saved()
    if (lost.has(request)) request.raw.socket.destroy()
  })

  app.setNotFoundHandler(() => {
    throw notFound()
  })

  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const known = error instanceof ApiError ? error : fromFramework(error)
    if (known.status >= 500 && !(error instanceof ApiError)) {
      log(`${request.method} ${request.url}: ${error.stack ?? error.message}`)
    }
    if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds)
    return reply
      .code(known.status)
      .send({ id: known.id, message: known.message, request_id: request.id })
  })
  return app
}

function fromFramework(error: FastifyError): ApiError {
  if (error.statusCode && error.statusCode < 500) {
    return new ApiError(error.statusCode, error.message)
  }
  return new ApiError(500, error.message)
}

const bearer = (request: FastifyRequest): string =>
  /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
