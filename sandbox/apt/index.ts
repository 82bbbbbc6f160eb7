/** A signed apt repository with a current Caddy in it, for machines that cannot reach the vendor's. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { lazily } from '../lazily.ts'
import { type DebianPackage, ensureCaddyPackage } from './caddy-package.ts'
import { COMPONENT, type Content, repositoryFiles, SUITE } from './indices.ts'
import { openSigningKey } from './signing.ts'

export interface AptOptions {
  /** The repository's key lies in `<dir>/apt`. */
  dir: string
  cache: string
  host: string
  /** 0: any free one. */
  port: number
  /** The host name in the URL. */
  name: string
  /** What the repository holds; Caddy if absent. */
  packages?: (progress: (detail: string) => void) => Promise<DebianPackage[]>
  log?: (line: string) => void
}

export interface AptRepository {
  url: string
  suite: string
  component: string
  /** Path of the armoured public key. */
  keyFile: string
  /** 40 hexadecimal digits. */
  fingerprint: string
  /** Makes the packages now and not at the first request. */
  warm(progress?: (detail: string) => void): Promise<void>
  close(): Promise<void>
}

/** Starts the repository; its packages are made by the first request, or by `warm()`. */
export async function startApt(options: AptOptions): Promise<AptRepository> {
  const { log = () => {}, packages = caddy } = options
  const key = await openSigningKey(join(options.dir, 'apt'))
  const files = lazily(async (progress: (detail: string) => void = () => {}) =>
    repositoryFiles(await packages(progress), key),
  )

  async function caddy(progress: (detail: string) => void): Promise<DebianPackage[]> {
    return [await ensureCaddyPackage(options.cache, progress)]
  }

  const server = createServer(async (request, response) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'GET')
      const path = (request.url ?? '/').split('?')[0] as string
      const content = (await files()).get(path)
      if (content === undefined) return refuse(response, 404, `nothing at ${path}`)
      await send(response, content, request.method === 'HEAD')
    } catch (error) {
      log(`apt: ${request.url}: ${(error as Error).message}`)
      if (response.headersSent) response.destroy()
      else refuse(response, 503, (error as Error).message)
    }
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, options.host, done)
  })
  return {
    url: `http://${options.name}:${(server.address() as AddressInfo).port}`,
    suite: SUITE,
    component: COMPONENT,
    keyFile: key.publicPath,
    fingerprint: key.fingerprint,
    warm: async (progress) => void (await files(progress)),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function send(response: ServerResponse, content: Content, headOnly: boolean): Promise<void> {
  const length = Buffer.isBuffer(content) ? content.length : (await stat(content.path)).size
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length })
  if (headOnly) response.end()
  else if (Buffer.isBuffer(content)) response.end(content)
  else await pipeline(createReadStream(content.path), response)
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${reason}\n`)
}
