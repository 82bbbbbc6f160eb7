/**
 * A container image registry that only gives (OCI distribution specification, pull), and asks for
 * tokens as Docker Hub and GHCR do.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ServerCertificate } from '../ca/index.ts'
import { type Refusal, type RegistryCredentials, Tokens } from './authorization.ts'
import { openBlob, readManifest, readTags } from './layout.ts'

export interface RegistryOptions {
  host: string
  /** 0: any free one. */
  port: number
  certificate: ServerCertificate
  /** Folders that hold an OCI image layout for each repository, at its name; the first hit counts. */
  images: string[]
  /** Repositories that want credentials, read at every request; the others are public. */
  credentials?: () => Promise<RegistryCredentials>
  /** The time, in milliseconds, that tokens expire by. */
  now?: () => number
  /** Called before anything of a repository is read; may lay its image there. */
  prepare?: (repository: string) => Promise<void>
  log?: (line: string) => void
}

export interface Registry {
  port: number
  close(): Promise<void>
}

/** Repository names of the specification. */
const NAME = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*'
const TOKEN_PATH = '/token'
const ROUTE = new RegExp(`^/v2/(${NAME})/(manifests|blobs|tags)/([\\w.:-]+)$`)

export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { log = () => {} } = options
  const tokens = new Tokens(options.now)
  const server = createServer(options.certificate, (request, response) => {
    respond(request, response, options, tokens).catch((error: Error) => {
      log(`registry: ${request.method} ${request.url}: ${error.message}`)
      if (response.headersSent) response.destroy()
      else refuse(response, 503, 'UNAVAILABLE', error.message)
    })
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, options.host, done)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: RegistryOptions,
  tokens: Tokens,
): Promise<void> {
  response.setHeader('docker-distribution-api-version', 'registry/2.0')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'UNSUPPORTED', 'this registry only gives')
  }
  const [path = '', query] = (request.url ?? '/').split('?')
  if (path === TOKEN_PATH) {
    const credentials = (await options.credentials?.()) ?? {}
    const scopes = new URLSearchParams(query).getAll('scope')
    const answer = tokens.issue(credentials, request.headers.authorization, scopes)
    if (!answer) return refuse(response, 401, 'UNAUTHORIZED', 'incorrect username or password')
    return send(response, request, 'application/json', JSON.stringify(answer))
  }
  const [, repository, kind, reference = ''] = ROUTE.exec(path) ?? []
  const base = path === '/v2/' || path === '/v2'
  if (!base && !repository) return refuse(response, 404, 'NAME_INVALID', `no such path: ${path}`)
  const refusal = tokens.refusal(request.headers.authorization, repository)
  if (refusal) return challenge(request, response, repository, refusal)
  if (!repository) return send(response, request, 'application/json', '{}')
  await options.prepare?.(repository)
  const layouts = options.images.map((folder) => join(folder, repository))
  const tags = await firstOf(layouts, readTags)
  // As Docker Hub, which does not tell what is private from what is not there.
  if (!tags) return challenge(request, response, repository, 'insufficient_scope')
  if (kind === 'blobs') return sendBlob(response, request, layouts, reference)
  if (kind === 'manifests') return sendManifest(response, request, layouts, reference)
  send(response, request, 'application/json', JSON.stringify({ name: repository, tags }))
}

/** Says where a token is to be had, and for what. */
function challenge(
  request: IncomingMessage,
  response: ServerResponse,
  repository: string | undefined,
  refusal: Refusal,
): void {
  const words = {
    realm: `https://${request.headers.host}${TOKEN_PATH}`,
    service: 'registry',
    ...(repository && { scope: `repository:${repository}:pull` }),
    ...(refusal !== 'none' && { error: refusal }),
  }
  const listed = Object.entries(words).map(([name, value]) => `${name}="${value}"`)
  response.setHeader('www-authenticate', `Bearer ${listed.join(',')}`)
  refuse(response, 401, 'UNAUTHORIZED', 'authentication required')
}

async function sendManifest(
  response: ServerResponse,
  request: IncomingMessage,
  layouts: string[],
  reference: string,
): Promise<void> {
  const manifest = await firstOf(layouts, (layout) => readManifest(layout, reference))
  if (!manifest) return refuse(response, 404, 'MANIFEST_UNKNOWN', `no manifest ${reference}`)
  response.setHeader('docker-content-digest', manifest.digest)
  send(response, request, manifest.mediaType, manifest.bytes)
}

async function sendBlob(
  response: ServerResponse,
  request: IncomingMessage,
  layouts: string[],
  digest: string,
): Promise<void> {
  const blob = await firstOf(layouts, (layout) => openBlob(layout, digest))
  if (!blob) return refuse(response, 404, 'BLOB_UNKNOWN', `no blob ${digest}`)
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': blob.size,
    'docker-content-digest': digest,
  })
  if (request.method === 'HEAD') response.end()
  else await pipeline(blob.stream(), response)
}

async function firstOf<T>(
  layouts: string[],
  read: (layout: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const layout of layouts) {
    const found = await read(layout)
    if (found !== undefined) return found
  }
  return undefined
}

function send(
  response: ServerResponse,
  request: IncomingMessage,
  type: string,
  body: string | Buffer,
): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ errors: [{ code, message }] }))
}
