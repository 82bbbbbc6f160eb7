import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { sentFiles } from '../../../components/release/files.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { readContainerfile } from './containerfile.ts'

const root = join(__dirname, '../../..')
export const EXAMPLES = join(root, 'examples')

export interface Example {
  name: string
  /** What its Containerfile runs, by the toolchain of this computer, in the folder; PORT is set. */
  build: string[][]
  /** Folder in it that the program starts in, `.` if absent. */
  directory?: string
  /** What a stack's `appEnv` and `appSecrets` would be. */
  env?: Record<string, string>
  /** What its page says; `NAME at https://HOST` if absent. */
  page?: string
  /** Statuses of an answer to whoever does not ask as the proxy does. */
  rejects?: { otherHost: number; plainHttp: number }
  /** Words of the Containerfile's command that are others on this computer. */
  replace?: Record<string, string[]>
}

interface Answer {
  status: number
  location?: string
  body: string
}

interface RunningApp {
  /** On loopback. */
  port: number
  /** As the proxy asks, unless other headers are given. */
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** SIGTERM, and the seconds until the end. */
  stop(): Promise<number>
}

/** The host name that visitors use. */
export const HOST = 'shop.example.com'

/** As Caddy asks an app. */
const PROXIED = { Host: HOST, 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': HOST }

const SECONDS_TO_READY = 90
/** As long as the host waits before it kills a container. */
const STOP_SECONDS = 30

/**
 * What is sent of an example, built in a folder of its own and started by its Containerfile's own
 * command; the folder cannot be written to any more, as in a container with a read-only root.
 */
export async function startExample(example: Example, place: string): Promise<RunningApp> {
  const source = join(EXAMPLES, example.name)
  const folder = join(place, example.name)
  lay(source, folder)
  const path = `${folder}/.venv/bin:${join(root, 'node_modules/.bin')}:${process.env.PATH}`
  const port = await freePort()
  for (const [program = '', ...args] of example.build) {
    const env = { ...process.env, PATH: path, PORT: String(port) }
    await promisify(execFile)(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 })
  }
  const { start, env } = readContainerfile(source)
  const output = openSync(join(place, 'output'), 'a')
  const command = start.flatMap((word) => example.replace?.[word] ?? word)
  const child = spawn(
    'unshare',
    [...namespace(), 'sh', '-c', READ_ONLY, folder, example.directory ?? '.', ...command],
    {
      cwd: folder,
      env: { PATH: path, HOME: '/tmp', ...env, ...example.env, PORT: String(port) },
      // A file, as nginx opens /dev/stdout anew, which a socket does not let it.
      stdio: ['ignore', output, output],
    },
  )
  closeSync(output)
  return ready(child, port, place)
}

/** What is asked of each: readiness, its page, and an end in time. */
export async function bringUp(example: Example): Promise<void> {
  // Outside of node_modules, whose files builds such as Next.js's treat in another way.
  const place = mkdtempSync(join(tmpdir(), 'padlock-example-'))
  chmodSync(place, 0o755)
  try {
    await judge(example, await startExample(example, place))
  } finally {
    rmSync(place, { recursive: true })
  }
}

async function judge(example: Example, app: RunningApp): Promise<void> {
  let seconds = 0
  const [home, other, plain] = await Promise.all([
    app.get('/'),
    app.get('/healthz', { Host: 'localhost', 'X-Forwarded-Proto': 'https' }),
    app.get('/healthz', { Host: HOST }),
  ]).finally(async () => {
    seconds = await app.stop()
  })
  expect(home).toMatchObject({ status: 200 })
  expect(home.body).toContain(example.page ?? `${example.name} at https://${HOST}`)
  if (example.rejects) {
    const { otherHost, plainHttp } = example.rejects
    expect([other.status, plain.status]).toEqual([otherHost, plainHttp])
    expect(plain.location).toBe(`https://${HOST}/healthz`)
  }
  expect(seconds).toBeLessThan(STOP_SECONDS)
}

const READ_ONLY =
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0/$1" && shift && exec "$@"'

/** Without root's rights a mount needs a user namespace (user_namespaces(7)). */
const namespace = () =>
  process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user', '--map-auto']

function lay(source: string, folder: string): void {
  for (const { path, link } of sentFiles(source)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if (link === undefined) copyFileSync(join(source, path), join(folder, path))
    else symlinkSync(link, join(folder, path))
  }
}

async function ready(child: ChildProcess, port: number, place: string): Promise<RunningApp> {
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const get = (path: string, headers: Record<string, string> = PROXIED) => ask(port, path, headers)
  const deadline = Date.now() + SECONDS_TO_READY * 1000
  for (;;) {
    const answer = await get('/healthz').catch((error: Error) => ({
      status: 0,
      body: error.message,
    }))
    if (answer.status >= 200 && answer.status < 300) break
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(
        `not ready: ${answer.status} ${answer.body}\n${readFileSync(join(place, 'output'), 'utf8')}`,
      )
    }
    await new Promise((done) => setTimeout(done, 250))
  }
  return {
    port,
    get,
    async stop() {
      const begun = Date.now()
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000)
      child.kill('SIGTERM')
      await ended
      clearTimeout(late)
      return (Date.now() - begun) / 1000
    },
  }
}

function ask(port: number, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false, timeout: 30_000 }
    request(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => (body += text))
      const { statusCode: status = 0 } = response
      response.on('end', () => done({ status, location: response.headers.location, body }))
    })
      .on('error', fail)
      .end()
  })
}
