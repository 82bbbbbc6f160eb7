import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Json } from './messages.ts'

/** One recorded request to the API behind a plugin, and its answer. */
export interface Exchange {
  step: string
  method: string
  url: string
  request?: unknown
  status: number
  response?: unknown
  /** Headers of the answer; `status` 0 drops the connection instead. */
  headers?: Record<string, string>
}

export interface RecordedApi {
  port: number
  /**
   * What is answered from now on; forgets what was asked.
   * @param otherwise the answer to all that is not among the exchanges; undefined: such a request is strange
   */
  load(exchanges: Exchange[], otherwise?: Pick<Exchange, 'status' | 'response'>): void
  /** Requests that are not in the recording, or were sent too often. */
  strange: string[]
  /** Recorded requests that nobody made; reads only count if none of them was made. */
  missed(): string[]
  stop(): Promise<void>
}

/**
 * Answers with recorded exchanges: each write once, to the same body; reads in the order of the recording, the last
 * one for ever.
 * @param tls key and certificate as PEM; undefined: plain http
 */
export async function startRecordedApi(tls?: { key: string; cert: string }): Promise<RecordedApi> {
  let exchanges: Exchange[] = []
  let fallback: Pick<Exchange, 'status' | 'response'> | undefined
  const used = new Set<Exchange>()
  const strange: string[] = []

  function answerTo(method: string, url: string, body: string): Exchange | undefined {
    const sameAddress = exchanges.filter((one) => one.method === method && one.url === url)
    const fresh = sameAddress.find((one) => !used.has(one) && sameBody(one.request, body))
    if (fresh) {
      used.add(fresh)
      return fresh
    }
    return method === 'GET' ? sameAddress.at(-1) : undefined
  }

  const listener: http.RequestListener = (request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const found = answerTo(request.method!, request.url!, body) ?? fallback
      if (!found) {
        strange.push(`${request.method} ${request.url} ${body}`.trim())
        response.writeHead(501).end('{"message":"not recorded"}')
      } else if (found.status === 0) {
        request.socket.destroy()
      } else {
        response.writeHead(found.status, {
          'content-type': 'application/json',
          'x-request-id': 'ID',
          ...(found as Partial<Exchange>).headers,
        })
        const { response: answer } = found
        response.end(typeof answer === 'string' ? answer : answer && JSON.stringify(answer))
      }
    })
  }
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    strange,
    load(next, otherwise) {
      exchanges = next
      fallback = otherwise
      used.clear()
      strange.length = 0
    },
    missed() {
      const made = new Set([...used].map(({ method, url }) => `${method} ${url}`))
      return exchanges
        .filter((one) => !used.has(one))
        .map(({ method, url, request }) => [`${method} ${url}`, JSON.stringify(request)] as const)
        .filter(([address]) => !(address.startsWith('GET') && made.has(address)))
        .map(([address, request]) => (request ? `${address} ${request}` : address))
    },
    stop() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function sameBody(recorded: unknown, body: string): boolean {
  if ((recorded ?? null) === null) return true
  let sent: unknown = body
  try {
    sent = JSON.parse(body)
  } catch {
    // a form
  }
  return JSON.stringify(canonical(recorded)) === JSON.stringify(canonical(sent))
}

/** Members sorted, and elements too: what the plugins send as lists are sets. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical((value as Json)[name])]),
  )
}
