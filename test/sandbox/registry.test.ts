import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { type Authority, openAuthority } from '../../sandbox/ca/index.ts'
import { type Registry, startRegistry } from '../../sandbox/registry/index.ts'
import { digestOf, MEDIA, REF_NAME } from '../../sandbox/registry/layout.ts'

let dir: string
let authority: Authority
let registry: Registry
let manifestDigest: string
let layerDigest: string
let prepare: (repository: string) => Promise<void> = async () => {}

/** An OCI image layout with one manifest, as skopeo or podman would lay it. */
async function layOut(folder: string, tag: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (content: string) => {
    const digest = digestOf(content)
    await writeFile(join(blobs, digest.slice('sha256:'.length)), content)
    return { digest, size: content.length }
  }
  const config = {
    mediaType: MEDIA.config,
    ...(await put('{"architecture":"amd64","os":"linux"}')),
  }
  const layer = { mediaType: MEDIA.layer, ...(await put('layer')) }
  const manifest = { schemaVersion: 2, config, layers: [layer] }
  const described = { mediaType: MEDIA.manifest, ...(await put(JSON.stringify(manifest))) }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...described, annotations: { [REF_NAME]: tag } }],
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  manifestDigest = described.digest
  layerDigest = layer.digest
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'registry-'))
  authority = await openAuthority(dir)
  await layOut(join(dir, 'images', 'tool'), '1')
  await layOut(join(dir, 'images', 'shop', 'app'), '1')
  registry = await startRegistry({
    host: '127.0.0.1',
    port: 0,
    certificate: await authority.issue({ names: ['localhost'] }),
    images: [join(dir, 'none'), join(dir, 'images')],
    credentials: async () => ({ 'shop/app': { username: 'ci', password: 'secret' } }),
    prepare: (repository) => prepare(repository),
  })
})
afterAll(async () => {
  await registry.close()
  await rm(dir, { recursive: true })
})

function ask(path: string, method = 'GET', auth?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: 'localhost', port: registry.port }
    const all = { ...options, path, method, auth, ca: authority.rootPem, agent: false as const }
    request(all, resolve).once('error', reject).end()
  })
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
  ['/v2/nothing/tags/list', 'NAME_UNKNOWN'],
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

test('wants credentials for a repository that has some, and for no other', async () => {
  const path = '/v2/shop/app/manifests/1'
  const refused = await ask(path)
  expect(refused.statusCode).toBe(401)
  expect(refused.headers['www-authenticate']).toBe('Basic realm="registry"')
  expect((await ask(path, 'GET', 'ci:wrong')).statusCode).toBe(401)
  expect((await ask(path, 'GET', 'ci:secret')).statusCode).toBe(200)
  // Clients ask here first whether to log in, and how.
  expect((await ask('/v2/')).statusCode).toBe(401)
  expect((await ask('/v2/', 'GET', 'ci:secret')).statusCode).toBe(200)
  expect((await ask('/v2/tool/manifests/1', 'GET', 'any:body')).statusCode).toBe(200)
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
