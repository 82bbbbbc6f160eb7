import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Authority } from '../ca/index.ts'
import { reissueChain, withoutAlternates } from './chain.ts'
import type { Pebble } from './pebble.ts'
import { DIRECTORY, NEW_ORDER, type Problem, problemOf, withProfiles } from './profiles.ts'

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
      const sent = incoming.url === NEW_ORDER ? await text(incoming) : incoming
      const problem = typeof sent === 'string' ? problemOf(sent) : undefined
      if (problem) return refuse(outgoing, problem)
      const answer = await pass(incoming, sent, upstream)
      const listed = incoming.url === DIRECTORY && incoming.method === 'GET'
      if (listed && answer.statusCode === 200) {
        await sendDirectory(answer, outgoing)
      } else if (answer.headers['content-type']?.startsWith('application/pem-certificate-chain')) {
        await sendCertificate(answer, outgoing, upstream.issuer(incoming.headers.host ?? ''))
      } else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        await pipeline(answer, outgoing)
      }
    } catch (error) {
      upstream.log(`acme: ${incoming.method} ${incoming.url}: ${(error as Error).message}`)
      refuse(outgoing, serverInternal(error as Error))
    }
  }
}

function pass(
  incoming: IncomingMessage,
  sent: IncomingMessage | string,
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
    pipeline(typeof sent === 'string' ? [sent] : sent, passed).catch(reject)
  })
}

async function sendDirectory(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers
  const directory = withProfiles(await text(answer))
  outgoing.writeHead(200, headers).end(directory)
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

/** Clients show a problem document's detail. */
const serverInternal = ({ message }: Error): Problem => ({
  type: 'urn:ietf:params:acme:error:serverInternal',
  detail: `the sandbox's ACME server: ${message}`,
  status: 503,
})

function refuse(outgoing: ServerResponse, problem: Problem): void {
  if (outgoing.headersSent) return void outgoing.destroy()
  const { status } = problem
  outgoing.writeHead(status, {
    'content-type': 'application/problem+json',
    ...(status === 503 && { 'retry-after': '1' }),
  })
  outgoing.end(JSON.stringify(problem))
}
