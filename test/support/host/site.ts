import { existsSync, readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, type TLSSocket } from 'node:tls'
import type { Authority } from '../../../sandbox/ca/index.ts'
import { order } from './order.ts'

export interface Site {
  httpPort: number
  httpsPort: number
  close(): Promise<void>
}

/**
 * What a visitor sees: nothing over HTTPS before there are a release, a site and a certificate, then
 * page and login.
 * @param home of the host; the script `sudo` writes what is read here
 */
export async function startSite(home: string, authority: Authority): Promise<Site> {
  const environment = (): Record<string, string> | undefined => {
    try {
      if (!existsSync(join(home, 'certificate'))) return undefined
      readFileSync(join(home, 'site.json'))
      return JSON.parse(readFileSync(join(home, 'release.json'), 'utf8')).env
    } catch {
      return undefined
    }
  }
  /** Of every name of the site that is served by now, those that only lead to the first among them. */
  const urls = (env?: Record<string, string>): string[] => {
    const first = env?.APP_URL
    if (!first) return []
    const { aliases = [] } = JSON.parse(readFileSync(join(home, 'site.json'), 'utf8'))
    const { protocol, port } = new URL(first)
    const others = aliases.map((name: string) => `${protocol}//${name}${port && `:${port}`}`)
    return [first, ...others]
  }
  const plain = http.createServer((request, response) => {
    const key = answers.get(request.url ?? '')
    if (key) return response.end(key)
    const name = request.headers.host?.split(':')[0]
    const own = urls(environment()).find((url) => new URL(url).hostname === name)
    const to = `${own ?? environment()?.APP_URL}${request.url}`
    if (to.startsWith('http:')) return response.end('hello\n')
    response.writeHead(308, { location: to }).end()
  })
  const secure = https.createServer(
    {
      // Judged below, as the site in hand says.
      requestCert: true,
      rejectUnauthorized: false,
      SNICallback(name, done) {
        if (!urls(environment()).some((url) => new URL(url).hostname === name))
          return done(new Error('no such site'))
        certificateOf(home, name, authority).then(
          ({ key, cert }) => done(null, createSecureContext({ key, cert })),
          (error: Error) => done(error),
        )
      },
    },
    (request, response) => {
      if (!admitted(home, request.socket as TLSSocket)) return request.destroy()
      if (existsSync(join(home, 'edge.json'))) return answerAtEdge(home, request, response)
      const { APP_URL, APP_ALIAS_URLS } = environment() ?? {}
      const here =
        urls(environment()).find((url) => new URL(url).host === request.headers.host) ?? APP_URL
      if (here !== APP_URL && !APP_ALIAS_URLS?.split(',').includes(String(here)))
        return response.writeHead(308, { location: `${APP_URL}${request.url}` }).end()
      if (request.url !== '/login') return response.end('hello\n')
      response.writeHead(302, { location: loginOf(environment() ?? {}, here) }).end()
    },
  )
  // Whoever visits an address names no server, and a server has one certificate for all of them.
  const sockets = new Set<Socket>()
  const enter = async (socket: Socket) => {
    const own = environment() && unnamed(home)
    if (own) secure.setSecureContext(await certificateOf(home, own, authority))
    secure.emit('connection', socket)
  }
  const door = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    enter(socket).catch(() => socket.destroy())
  })
  await Promise.all([plain, door].map(listen))
  return {
    httpPort: portOf(plain),
    httpsPort: portOf(door),
    async close() {
      const closed = [plain, door].map((server) => new Promise((done) => server.close(done)))
      plain.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

/** As oauth2-proxy behind Caddy does, by the configuration that it was sent. */
function answerAtEdge(home: string, request: http.IncomingMessage, response: http.ServerResponse) {
  if (request.url !== '/oauth2/start') return response.writeHead(401).end()
  const { configuration } = JSON.parse(readFileSync(join(home, 'edge.json'), 'utf8'))
  const [issuer = '', client_id = '', to = ''] = [
    'oidc_issuer_url',
    'client_id',
    'redirect_url',
  ].map((name) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(configuration)?.[1])
  // Without a host it is that of the request.
  const redirect_uri = new URL(to, `https://${request.headers.host}`).href
  const query = new URLSearchParams({ client_id, redirect_uri, response_type: 'code' })
  response.writeHead(302, { location: `${issuer}authorize?${query}` }).end()
}

/** Answers to http-01 challenges, by path. */
const answers = new Map<string, string>()
const ordered = new Map<string, ReturnType<typeof order>>()

/** Does the visitor show one of the certificates that the site lists, if it lists any? */
function admitted(home: string, socket: TLSSocket): boolean {
  const { clients } = JSON.parse(readFileSync(join(home, 'site.json'), 'utf8'))
  const shown = socket.getPeerX509Certificate()
  return !clients || Boolean(shown && clients.certificates.includes(shown.toString().trim()))
}

/** The site's address where it has no name, and Caddy is told that those mean it who name nobody. */
function unnamed(home: string): string | undefined {
  const { host, caddyfile } = JSON.parse(readFileSync(join(home, 'site.json'), 'utf8'))
  const [, name] = /^\s*default_sni (\S+)$/m.exec(caddyfile) ?? []
  return name === host && isIP(host) ? host : undefined
}

/** The site's own, or from the directory of the site's own Caddyfile where that is the staging one, else without ACME. */
function certificateOf(home: string, name: string, authority: Authority) {
  const { caddyfile, acmeRoot, certificate } = JSON.parse(
    readFileSync(join(home, 'site.json'), 'utf8'),
  )
  if (certificate) return Promise.resolve({ key: certificate, cert: certificate })
  const [, directory = ''] = /^\s*dir (\S+)$/m.exec(caddyfile) ?? []
  if (isIP(name)) {
    // Let's Encrypt signs for addresses in this profile alone.
    if (!/^\s*profile shortlived$/m.test(caddyfile))
      return Promise.reject(new Error(`${name} is an address: rejectedIdentifier`))
    return authority.issue({ names: [], ips: [name] })
  }
  if (!directory.includes('//acme-staging.')) return authority.issue({ names: [name] })
  const key = `${home} ${name} ${directory}`
  const found =
    ordered.get(key) ??
    order({
      directory,
      // A machine trusts the sandbox's root as others do the public ones.
      root: acmeRoot ?? authority.rootPem,
      name,
      answers,
    })
  ordered.set(key, found)
  return found
}

function listen(server: Server): Promise<void> {
  return new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Where the app of this environment would send who logs in. */
function loginOf(environment: Record<string, string>, here: string | undefined): string {
  const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, OIDC_ISSUER } = environment
  const query = new URLSearchParams({
    client_id: AUTH0_CLIENT_ID ?? environment.OIDC_CLIENT_ID ?? '',
    redirect_uri: `${here}${environment.OIDC_CALLBACK_PATH ?? '/callback'}`,
    response_type: 'code',
  })
  return OIDC_ISSUER ? `${OIDC_ISSUER}/auth?${query}` : `https://${AUTH0_DOMAIN}/authorize?${query}`
}
