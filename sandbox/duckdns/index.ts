/** DuckDNS' API (https://www.duckdns.org/spec.jsp): one request, which answers OK or KO. */
import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isIPv4, isIPv6 } from 'node:net'
import type { Authority } from '../ca/index.ts'
import type { Cloud } from '../types.ts'
import { DOMAIN, type Domains, keepDomains, readDomains, withDuckDns } from './account.ts'

export interface DuckDns {
  /** https URL without a path. */
  api: string
  /** The account's one domain, without `.duckdns.org`. */
  domain: string
  /** A resolver that knows the account's domain too. */
  resolve(others: Cloud['resolve']): Cloud['resolve']
  close(): Promise<void>
}

/** @param port 0: any free one */
export async function openDuckDns(options: {
  dir: string
  host: string
  port: number
  authority: Authority
  token: string
}): Promise<DuckDns> {
  const { dir, host, token } = options
  const domains = await readDomains(dir)
  const certificate = await options.authority.issue({ names: ['localhost'], ips: [host] })
  const server = createServer(certificate, async (request, response) => {
    const url = new URL(request.url ?? '/', 'https://duckdns')
    if (url.pathname !== '/update') return response.writeHead(404).end()
    const source = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    const before = JSON.stringify(domains)
    const done = request.method === 'GET' && update(url.searchParams, source, token, domains)
    if (done) await keepDomains(dir, domains)
    const isVerbose = done && url.searchParams.get('verbose') === 'true'
    const { ipv4 = '', ipv6 = '' } = domains[url.searchParams.get('domains') ?? ''] ?? {}
    const change = before === JSON.stringify(domains) ? 'NOCHANGE' : 'UPDATED'
    const told = isVerbose ? `\n${ipv4}\n${ipv6}\n${change}` : ''
    // A refusal has the status 200 too.
    response.writeHead(200, { 'content-type': 'text/plain' }).end(`${done ? 'OK' : 'KO'}${told}`)
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, host, done)
  })
  return {
    api: `https://${host}:${(server.address() as AddressInfo).port}`,
    domain: DOMAIN,
    resolve: (others) => withDuckDns(others, domains),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** @param source whence it is asked, which counts where neither address is given */
function update(asked: URLSearchParams, source: string, token: string, domains: Domains): boolean {
  const labels = (asked.get('domains') ?? '').split(',')
  const [ip, ipv6] = [asked.get('ip') ?? '', asked.get('ipv6') ?? '']
  if (!same(asked.get('token') ?? '', token)) return false
  if (!labels.every((label) => Object.hasOwn(domains, label))) return false
  const clear = asked.get('clear') === 'true'
  if (!clear && ((ip && !isIPv4(ip)) || (ipv6 && !isIPv6(ipv6)))) return false
  for (const label of labels) {
    if (clear) domains[label] = {}
    else
      domains[label] = {
        ...domains[label],
        ...(ip || !ipv6 ? { ipv4: ip || source } : {}),
        ...(ipv6 && { ipv6 }),
      }
  }
  return true
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
