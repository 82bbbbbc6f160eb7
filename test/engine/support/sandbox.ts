import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import {
  type Control,
  type Credentials,
  openControl,
  readCredentials,
  type SandboxFile,
} from '../../../sandbox/control.ts'
import { deploymentEnvironment } from '../../../sandbox/deployment/variables.ts'
import { ensureToolchain } from '../../../sandbox/toolchain/index.ts'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'

export const root = join(import.meta.dirname, '..', '..', '..')
export const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')
/** Node's compile cache: one for all tests, each of which has a PULUMI_HOME of its own. */
export const compiled = join(cache, 'compiled')

// biome-ignore lint/suspicious/noExplicitAny: the tests read into answers of all shapes
export type Json = any

/** What a host of the tests can be made to fail at. */
export type HostCommand = (typeof HOST_COMMANDS)[number]
const HOST_COMMANDS = [
  'host-key',
  'ready',
  'install',
  'release',
  'releases',
  'certificates',
  'edge',
  'managed',
  'backup-end',
  'site',
  'volume-mount',
  'volume-unmount',
] as const

/** Two accounts on this computer, whose droplets are hosts of the tests' own. */
export interface Sandbox {
  dir: string
  file: SandboxFile
  credentials: Credentials
  control: Control
  /** Everything in both accounts, `kind name`, sorted; names made unique by seven digits end in `*`. */
  things(): Promise<string[]>
  /** Requests that changed something, as `METHOD /path`, since the last time. */
  writes(): Promise<string[]>
  /** A request to the DigitalOcean API, `/v2` left out. */
  digitalocean(method: string, path: string, body?: unknown): Promise<Json>
  /** A request to the Management API, `/api/v2` left out. */
  auth0(method: string, path: string, body?: unknown): Promise<Json>
  /** A request to the tenant by anybody, without a token; the answer's body, HTML as text. */
  tenant(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>
  /** Grants the management application these scopes alone; the answer grants the former again. */
  narrowScopes(scope: string[]): Promise<() => Promise<void>>
  /** The account's droplets, oldest first. */
  droplets(): Promise<Json[]>
  /** Makes a command of the hosts fail with this text on stderr, until `mend`. */
  fail(command: HostCommand, words: string): void
  /** Keeps a command of the hosts from coming to its end, until `mend`. */
  hold(command: HostCommand): void
  /** Resolves once a held command has been called. */
  reached(command: HostCommand): Promise<void>
  mend(): void
  /** What was run on a droplet over ssh, in order. */
  commands(dropletId: number): string[]
  /** How many certificates hosts have ordered from the authority. */
  ordered(): number
  /** What systemd was told of workers and jobs so far: host, verb, unit, and whether they run there. */
  processes(): string[]
  /** What hosts did with the volume so far, as `DROPLET mount`, and releases where it is mounted. */
  volumes(): string[]
  /** A file in the home of a host's admin. */
  hostFile(dropletId: number, path: string): string
  stop(): Promise<void>
}

/**
 * Starts a sandbox of the test's own, in a folder that goes with it.
 * @param ports flags that say where it listens; default: free ports
 * @param seed fills the folder before the start
 * @param machines what its droplets are; default: hosts of the tests' own
 */
export async function startSandbox(
  ports = ['--ports', 'auto'],
  seed: (dir: string) => Promise<void> = async () => {},
  machines = join(root, 'test/support/host/machines.ts'),
): Promise<Sandbox> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'padlock-engine-')))
  await seed(dir)
  const child = spawn(
    nodeExecutable(),
    ['sandbox/main.ts', '--dir', dir, '--cache', cache, ...ports, '--machines', machines],
    {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const exited = once(child, 'exit')
  const log = text(child.stderr)
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(async () => {
      throw new Error(`the sandbox does not start:\n${await log}`)
    }),
  ])
  const file: SandboxFile = JSON.parse(line)
  let stopping = false
  void exited.then(async ([code, signal]) => {
    // A test may have stopped it by a verb.
    if (stopping || code === 0) return
    console.error(`the sandbox ended by itself (${code ?? signal}):\n${(await log).slice(-4000)}`)
  })
  const credentials = (await readCredentials(dir)) as Credentials
  const control = openControl(dir)
  const trouble = (name: string) => join(dir, 'machines', 'trouble', name)
  let before: Record<string, number> = {}
  let managementToken: string | undefined

  const sandbox: Sandbox = {
    dir,
    file,
    credentials,
    control,
    async things() {
      const { inventory } = await control.status()
      return [...inventory.digitalocean, ...inventory.auth0]
        .map(({ kind, name }) => `${kind} ${name.replace(/-[0-9a-f]{7}$/, '-*')}`)
        .sort()
    },
    async writes() {
      const { calls } = await control.status()
      const now = { ...calls.digitalocean, ...calls.auth0 }
      const made = Object.keys(now).filter((key) => now[key] !== before[key])
      before = now
      return made.filter((key) => !/^GET |\/oauth\/token$/.test(key)).sort()
    },
    async digitalocean(method, path, body) {
      const { token } = credentials.digitalocean
      const response = await fetch(`${file.digitalocean.url}/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return parsed(response.status, await response.text(), `${method} ${path}`)
    },
    async auth0(method, path, body) {
      const ask = async (method: string, path: string, body: unknown, token?: string) => {
        const answer = await secureRequest(file, method, path, body, token)
        return parsed(answer.status, answer.text, `${method} ${path}`)
      }
      if (!managementToken) {
        const { clientId, clientSecret } = credentials.auth0
        const answer = await ask('POST', '/oauth/token', {
          grant_type: 'client_credentials',
          audience: `https://${file.auth0.domain}/api/v2/`,
          client_id: clientId,
          client_secret: clientSecret,
        })
        managementToken = answer.access_token
      }
      return ask(method, `/api/v2${path}`, body, managementToken)
    },
    async tenant(method, path, body) {
      const { status, text } = await secureRequest(file, method, path, body)
      return { status, body: text.startsWith('{') ? JSON.parse(text) : text }
    },
    async narrowScopes(scope) {
      const grants = await sandbox.auth0('GET', '/client-grants')
      const grant = grants.find((one: Json) => one.client_id === credentials.auth0.clientId)
      const set = (scope: string[]) =>
        sandbox.auth0('PATCH', `/client-grants/${grant.id}`, { scope })
      await set(scope)
      return () => set(grant.scope)
    },
    async droplets() {
      const { droplets } = await sandbox.digitalocean('GET', '/droplets')
      return droplets.sort((a: Json, b: Json) => a.id - b.id)
    },
    fail: (command, words) => writeFileSync(trouble(command), `${words}\n`),
    hold(command) {
      rmSync(trouble(`${command}.reached`), { force: true })
      writeFileSync(trouble(`${command}.hold`), '')
    },
    async reached(command) {
      const deadline = Date.now() + 240_000
      while (!existsSync(trouble(`${command}.reached`))) {
        if (Date.now() > deadline)
          throw new Error(`no host was asked for ${command} in four minutes`)
        await new Promise((done) => setTimeout(done, 50))
      }
    },
    mend() {
      for (const command of HOST_COMMANDS) {
        rmSync(trouble(command), { force: true })
        rmSync(trouble(`${command}.hold`), { force: true })
      }
    },
    commands(dropletId) {
      const path = join(dir, 'machines', String(dropletId), 'commands')
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
    },
    ordered() {
      const path = trouble('certificates.ordered')
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0
    },
    processes() {
      const path = trouble('processes.told')
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
    },
    volumes() {
      const path = trouble('volume.told')
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
    },
    hostFile: (id, path) =>
      readFileSync(join(dir, 'machines', String(id), 'home/admin', path), 'utf8'),
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await sandbox.writes()
  return sandbox
}

/** The variables with which the engine and the operators' verbs work on a sandbox. */
export async function environmentOf({ dir }: Sandbox): Promise<Record<string, string>> {
  const home = join(dir, 'pulumi')
  const { env } = await ensureToolchain({ home, cache, progress: () => {} })
  return deploymentEnvironment(dir, env)
}

/** A request to the tenant, whose certificate hangs under the sandbox's root. */
function secureRequest(
  file: SandboxFile,
  method: string,
  path: string,
  body: unknown,
  token?: string,
): Promise<{ status: number; text: string }> {
  const form = body instanceof URLSearchParams
  return new Promise((resolve, reject) => {
    const request = https.request(
      `https://${file.auth0.domain}${path}`,
      {
        method,
        agent: false,
        ca: readFileSync(file.ca),
        headers: {
          'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
        },
      },
      (response) =>
        text(response).then(
          (said) => resolve({ status: response.statusCode ?? 0, text: said }),
          reject,
        ),
    )
    request.on('error', reject)
    if (body === undefined) request.end()
    else request.end(form ? body.toString() : JSON.stringify(body))
  })
}

function parsed(status: number, body: string, what: string): Json {
  if (status >= 400) throw new Error(`${what}: ${status} ${body}`)
  return body === '' ? undefined : JSON.parse(body)
}

/** What a command on a host is called, without its arguments: `install`, `site stage`. */
export function hostCommand(command: string): string | undefined {
  const [found, ours] =
    /padlock\/(host-key|ready|install|release|certificates \w+|site \w+)|authorized_keys/.exec(
      command,
    ) ?? []
  return ours ?? found
}
