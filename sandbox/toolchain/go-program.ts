/** Programs that are built on this computer from a published Go module, once for each pin. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '../lock.ts'

export interface GoProgram {
  /** What it is, in a sentence: `the Pulumi engine`. */
  what: string
  /** The folder of the go.mod and go.sum that pin it. */
  module: string
  /** The module whose version names the build. */
  pinned: string
  /** The package of the command. */
  command: string
  /** The program's file name. */
  program: string
  /** Its folder in the cache. */
  folder: string
  /** For the linker, beside `-s -w`. */
  ldflags?(version: string): string
  /** What to tell who has no `go`. */
  missing: string
}

/** The version that go.mod pins, without its `v`. */
export function pinnedVersion({ module, pinned, what }: GoProgram): string {
  const words = readFileSync(join(module, 'go.mod'), 'utf8').split(/\s+/)
  const version = words[words.indexOf(pinned) + 1]
  if (!version?.startsWith('v')) throw new Error(`${module}/go.mod names no version of ${what}`)
  return version.slice(1)
}

/** Where the built program lies in the cache; another pin or platform has another path. */
export function builtPath(cache: string, go: GoProgram): string {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(go.module, file)))
  const key = `${pinnedVersion(go)}-${hash.digest('hex').slice(0, 12)}`
  return join(cache, go.folder, `${key}-${process.platform}-${process.arch}`, go.program)
}

/**
 * The program's path; built if the cache has none, which takes minutes and some GB of disk meanwhile.
 * Everything that Go keeps lies under the cache while it builds.
 */
export async function ensureBuilt(
  cache: string,
  go: GoProgram,
  env: NodeJS.ProcessEnv,
  progress: (message: string) => void,
): Promise<string> {
  const built = builtPath(cache, go)
  if (existsSync(built)) return built
  const folder = join(cache, go.folder)
  mkdirSync(folder, { recursive: true })
  await withLock(join(folder, 'build.lock'), progress, async () => {
    if (existsSync(built)) return
    await removeLeftovers(folder)
    progress(`building ${go.what} ${pinnedVersion(go)} from its Go module, some minutes`)
    const work = mkdtempSync(join(folder, 'build-'))
    try {
      await build(work, go, env)
      mkdirSync(join(built, '..'), { recursive: true })
      renameSync(join(work, go.program), built)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return built
}

/** What a build that was killed left, some GB; nobody else builds while the lock is held. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('build-'))) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

function build(work: string, go: GoProgram, env: NodeJS.ProcessEnv): Promise<void> {
  const version = pinnedVersion(go)
  // Stripped: half the size, and nobody debugs it.
  const ldflags = ['-s -w', go.ldflags?.(version)].filter(Boolean).join(' ')
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o']
  const config = env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config')
  const child = spawn('go', [...args, join(work, go.program), go.command], {
    cwd: go.module,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...env,
      // The user's own settings of Go, such as a module proxy, still count; …
      GOENV: env.GOENV ?? join(config, 'go', 'env'),
      // … but what Go writes, its telemetry included, stays below the cache.
      XDG_CONFIG_HOME: join(work, 'config'),
      GOPATH: join(work, 'go'),
      GOMODCACHE: join(work, 'go', 'pkg', 'mod'),
      GOCACHE: join(work, 'cache'),
      GOTMPDIR: work,
      GOFLAGS: '-modcacherw -mod=readonly',
      GOTOOLCHAIN: env.GOTOOLCHAIN ?? 'auto',
      GOWORK: 'off',
      CGO_ENABLED: '0',
    },
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(go.missing) : error),
    )
    child.once('close', (code, signal) => {
      if (code === 0) return resolve()
      const cause = signal ? `was ended by ${signal}` : 'failed'
      const lines = log.split('\n').filter((line) => line && !line.startsWith('go: downloading'))
      reject(new Error([`go build of ${go.what} ${version} ${cause}`, ...lines].join('\n')))
    })
  })
}
