import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import { type Registry, startRegistry } from '../../../sandbox/registry/index.ts'
import { digestOf, MEDIA } from '../../../sandbox/registry/layout.ts'
import { layOut } from './oci-layout.ts'

let dir: string
let authority: Authority
let registry: Registry
let manifestDigest: string
let layerDigest: string
/** Added to the registry's time, milliseconds. */
let later = 0
let prepare: (repository: string) => Promise<void> = async () => {}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'registry-'))
  authority = await openAuthority(dir)
  const { manifest, layer } = await layOut(join(dir, 'images', 'tool'), '1')
  manifestDigest = manifest
  layerDigest = layer
  await layOut(join(dir, 'images', 'shop', 'app'), '1')
  registry = await startRegistry({
    host: '127.0.0.1',
    port: 0,
    certificate: await authority.issue({ names: ['localhost'] }),
    images: [join(dir, 'none'), join(dir, 'images')],
    credentials: async () => ({ 'shop/app': { username: 'ci', password: 'secret' } }),
    now: () => Date.now() + later,
    prepare: (repository) => prepare(repository),
  })
})
afterAll(async () => {
  await registry.close()
  await rm(dir, { recursive: true })
})

type Headers = Record<string, string>

/** A request as it stands, without a token. */
function plain(path: string, headers: Headers = {}, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: 'localhost', port: registry.port }
    const all = { ...options, path, method, headers, ca: authority.rootPem, agent: false as const }
    request(all, resolve).once('error', reject).end()
  })
}

const basic = (login: string) => ({
  authorization: `Basic ${Buffer.from(login).toString('base64')}`,
})

/** The headers that a token for these scopes makes, of the anonymous or of a login. */
async function tokenFor(scope: string, login?: string): Promise<Headers> {
  const query = new URLSearchParams({ service: 'registry', scope })
  const answer = await plain(`/token?${query}`, login ? basic(login) : {})
  expect(answer.statusCode).toBe(200)
  const { token } = (await json(answer)) as { token: string }
  return { authorization: `Bearer ${token}` }
}

/** A request of the anonymous, by a token for what it asks. */
async function ask(path: string, method = 'GET'): Promise<IncomingMessage> {
  const [, name] = /^\/v2\/(.+)\/(manifests|blobs|tags)/.exec(path) ?? []
  return plain(path, await tokenFor(`repository:${name}:pull`), method)
}

test('gives a manifest by tag and by digest, with its type and digest', async () => {
  const byTag = await ask('/v2/tool/manifests/1')
  expect(byTag.statusCode).toBe(200)
  expect(byTag.headers['content-type']).toBe(MEDIA.manifest)
  expect(byTag.headers['docker-content-digest']).toBe(manifestDigest)
  const manifest = await text(byTag)
  expect(digestOf(manifest)).toBe(manifestDigest)
  expect(await text(await ask(`/v2/tool/manifests/${manifestDigest}`))).toBe(manifest)
})

test('gives blobs, and to HEAD their length alone', async () => {
  expect(await text(await ask(`/v2/tool/blobs/${layerDigest}`))).toBe('layer')
  const head = await ask(`/v2/tool/blobs/${layerDigest}`, 'HEAD')
  expect([head.statusCode, head.headers['content-length']]).toEqual([200, '5'])
  expect(await text(head)).toBe('')
  const manifest = await ask('/v2/tool/manifests/1', 'HEAD')
  expect(manifest.headers['docker-content-digest']).toBe(manifestDigest)
})

test('lists tags', async () => {
  expect(await json(await ask('/v2/tool/tags/list'))).toEqual({ name: 'tool', tags: ['1'] })
})

test.each([
  ['/v2/tool/manifests/2', 'MANIFEST_UNKNOWN'],
  [`/v2/tool/manifests/sha256:${'0'.repeat(64)}`, 'MANIFEST_UNKNOWN'],
  [`/v2/tool/blobs/sha256:${'0'.repeat(64)}`, 'BLOB_UNKNOWN'],
  ['/v2/tool/blobs/sha256:..%2f..%2findex.json', 'NAME_INVALID'],
  ['/v2/../tool/manifests/1', 'NAME_INVALID'],
  ['/v2/TOOL/manifests/1', 'NAME_INVALID'],
])('%s is an error in the form of the specification: %s', async (path, code) => {
  const answer = await ask(path)
  expect(answer.statusCode).toBe(404)
  expect(await json(answer)).toEqual({ errors: [{ code, message: expect.any(String) }] })
})

test('takes nothing', async () => {
  expect((await ask('/v2/tool/blobs/uploads/', 'POST')).statusCode).toBe(405)
})

describe('tokens', () => {
  const PRIVATE = '/v2/shop/app/manifests/1'
  const SCOPE = 'repository:shop/app:pull'
  const challengeOf = async (path: string, headers?: Headers) => {
    const { statusCode, headers: said } = await plain(path, headers)
    return [statusCode, said['www-authenticate']]
  }
  const words = (more = '') =>
    `Bearer realm="https://localhost:${registry.port}/token",service="registry"${more}`
  const named = { host: '' }
  beforeAll(() => {
    named.host = `localhost:${registry.port}`
  })

  test('without one the answer says where it is to be had, and for what', async () => {
    expect(await challengeOf('/v2/', named)).toEqual([401, words()])
    const scope = ',scope="repository:tool:pull"'
    expect(await challengeOf('/v2/tool/manifests/1', named)).toEqual([401, words(scope)])
    expect((await plain('/v2/', await tokenFor(''))).statusCode).toBe(200)
  })

  test('are answered as the specification has it', async () => {
    const answer = await json(await plain('/token?service=registry&scope=repository:tool:pull'))
    const { token } = answer as { token: string }
    expect(answer).toEqual({
      ...{ token, access_token: token, expires_in: 300, issued_at: expect.any(String) },
    })
  })

  test('that a login asks for open what is private, and no others do', async () => {
    expect((await plain(PRIVATE, await tokenFor(SCOPE, 'ci:secret'))).statusCode).toBe(200)
    const wrong = ',scope="repository:shop/app:pull",error="insufficient_scope"'
    const anonymous = { ...named, ...(await tokenFor(SCOPE)) }
    expect(await challengeOf(PRIVATE, anonymous)).toEqual([401, words(wrong)])
    const others = { ...named, ...(await tokenFor('repository:tool:pull', 'ci:secret')) }
    expect(await challengeOf(PRIVATE, others)).toEqual([401, words(wrong)])
    const push = { ...named, ...(await tokenFor('repository:shop/app:push', 'ci:secret')) }
    expect(await challengeOf(PRIVATE, push)).toEqual([401, words(wrong)])
  })

  test('may be for several repositories', async () => {
    const headers = await tokenFor(`${SCOPE} repository:tool:pull`, 'ci:secret')
    expect((await plain(PRIVATE, headers)).statusCode).toBe(200)
    expect((await plain('/v2/tool/manifests/1', headers)).statusCode).toBe(200)
  })

  test('are for no wrong login, not even to what is public', async () => {
    const asked = await plain('/token?scope=repository:tool:pull', basic('ci:wrong'))
    expect(asked.statusCode).toBe(401)
    expect(await text(asked)).toContain('incorrect username or password')
  })

  test('take the place of a login, which opens nothing itself', async () => {
    const scope = ',scope="repository:shop/app:pull"'
    const headers = { ...named, ...basic('ci:secret') }
    expect(await challengeOf(PRIVATE, headers)).toEqual([401, words(scope)])
  })

  test('expire, and made-up ones open nothing', async () => {
    const headers = { ...named, ...(await tokenFor(SCOPE, 'ci:secret')) }
    const wrong = ',scope="repository:shop/app:pull",error="invalid_token"'
    later = 299_000
    expect((await plain(PRIVATE, headers)).statusCode).toBe(200)
    later = 301_000
    expect(await challengeOf(PRIVATE, headers)).toEqual([401, words(wrong)])
    later = 0
    const made = { ...named, authorization: 'Bearer made-up' }
    expect(await challengeOf(PRIVATE, made)).toEqual([401, words(wrong)])
  })

  test('do not tell what is private from what is not there', async () => {
    const [status, said] = await challengeOf(
      '/v2/nothing/tags/list',
      await tokenFor('repository:nothing:pull'),
    )
    expect(status).toBe(401)
    expect(said).toContain('error="insufficient_scope"')
  })
})

test('lays an image that is made on demand, and says why it could not', async () => {
  prepare = async (repository) => {
    if (repository === 'made') await layOut(join(dir, 'images', 'made'), 'now')
    if (repository === 'failed') throw new Error('no network')
  }
  expect((await ask('/v2/made/manifests/now')).statusCode).toBe(200)
  const failed = await ask('/v2/failed/manifests/now')
  expect(failed.statusCode).toBe(503)
  expect(await text(failed)).toContain('no network')
})
