/** The registry asked by the library that Podman pulls with (containers/image). */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { vendorData } from '../../../sandbox/machine/vendor-data.ts'
import { type Registry, startRegistry } from '../../../sandbox/registry/index.ts'
import { layOut } from './oci-layout.ts'

jest.setTimeout(300_000)

const run = promisify(execFile)
const dir = mkdtempSync(join(tmpdir(), 'registry-client-'))
const client = join(dir, 'client')
const digests: Record<string, string> = {}
let registry: Registry

beforeAll(async () => {
  const authority = await openAuthority(dir)
  for (const name of ['tool', 'shop/app']) {
    digests[name] = (await layOut(join(dir, 'images', name), '1')).manifest
  }
  registry = await startRegistry({
    host: '127.0.0.1',
    port: 0,
    certificate: await authority.issue({ names: ['localhost'] }),
    images: [join(dir, 'images')],
    credentials: async () => ({ 'shop/app': { username: 'ci', password: 'secret' } }),
  })
  await run('go', ['build', '-tags', 'containers_image_openpgp', '-o', client, '.'], {
    cwd: join(__dirname, 'registry-client'),
  })
})
afterAll(async () => {
  await registry.close()
  rmSync(dir, { recursive: true })
})

/** Pulls; the answer is the manifest's digest. */
async function pull(name: string, { login = '', configuration = '' } = {}): Promise<string> {
  const place = `localhost:${registry.port}`
  const conf = join(dir, 'registries.conf.d')
  mkdirSync(conf, { recursive: true })
  writeFileSync(join(conf, 'test.conf'), configuration)
  const auth = Buffer.from(login).toString('base64')
  const logins = join(dir, 'auth.json')
  writeFileSync(logins, JSON.stringify({ auths: login ? { [place]: { auth } } : {} }))
  const env = { ...process.env, SSL_CERT_FILE: join(dir, 'ca/root.pem') }
  const { stdout } = await run(client, [conf, logins, name.replace('HERE', place)], { env })
  return stdout.trim()
}

test('what is public is pulled without a login', async () => {
  expect(await pull('HERE/tool:1')).toBe(digests.tool)
})

test("Docker Hub's official images come from the registry of a machine's surroundings", async () => {
  const hook = vendorData({ hosts: [], caCertificates: [], registry: 'HERE' })['cloud-init']
  const [, place = ''] = /^images '(.+)'$/m.exec(hook) ?? []
  const [, text = ''] = /<< CONF\n(.+?)\nCONF$/ms.exec(hook) ?? []
  const configuration = text.replaceAll('$1', place.replace('HERE', `localhost:${registry.port}`))
  expect(await pull('docker.io/library/tool:1', { configuration })).toBe(digests.tool)
  await expect(pull('docker.io/shop/app:1', { configuration })).rejects.toThrow(/docker\.io/)
  await expect(pull('docker.io/library/tool:1')).rejects.toThrow(/docker\.io/)
})

/** By this the release program tells that a login would help. */
const IMAGE = 'host/padlock-app/files/usr/lib/padlock/padlock_release/image.py'
const [, unauthorized = ''] =
  /^UNAUTHORIZED = r'(.+)'$/m.exec(readFileSync(join(__dirname, '../../..', IMAGE), 'utf8')) ?? []

test('what is private is pulled with the right one', async () => {
  expect(await pull('HERE/shop/app:1', { login: 'ci:secret' })).toBe(digests['shop/app'])
})

test.each([
  ['private', 'HERE/shop/app:1', '', 'requested access to the resource is denied'],
  ['not there', 'HERE/nothing:1', '', 'requested access to the resource is denied'],
  ['asked for with a wrong login', 'HERE/tool:1', 'ci:wrong', 'incorrect username or password'],
])('what is %s is refused in words that a release knows', async (_, name, login, words) => {
  const failure = await pull(name, { login }).catch((error: Error) => error.message)
  expect(failure).toContain(words)
  expect(unauthorized).not.toBe('')
  expect(failure).toMatch(new RegExp(unauthorized, 'i'))
})
