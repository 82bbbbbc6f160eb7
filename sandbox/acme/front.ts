import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Authority } from '../ca/index.ts'
import { reissueChain, withoutAlternates } from './chain.ts'
import type { Pebble } from './pebble.ts'

/**
 * Passes every request on to Pebble. The Host header stays as it came: Pebble builds its URLs from
 * it and compares them with the ones that the client signed.
 */
export function handle(
  pebble: Pebble,
  upstream: {
    host: string
    port: number
    authority: Authority
    /** What certificates are issued under, by the Host header. */
    issuer(asked: string): Authority
    log: (line: string) => void
  },
): RequestListener {
  return async (incoming, outgoing) => {
    try {
      await pebble.ready()
      const answer = await pass(incoming, upstream)
      if (answer.headers['content-type']?.startsWith('application/pem-certificate-chain')) {
        await sendCertificate(answer, outgoing, upstream.issuer(incoming.headers.host ?? ''))
      } else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        await pipeline(answer, outgoing)
      }
    } catch (error) {
      upstream.log(`acme: ${incoming.method} ${incoming.url}: ${(error as Error).message}`)
      refuse(outgoing, error as Error)
    }
  }
}

function pass(
  incoming: IncomingMessage,
  { host, port, authority }: { host: string; port: number; authority: Authority },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const passed = request(
      {
        host,
        port,
        ca: authority.rootPem,
        servername: 'localhost',
        agent: false,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      resolve,
    )
    pipeline(incoming, passed).catch(reject)
  })
}

async function sendCertificate(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  authority: Authority,
): Promise<void> {
  const chain = await reissueChain(await text(answer), authority)
  const { 'content-length': _, 'transfer-encoding': __, link, ...headers } = answer.headers
  outgoing.writeHead(answer.statusCode ?? 502, {
    ...headers,
    link: withoutAlternates(link),
    'content-length': Buffer.byteLength(chain),
  })
  outgoing.end(chain)
}

/** An ACME problem document (RFC 8555 section 6.7), so that clients show what is wrong. */
function refuse(outgoing: ServerResponse, error: Error): void {
  if (outgoing.headersSent) return void outgoing.destroy()
  const problem = {
    type: 'urn:ietf:params:acme:error:serverInternal',
    detail: `the sandbox's ACME server: ${error.message}`,
    status: 503,
  }
  outgoing.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
  outgoing.end(JSON.stringify(problem))
}
