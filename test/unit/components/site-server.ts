import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'

export interface SiteServers {
  httpPort: number
  httpsPort: number
  close(): void
}

type Answers = Record<string, { status: number; location?: string }>

/** A real site on loopback: what it answers by path, over http and https. */
export async function serveSite(
  certificate: { key: string; cert: string } | undefined,
  answers: (ports: { http: number; https: number }) => { http: Answers; https: Answers },
): Promise<SiteServers> {
  const ports = { http: 0, https: 0 }
  const handler =
    (scheme: 'http' | 'https') =>
    (request: http.IncomingMessage, response: http.ServerResponse) => {
      const answer = answers(ports)[scheme][request.url ?? ''] ?? { status: 404 }
      response.writeHead(answer.status, answer.location ? { location: answer.location } : {})
      response.end()
    }
  const servers = [
    http.createServer(handler('http')),
    // Without a certificate every handshake ends in an alert, as with Caddy before its first one.
    https.createServer(certificate ?? {}, handler('https')),
  ] as const
  for (const server of servers)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  ports.http = (servers[0].address() as AddressInfo).port
  ports.https = (servers[1].address() as AddressInfo).port
  return {
    httpPort: ports.http,
    httpsPort: ports.https,
    close: () => {
      for (const server of servers) server.close()
    },
  }
}
