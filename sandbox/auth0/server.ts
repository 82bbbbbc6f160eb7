/** HTTPS on the loopback address: faults first, then the Management API or a domain's provider. */
import { readFile } from 'node:fs/promises'
import { IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../faults.ts'
import type { FaultRule } from '../types.ts'
import { readBody } from './oidc/page.ts'
import { errorPage } from './pages/error.ts'
import { countedAs } from './traffic.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Routing {
  /** The Management API. */
  api: Handler
  /** By Host header. */
  sites: Map<string, Handler>
}

export interface Listener {
  server: Server
  port: number
  calls: Map<string, number>
  /** Until it is called, requests are answered with 503. */
  route(routing: Routing): void
}

/** Whoever posts into a connection that is closed for its silence at that moment reads an EOF; Node's own is 5 s. */
const IDLE_MS = 72_000

/** Listens on 127.0.0.1; the port must be known before the domains can be named. */
export async function listen(options: {
  port: number
  certificate: { key: string; cert: string }
  faults: Faults
  log(line: string): void
}): Promise<Listener> {
  const style = await readFile(join(import.meta.dirname, 'pages', 'style.css'))
  const calls = new Map<string, number>()
  let routing: Routing | undefined

  const server = createServer({ ...options.certificate }, (request, response) => {
    handle(request, response).catch((error) => {
      options.log(`${request.method} ${request.url?.split('?')[0]}: ${error.stack}`)
      if (!response.headersSent) response.writeHead(500).end()
      else response.destroy()
    })
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Clients join "https://host/" and "/oauth/token": duplicate slashes are one.
    request.url = (request.url ?? '/').replace(/^[^?]*/, (path) => path.replace(/\/{2,}/g, '/'))
    const method = request.method ?? 'GET'
    const path = request.url.split('?')[0] as string
    const counter = countedAs(method, path)
    calls.set(counter, (calls.get(counter) ?? 0) + 1)

    const { delayMs, failure } = options.faults.draw(method, path)
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false })
    if (failure === 'drop') return void request.socket.destroy()
    if (failure === 'lose') loseAnswer(request, response)
    else if (failure) return fail(response, path, failure)

    if (!routing) return void response.writeHead(503).end()
    if (path === '/u/style.css') {
      const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' }
      return void response.writeHead(200, headers).end(style)
    }
    if (path.startsWith('/api/v2/') || path === '/api/v2') return routing.api(request, response)
    const site = routing.sites.get((request.headers.host ?? '').toLowerCase())
    if (!site) return unknownHost(response, request.headers.host, [...routing.sites.keys()])
    if (method === 'POST' && path === '/oauth/token') {
      return site(await asForm(request), response)
    }
    site(request, response)
  }

  server.keepAliveTimeout = IDLE_MS
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', failed)
      done()
    })
  })
  const { port } = server.address() as { port: number }
  return {
    server,
    port,
    calls,
    route(next) {
      routing = next
    },
  }
}

/** Whatever is answered, the connection ends instead. */
function loseAnswer(request: IncomingMessage, response: ServerResponse): void {
  response.write = () => true
  response.end = () => {
    request.socket.destroy()
    return response
  }
}

type StatusFault = Extract<FaultRule['fault'], { status: number }>

function fail(response: ServerResponse, path: string, fault: StatusFault): void {
  const { status, retryAfterSeconds, message = STATUS_CODES[status] ?? 'Error' } = fault
  const reset = Math.ceil(Date.now() / 1000) + (retryAfterSeconds ?? 1)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 429
      ? { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }
      : undefined),
  }
  const body = path.startsWith('/api/')
    ? { statusCode: status, error: STATUS_CODES[status], message }
    : { error: status === 429 ? 'too_many_requests' : 'server_error', error_description: message }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

function unknownHost(response: ServerResponse, host: string | undefined, known: string[]): void {
  const page = errorPage({
    title: 'Unknown domain',
    message: `No tenant answers at ${host ?? 'an unnamed host'}.`,
    advice: `Use ${known.join(' or ')}.`,
  })
  response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' }).end(page)
}

/** Auth0's token endpoint takes JSON as well as forms; the provider behind knows forms alone. */
async function asForm(request: IncomingMessage): Promise<IncomingMessage> {
  if (!request.headers['content-type']?.includes('json')) return request
  let text = ''
  try {
    const fields = Object.entries(JSON.parse(await readBody(request)) as Record<string, unknown>)
    text = new URLSearchParams(
      Object.fromEntries(fields.map(([name, value]) => [name, String(value)])),
    ).toString()
  } catch {
    // An empty form is refused for what it lacks.
  }
  const copy = new IncomingMessage(request.socket)
  copy.method = request.method as string
  copy.url = request.url as string
  copy.headers = {
    ...request.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(text)),
  }
  copy.complete = true
  copy.push(text)
  copy.push(null)
  return copy
}
