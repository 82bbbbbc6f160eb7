import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { zstdDecompressSync } from 'node:zlib'
import { configuration, emailsFile } from '../../components/edge/configuration.ts'
import { auth0LogoutUrl } from '../../components/edge/logout.ts'
import { cacheFolder } from '../../sandbox/deployment/environment.ts'
import { ensureImage } from '../../sandbox/registry/images/index.ts'
import { oauth2Proxy } from '../../sandbox/registry/images/oauth2-proxy.ts'
import { blobPath, readManifest } from '../../sandbox/registry/layout.ts'
import { run } from '../../sandbox/run.ts'
import { type Proxied, startProxy } from '../sandbox/proxy/real-caddy.ts'
import { smallApp } from '../sandbox/proxy/small-app.ts'
import { ask, type Reply } from './visitor.ts'

export interface EdgeSite {
  /** Public base URL, no final slash. */
  url: string
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

/**
 * An app that knows nothing of a login, the package's Caddy with the site's own Caddyfile in front of
 * it, oauth2-proxy from the sandbox's image on a socket that systemd's own program hands it, and the
 * sandbox's tenant with an application as the stack makes it.
 */
export async function startEdgeSite(
  publicPaths: string[],
  emails: string[],
  { name = NAME, app = smallApp() }: { name?: string; app?: Server } = {},
): Promise<EdgeSite> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-edge-'))
  const children: ChildProcess[] = []
  const tenant = await startTenant(folder, children)
  const root = readFileSync(tenant.root, 'utf8')
  const socket = join(folder, 'edge.sock')
  const issuer = `https://${tenant.domain}/`
  const api = await management(tenant, root)
  let url = ''
  let client = { client_id: '', client_secret: '' }
  const proxy = await startProxy(
    app,
    async (port) => {
      url = `https://${name}:${port}`
      client = (await api('/clients', application(url))).json() as typeof client
      const logoutUrl = auth0LogoutUrl(tenant.domain, client.client_id, url)
      return {
        responseSeconds: 5,
        maxBodyMiB: 10,
        drainSeconds: 30,
        edge: { publicPaths, logoutUrl },
      }
    },
    [['unix//run/padlock-edge.sock', `unix/${socket}`]],
    { name, authorityIn: folder },
  )
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
      url,
      provider: { issuer, clientId: client.client_id, scopes: ['openid', 'email', 'profile'] },
      allowedDomains: DOMAINS,
    }).replaceAll('/run/credentials/padlock-edge.service', credentials)
    writeFileSync(join(credentials, 'oauth2-proxy.cfg'), text)
    writeFileSync(join(credentials, 'emails'), emailsFile(allowedEmails))
    writeFileSync(join(credentials, 'client-secret'), client.client_secret)
    writeFileSync(join(credentials, 'cookie-secret'), 'a'.repeat(32))
    rmSync(socket, { force: true })
    const command = [program, `--config=${credentials}/oauth2-proxy.cfg`]
    edge = spawn(
      'systemd-socket-activate',
      ['--listen', socket, '-E', 'SSL_CERT_FILE', ...command],
      {
        env: { ...process.env, SSL_CERT_FILE: tenant.root },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    children.push(edge)
    while (!existsSync(socket)) await new Promise((done) => setTimeout(done, 50))
  }
  await start(emails)
  return {
    url,
    issuer,
    proxy,
    root,
    rootPath: tenant.root,
    async person(email, verified = true) {
      const connection = 'Username-Password-Authentication'
      await api('/users', { connection, email, password: PASSWORD, email_verified: verified })
    },
    stop,
    async restart(allowedEmails) {
      await stop()
      await start(allowedEmails)
    },
    async close() {
      await proxy.close()
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
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
