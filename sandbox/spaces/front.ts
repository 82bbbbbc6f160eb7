import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { answerLifecycle, type Lifecycles } from './lifecycle.ts'
import { refuse } from './refusal.ts'
import { placeOf, type SpacesRegion } from './regions.ts'
import { missing } from './surface.ts'

export interface Upstream {
  /** The port of a region's gateway. */
  port(region: SpacesRegion): Promise<number>
  /** The region that has the bucket. */
  regionOf(bucket: string): string | undefined
  /** How many buckets the account has. */
  count(): number
  /** Called after a bucket was made or removed. */
  changed(region: SpacesRegion): Promise<void>
  /** Was this access key made so short a time ago that it is not known yet? */
  isNew(accessKey: string): boolean
  /** May this access key change settings of buckets? */
  isFull(accessKey: string): boolean
  lifecycles: Lifecycles
  log: (line: string) => void
}

/** Beyond S3's methods the gateway has its own administration. */
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS']
/** Of an account (https://docs.digitalocean.com/products/spaces/details/limits/). */
const MOST_BUCKETS = 100
/** Longer ones are no lifecycle configurations. */
const MAX_BODY = 64 * 1024

/**
 * Passes every request on to the gateway of the region that its host names, unchanged, as the
 * signature covers host and path.
 */
export function handle(upstream: Upstream): RequestListener {
  return async (incoming, outgoing) => {
    try {
      await pass(incoming, outgoing, upstream)
    } catch (error) {
      upstream.log(`spaces: ${incoming.method} ${incoming.url}: ${(error as Error).message}`)
      if (outgoing.headersSent) outgoing.destroy()
      else refuse(outgoing, 503, 'ServiceUnavailable', (error as Error).message)
    }
  }
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: Upstream,
): Promise<void> {
  const { method = 'GET', headers } = incoming
  const place = placeOf(headers.host ?? '')
  if (!place) return refuse(outgoing, 400, 'InvalidRequest', `no endpoint ${headers.host}`)
  const { region } = place
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?')
  const [first = '', ...rest] = path.slice(1).split('/')
  const bucket = place.bucket ?? decodeURIComponent(first)
  const onBucket = place.bucket ? path === '/' : rest.join('') === ''
  const parameters = new URLSearchParams(query)
  if (!METHODS.includes(method)) return refuse(outgoing, 405, 'MethodNotAllowed', `no ${method}`)
  // The sandbox keeps the grants of keys there; Spaces has no policies beside limited keys.
  if (onBucket && parameters.has('policy')) {
    return refuse(outgoing, 501, 'NotImplemented', 'the sandbox has no bucket policies')
  }
  const unknown = missing(parameters, onBucket)
  if (unknown !== undefined) {
    return refuse(outgoing, 501, 'NotImplemented', `Spaces has no ${unknown}`)
  }
  const accessKey = accessKeyOf(headers.authorization ?? '', parameters)
  if (upstream.isNew(accessKey)) {
    return refuse(outgoing, 403, 'InvalidAccessKeyId', 'the key is not known here yet')
  }
  const makes = onBucket && method === 'PUT' && query === '' && bucket !== ''
  const elsewhere = upstream.regionOf(bucket)
  if (makes && elsewhere !== undefined && elsewhere !== region) {
    return refuse(outgoing, 409, 'BucketAlreadyExists', 'a bucket has its name in all regions')
  }
  if (makes && elsewhere === undefined && upstream.count() >= MOST_BUCKETS) {
    return refuse(outgoing, 400, 'TooManyBuckets', `an account has ${MOST_BUCKETS} buckets`)
  }
  const lifecycle = onBucket && parameters.has('lifecycle')
  const body = lifecycle ? await bodyOf(incoming) : undefined
  const answer = await forward(incoming, body, await upstream.port(region))
  if (lifecycle && answer.statusCode === 501) {
    answer.resume()
    // The gateway has found the signature to be good.
    if (!upstream.isFull(accessKey)) return refuse(outgoing, 403, 'AccessDenied', 'Access Denied')
    return answerLifecycle(outgoing, method, bucket, body ?? '', upstream.lifecycles)
  }
  if (onBucket && answer.statusCode && answer.statusCode < 300) {
    if (method === 'DELETE' && query === '') await upstream.lifecycles.set(bucket, undefined)
    if (makes) await upstream.changed(region)
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  await pipeline(answer, outgoing)
}

/** Of a signed request, by its header or its query. */
const accessKeyOf = (authorization: string, parameters: URLSearchParams): string =>
  /Credential=([^/]+)\//.exec(authorization)?.[1] ??
  parameters.get('X-Amz-Credential')?.split('/')[0] ??
  ''

function forward(
  incoming: IncomingMessage,
  body: string | undefined,
  port: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const passed = request(
      {
        ...{ host: '127.0.0.1', port, agent: false },
        ...{ method: incoming.method, path: incoming.url, headers: incoming.headers },
      },
      resolve,
    )
    if (body !== undefined) return passed.end(body).once('error', reject)
    // S3 stores nothing of a body that broke off; the gateway takes a closed connection for its end, but not a reset one.
    incoming.once('error', (error) => {
      if (passed.socket) passed.socket.resetAndDestroy()
      else passed.destroy()
      reject(error)
    })
    incoming.pipe(passed).once('error', reject)
  })
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_BODY) throw new Error('the body is too long')
  }
  return text
}
