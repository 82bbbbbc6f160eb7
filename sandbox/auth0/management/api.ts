/** The Management API v2 as a Fastify application: token, scopes, rate limit, routes, errors. */
import Fastify, { type FastifyInstance } from 'fastify'
import { clientRoutes } from './clients.ts'
import { connectionRoutes } from './connections.ts'
import { ApiError, insufficientScope } from './errors.ts'
import { grantRoutes } from './grants.ts'
import type { Query } from './lists.ts'
import type { RateLimit } from './rate-limit.ts'
import { roleRoutes } from './roles.ts'
import type { Call, Route, Tenant } from './route.ts'
import { tenantRoutes } from './tenant.ts'
import { ticketRoutes } from './tickets.ts'
import { userRoutes } from './users.ts'

const routes: Route[] = [
  ...clientRoutes,
  ...connectionRoutes,
  ...grantRoutes,
  ...tenantRoutes,
  ...userRoutes,
  ...ticketRoutes,
  ...roleRoutes,
]

export interface ManagementOptions {
  tenant: Tenant
  /** Resolves once the changed state is on disk. */
  save(): Promise<void>
  /** The scopes of a valid token; rejects with an ApiError. */
  authenticate(authorization: string | undefined): Promise<Set<string>>
  rateLimit: RateLimit
  log(line: string): void
}

export async function managementApi(options: ManagementOptions): Promise<FastifyInstance> {
  const { tenant, save, authenticate, rateLimit, log } = options
  const app = Fastify({ routerOptions: { maxParamLength: 700 }, bodyLimit: 1024 * 1024 })

  app.addHook('onRequest', async (_request, reply) => {
    const budget = rateLimit.take()
    reply.headers(budget.headers)
    if (!budget.allowed) {
      throw new ApiError(429, 'Global limit has been reached', 'too_many_requests')
    }
  })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string))
    } catch {
      done(new ApiError(400, 'Invalid request payload JSON format'))
    }
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).send(new ApiError(404, 'Not Found').body()),
  )
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof ApiError) return reply.status(error.statusCode).send(error.body())
    const { statusCode = 500, message } = error as { statusCode?: number; message: string }
    if (statusCode >= 500) log(`Management API: ${(error as Error).stack}`)
    const words = statusCode >= 500 ? 'Internal error.' : message
    return reply.status(statusCode).send(new ApiError(statusCode, words).body())
  })

  for (const { method, path, scopes, handle } of routes) {
    app.route({
      method,
      url: `/api/v2${path}`,
      async handler(request, reply) {
        const granted = await authenticate(request.headers.authorization)
        if (!scopes.some((scope) => granted.has(scope))) {
          throw insufficientScope(scopes)
        }
        const call: Call = {
          tenant,
          params: request.params as Record<string, string>,
          query: request.query as Query,
          body: request.body,
          scopes: granted,
        }
        const answer = await handle(call)
        if (method !== 'GET') await save()
        return reply.status(answer.status).send(answer.body)
      },
    })
  }
  await app.ready()
  return app
}
