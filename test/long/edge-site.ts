import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { zstdDecompressSync } from 'node:zlib'
import { configuration, emailsFile, type Provider } from '../../components/edge/configuration.ts'
import { auth0LogoutUrl, issuerLogoutUrl } from '../../components/edge/logout.ts'
import { openAuthority } from '../../sandbox/ca/index.ts'
import { cacheFolder } from '../../sandbox/deployment/environment.ts'
import { ensureImage } from '../../sandbox/registry/images/index.ts'
import { oauth2Proxy } from '../../sandbox/registry/images/oauth2-proxy.ts'
import { blobPath, readManifest } from '../../sandbox/registry/layout.ts'
import { run } from '../../sandbox/run.ts'
import { startIssuer } from '../engine/support/issuer.ts'
import { type Proxied, startProxy } from '../sandbox/proxy/real-caddy.ts'
import { smallApp } from '../sandbox/proxy/small-app.ts'
import { ask, type Reply } from './visitor.ts'

export interface EdgeSite {
  /** Public base URL, no final slash. */
  url: string
  /** The same of its tunnel `demo`, where there is one. */
  tunnelUrl: string
  /** Of the tenant, with a final slash. */
  issuer: string
  proxy: Proxied
  /** What certificates of both chain to. */
  root: string
  rootPath: string
  /** Makes somebody who may or may not come in; the password is `PASSWORD`. */
  person(email: string, verified?: boolean): Promise<void>
  /** Stops and starts oauth2-proxy, as a new configuration does, for these addresses. */
  restart(allowedEmails: string[]): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
}

export const PASSWORD = 'Correct-horse-9'
const NAME = 'edge.localhost'
const DOMAINS = ['corp.example']

/** Who knows the users, and the application that is made there for a site. */
interface Users {
  /** As the configuration names it, with what it needs for this application. */
  provider: Provider
  clientSecret: string
  logoutUrl?: string
  /** Path of what its certificate chains to. */
  root: string
  person: EdgeSite['person']
  stop?(): Promise<void>
}

/** An issuer that is no Auth0 tenant; it knows the people of sandbox/issuer/people.ts. */
export interface IssuerKind {
  path?: string
  /** One like Google's. */
  google?: boolean
}

/**
 * An app that knows nothing of a login, the package's Caddy with the site's own Caddyfile in front of
 * it, oauth2-proxy from the sandbox's image on a socket that systemd's own program hands it, and the
 * sandbox's tenant with an application as the stack makes it, or an issuer that is none.
 */
export async function startEdgeSite(
  publicPaths: string[],
  emails: string[],
  {
    name = NAME,
    app = smallApp(),
    issuer,
    tunnel,
  }: { name?: string; app?: Server; issuer?: IssuerKind; tunnel?: Server } = {},
): Promise<EdgeSite> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-edge-'))
  const children: ChildProcess[] = []
  const socket = join(folder, 'edge.sock')
  const tunnelSocket = join(folder, 'tunnel.sock')
  if (tunnel) await new Promise<void>((done) => tunnel.listen(tunnelSocket, done))
  const route = { name: 'demo', hostname: `demo.${name}`, login: true }
  let url = ''
  let tunnelUrl = ''
  let users: Users | undefined
  const proxy = await startProxy(
    app,
    async (port) => {
      url = `https://${name}:${port}`
      tunnelUrl = `https://${route.hostname}:${port}`
      const urls = tunnel ? [url, tunnelUrl] : [url]
      users = await (issuer ? anIssuer(folder, urls, issuer) : aTenant(folder, url, children))
      const { logoutUrl } = users
      return {
        responseSeconds: 5,
        maxBodyMiB: 10,
        drainSeconds: 30,
        edge: { publicPaths, logoutUrl },
        tunnels: tunnel && [route],
      }
    },
    [
      ['unix//run/padlock-edge.sock', `unix/${socket}`],
      ...(tunnel ? tunnelPlaces(socket, tunnelSocket) : []),
    ],
    { name, authorityIn: folder, http3: true },
  )
  if (!users) throw new Error('nobody knows the users')
  const { provider, clientSecret, person, root: rootPath } = users
  const program = await extract(folder)
  let edge: ChildProcess | undefined
  const stop = async () => {
    if (!edge || edge.exitCode !== null || edge.signalCode !== null) return
    const ended = once(edge, 'exit')
    edge.kill('SIGTERM')
    await ended
  }
  const start = async (allowedEmails: string[]) => {
    const credentials = join(folder, 'credentials')
    mkdirSync(credentials, { recursive: true })
    const text = configuration({
      ...{ url, provider, aliases: tunnel !== undefined, allowedDomains: DOMAINS },
    }).replaceAll('/run/credentials/padlock-edge.service', credentials)
    writeFileSync(join(credentials, 'oauth2-proxy.cfg'), text)
    writeFileSync(join(credentials, 'emails'), emailsFile(allowedEmails))
    writeFileSync(join(credentials, 'client-secret'), clientSecret)
    writeFileSync(join(credentials, 'cookie-secret'), 'a'.repeat(32))
    rmSync(socket, { force: true })
    const command = [program, `--config=${credentials}/oauth2-proxy.cfg`]
    edge = spawn(
      'systemd-socket-activate',
      ['--listen', socket, '-E', 'SSL_CERT_FILE', ...command],
      {
        env: { ...process.env, SSL_CERT_FILE: rootPath },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    children.push(edge)
    while (!existsSync(socket)) await new Promise((done) => setTimeout(done, 50))
  }
  await start(emails)
  return {
    url,
    tunnelUrl,
    issuer: provider.issuer,
    proxy,
    root: readFileSync(rootPath, 'utf8'),
    rootPath,
    person,
    stop,
    async restart(allowedEmails) {
      await stop()
      await start(allowedEmails)
    },
    async close() {
      await proxy.close()
      await users?.stop?.()
      tunnel?.close()
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a tunnel's site has of the sockets, and what is here in their place. */
const tunnelPlaces = (edge: string, tunnel: string): [string, string][] => [
  ['"/run/padlock-edge.sock"', `"${edge}"`],
  ['unix//run/padlock-tunnels/sockets/demo.sock', `unix/${tunnel}`],
]

const SCOPES = ['openid', 'email', 'profile']

async function aTenant(folder: string, url: string, children: ChildProcess[]): Promise<Users> {
  const { domain, root, ...tenant } = await startTenant(folder, children)
  const api = await management({ domain, root, ...tenant }, readFileSync(root, 'utf8'))
  const made = (await api('/clients', application(url))).json()
  const { client_id: clientId, client_secret: clientSecret } = made as Record<string, string>
  return {
    provider: { issuer: `https://${domain}/`, clientId: String(clientId), scopes: SCOPES },
    clientSecret: String(clientSecret),
    logoutUrl: auth0LogoutUrl(domain, String(clientId), url),
    root,
    async person(email, verified = true) {
      const connection = 'Username-Password-Authentication'
      await api('/users', { connection, email, password: PASSWORD, email_verified: verified })
    },
  }
}

/** @param urls the site's own first */
async function anIssuer(folder: string, urls: string[], kind: IssuerKind): Promise<Users> {
  const [url = ''] = urls
  const id = kind.google ? '407408718192-a1b2c3.apps.googleusercontent.com' : 'site'
  const clientSecret = 'a-secret/of+the-issuer'
  const own = { id, secret: clientSecret, callbacks: urls.map((one) => `${one}/oauth2/callback`) }
  const applications = [{ ...own, logoutUrls: [`${url}/`] }]
  const { issuer, stop } = await startIssuer(folder, { ...kind, applications })
  return {
    provider: {
      ...{ issuer, clientId: id, scopes: SCOPES },
      prompt: kind.google ? 'select_account' : 'login',
    },
    clientSecret,
    logoutUrl: kind.google ? undefined : issuerLogoutUrl(`${issuer}/session/end`, id, url),
    root: (await openAuthority(folder)).rootPath,
    person: () => Promise.reject(new Error('the issuer has its own people')),
    stop,
  }
}

/** As components/identity.ts makes it. */
const application = (url: string) => ({
  name: 'edge',
  app_type: 'regular_web',
  oidc_conformant: true,
  grant_types: ['authorization_code'],
  jwt_configuration: { alg: 'RS256' },
  callbacks: [`${url}/oauth2/callback`],
  allowed_logout_urls: [`${url}/`],
  token_endpoint_auth_method: 'client_secret_post',
})

interface Tenant {
  domain: string
  /** Path of its root. */
  root: string
  management: { clientId: string; clientSecret: string }
}

/** A program of its own: the provider is an ES module. */
async function startTenant(folder: string, children: ChildProcess[]): Promise<Tenant> {
  const program = join(__dirname, '../support/tenant.ts')
  const child = spawn('node', [program, folder], { stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line)
  throw new Error('the tenant did not start')
}

async function management({ domain, management }: Tenant, root: string) {
  const send = async (path: string, body: object, authorization?: string): Promise<Reply> => {
    const headers = {
      'content-type': 'application/json',
      ...(authorization && { authorization }),
    }
    const sent = { method: 'POST', headers, body: JSON.stringify(body) }
    const reply = await ask(new URL(`https://${domain}${path}`), root, sent)
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    return reply
  }
  const answer = await send('/oauth/token', {
    grant_type: 'client_credentials',
    client_id: management.clientId,
    client_secret: management.clientSecret,
    audience: `https://${domain}/api/v2/`,
  })
  const { access_token } = answer.json() as { access_token: string }
  return (path: string, body: object) => send(`/api/v2${path}`, body, `Bearer ${access_token}`)
}

/** The program, out of the one layer of the sandbox's image. */
async function extract(folder: string): Promise<string> {
  const layout = await ensureImage(oauth2Proxy, cacheFolder())
  const manifest = await readManifest(layout, oauth2Proxy.tags[0]!)
  const { layers } = JSON.parse(String(manifest?.bytes))
  const tar = join(folder, 'layer.tar')
  writeFileSync(tar, zstdDecompressSync(readFileSync(blobPath(layout, layers[0].digest))))
  await run('tar', ['-xf', tar, '-C', folder])
  return join(folder, 'bin', 'oauth2-proxy')
}
