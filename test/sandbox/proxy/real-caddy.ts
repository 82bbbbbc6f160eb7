import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { caddyfile, type ProxySettings } from '../../../components/site/caddyfile.ts'
import { ensureCaddyPackage } from '../../../sandbox/apt/caddy-package.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { cacheFolder } from '../../../sandbox/deployment/environment.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { run } from '../../../sandbox/run.ts'

export interface Proxied {
  name: string
  /** One request over a connection of its own; the body is what was told. */
  ask(path: string, options?: https.RequestOptions, body?: Body): Promise<Answered>
  request(path: string, options?: https.RequestOptions): http.ClientRequest
  /** Stops and starts the app. */
  stopApp(): Promise<void>
  startApp(): Promise<void>
  /** What its certificate chains to, PEM. */
  root: string
  /** Path of the program. */
  caddy: string
  close(): Promise<void>
}

/** Chunks with a pause before each, milliseconds; `end: false` leaves the request open. */
export interface Body {
  chunks: Buffer[]
  pause: number
  end?: boolean
}

export interface Answered {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
  seconds: number
}

const NAME = 'app.example.test'

type Settings = Pick<
  ProxySettings,
  'responseSeconds' | 'maxBodyMiB' | 'drainSeconds' | 'edge' | 'tunnels'
>

interface Around {
  name?: string
  authorityIn?: string
  /** Words of a command that runs Caddy, such as another user's. */
  within?: string[]
  /** It answers over HTTP/3 too. */
  http3?: boolean
}

/**
 * The package's Caddy with the site's own Caddyfile in front of an app, on loopback. Of the file
 * only places are changed: the certificates, the administration's socket, the app's socket.
 * @param settings or what makes them of the port that the site gets
 * @param limits of silence in the file and what they become, such as `read_body_idle 30s`
 */
export async function startProxy(
  app: Server,
  settings: Settings | ((httpsPort: number) => Promise<Settings>),
  limits: [string, string][],
  { name = NAME, authorityIn, within = [], http3 = false }: Around = {},
): Promise<Proxied> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-caddy-'))
  const { path } = await ensureCaddyPackage(cacheFolder())
  await run('dpkg-deb', ['--extract', path, join(folder, 'package')])
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const site = typeof settings === 'function' ? await settings(httpsPort) : settings
  const authority = await openAuthority(authorityIn ?? folder)
  const below = (site.tunnels ?? []).map(({ hostname }) => hostname)
  const { key, cert } = await authority.issue({ names: [name, ...below] })
  writeFileSync(join(folder, 'key.pem'), key)
  writeFileSync(join(folder, 'cert.pem'), cert)
  const socket = join(folder, 'app.sock')
  let text = caddyfile({
    hostname: name,
    httpPort,
    httpsPort,
    acmeDirectory: 'https://acme.example.test/directory',
    ...site,
  })
  const places: [string | RegExp, string][] = [
    [/\ttls \{[\s\S]*?\n\t\}\n/g, `\ttls ${folder}/cert.pem ${folder}/key.pem\n`],
    ['admin unix//run/caddy/admin.sock|0600', 'admin off'],
    ['unix//srv/app/current/app.sock', `unix/${socket}`],
    ...(http3 ? [] : [['protocols h1 h2 h3', 'protocols h1 h2'] as [string, string]]),
  ]
  for (const [from, to] of [...places, ...limits]) {
    const changed = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to)
    if (changed === text) throw new Error(`the Caddyfile has no ${from}`)
    text = changed
  }
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, text)

  const startApp = () =>
    new Promise<void>((done) =>
      app.listen(socket, () => {
        chmodSync(socket, 0o666)
        done()
      }),
    )
  const connections = new Set<Socket>()
  app.on('connection', (connection: Socket) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  const stopApp = () =>
    new Promise<void>((done) => {
      app.close(() => done())
      for (const connection of connections) connection.destroy()
    })
  await startApp()
  mkdirSync(join(folder, 'home'))
  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'home'), 0o777)
  const program = join(folder, 'package/usr/bin/caddy')
  const command = [...within, ...[program, 'run', '--adapter', 'caddyfile', '--config', file]]
  const caddy = spawn(command[0] ?? '', command.slice(1), {
    env: { HOME: join(folder, 'home'), PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  caddy.stderr.on('data', (chunk) => {
    said += chunk
  })
  const request = (path: string, options: https.RequestOptions = {}) =>
    https.request({
      host: '127.0.0.1',
      port: httpsPort,
      servername: name,
      ca: authority.rootPem,
      agent: false,
      path,
      ...options,
      headers: { host: `${name}:${httpsPort}`, ...options.headers },
    })
  await untilUp(caddy, () => said, httpsPort)
  return {
    name: `${name}:${httpsPort}`,
    root: authority.rootPem,
    caddy: program,
    request,
    ask: (path, options, body) => answered(request(path, options), body),
    startApp,
    stopApp,
    async close() {
      const ended = new Promise((done) => caddy.once('exit', done))
      caddy.kill('SIGKILL')
      await Promise.all([ended, stopApp()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answered(request: http.ClientRequest, body?: Body): Promise<Answered> {
  const start = Date.now()
  return new Promise((resolve, reject) => {
    let done = false
    request.on('error', (error) => done || reject(error))
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        done = true
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, text, seconds: (Date.now() - start) / 1000 })
        request.destroy()
      })
    })
    send(request, body).catch(reject)
  })
}

async function send(request: http.ClientRequest, { chunks, pause, end }: Body = NONE) {
  for (const chunk of chunks) {
    await sleep(pause)
    request.write(chunk)
  }
  if (end === false) request.flushHeaders()
  else request.end()
}

const NONE: Body = { chunks: [], pause: 0 }

async function untilUp(caddy: ChildProcess, said: () => string, port: number): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    if (caddy.exitCode !== null) throw new Error(`caddy ended:\n${said()}`)
    if (await connects(port)) return
    await sleep(100)
  }
  throw new Error(`caddy does not listen:\n${said()}`)
}

function connects(port: number): Promise<boolean> {
  return new Promise((done) => {
    const request = http.request({ host: '127.0.0.1', port, agent: false })
    // An answer that says it is the wrong protocol is an answer.
    request.on('response', () => done(true))
    request.on('error', (error: NodeJS.ErrnoException) => done(error.code !== 'ECONNREFUSED'))
    request.end()
  })
}
