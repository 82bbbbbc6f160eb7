import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import tls from 'node:tls'
import type { Site } from './site.ts'

export interface Answer {
  status: number
  location: string
  certificate?: { issuer: string; validTo: string }
}

const TIMEOUT_MS = 10_000

/**
 * One GET to the site's address under the site's name: the certificate is verified for the name,
 * and no name is looked up. Redirects are not followed.
 */
export function get(site: Site, scheme: 'http' | 'https', path: string): Promise<Answer> {
  const common = {
    host: site.address,
    path,
    headers: {
      host: scheme === 'https' ? site.url.host : withPort(site.url.hostname, site.httpPort),
    },
    timeout: TIMEOUT_MS,
    agent: false as const,
  }
  const trusted = site.root ? [...tls.rootCertificates, site.root] : undefined
  return new Promise((resolve, reject) => {
    const answered = (response: http.IncomingMessage) => {
      response.resume()
      const peer =
        response.socket instanceof tls.TLSSocket ? response.socket.getPeerCertificate() : undefined
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location ?? '',
        certificate: peer && {
          issuer: [peer.issuer.O, peer.issuer.CN].flat().filter(Boolean).join(', '),
          validTo: peer.valid_to,
        },
      })
    }
    const request =
      scheme === 'http'
        ? http.get({ ...common, port: site.httpPort }, answered)
        : https.get(
            {
              ...common,
              port: Number(site.url.port || 443),
              ...serverName(site.url.hostname),
              ca: trusted,
              ...(site.client && { cert: site.client, key: site.client }),
            },
            answered,
          )
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)))
    request.on('error', reject)
  })
}

/** An address is no server name (RFC 6066 section 3), but the certificate must be for it all the same. */
const serverName = (hostname: string) =>
  isIP(hostname)
    ? {
        servername: '',
        checkServerIdentity: (_: string, found: tls.PeerCertificate) =>
          tls.checkServerIdentity(hostname, found),
      }
    : { servername: hostname }

function withPort(host: string, port: number): string {
  return port === 80 ? host : `${host}:${port}`
}
