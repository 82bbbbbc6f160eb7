/**
 * Apps of others on a machine: built from their own Containerfiles, on images that the sandbox's
 * registry has in Docker Hub's place, and asked through Caddy.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'

const HOST = 'dev.padlock.localhost'
/** What examples/README.md says of all of them. */
const SETTINGS = { login: 'none', public: true, allowedEmails: [], readyPath: '/healthz' }
/** Of their Containerfiles, in the order of their use. */
const IMAGES = [
  ['node', '24-slim'],
  ['python', '3.13-slim'],
  ['golang', '1.26'],
]

jest.setTimeout(25 * 60_000)

let sandbox: Sandbox
let stack: Stack
let images: Promise<void>

beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  stack = await openStack(sandbox, 'apps')
  images = makeImages()
})

afterAll(() => sandbox?.stop())

/** An answer over HTTPS under a name's own certificate. */
function get(
  host: string,
  path = '/',
  headers: Record<string, string> = {},
): Promise<{ status?: number; body: string }> {
  return new Promise((done, fail) => {
    const [servername, port] = host.split(':')
    const options = {
      ...{ host: '127.0.0.1', port, servername, path, headers: { ...headers, host } },
      ...{ ca: readFileSync(sandbox.file.ca), agent: false as const },
    }
    const asked = request(options, (response) =>
      text(response).then((body) => done({ status: response.statusCode, body }), fail),
    )
    asked.on('error', fail).end()
  })
}

/** Has the registry make its images one after the other, while the machine boots. */
async function makeImages(): Promise<void> {
  const { host } = sandbox.file.registry
  for (const [name, tag] of IMAGES) {
    const { token } = JSON.parse((await get(host, `/token?scope=repository:${name}:pull`)).body)
    const authorization = `Bearer ${token}`
    const { status, body } = await get(host, `/v2/${name}/manifests/${tag}`, { authorization })
    if (status !== 200) throw new Error(`${name}:${tag}: ${status} ${body}`)
  }
}

const DJANGO = { DJANGO_ALLOWED_HOSTS: HOST, DJANGO_SECRET_KEY: 'only in this test' }

test.each<[string, number, Record<string, string>?]>([
  ['express', 3000],
  ['fastapi', 8000],
  ['django', 8000, DJANGO],
  ['go', 8080],
])('%s comes up from its own Containerfile', async (name, appPort, appEnv = {}) => {
  const before = await droplets()
  const began = Date.now()
  stack.set({ ...SETTINGS, appSource: `examples/${name}`, appPort, appEnv })
  await Promise.all([stack.up(), images])
  console.log(`${name}: up after ${Math.round((Date.now() - began) / 1000)} s`)
  const answer = await get(`${HOST}:${sandbox.file.ports.https}`)
  expect(answer).toEqual({
    status: 200,
    body: expect.stringContaining(`${name} at https://${HOST}`),
  })
  const after = await droplets()
  expect(after).toHaveLength(1)
  if (before.length > 0) expect(after).toEqual(before)
})

const droplets = async () => (await sandbox.droplets()).map(({ id }) => id)
