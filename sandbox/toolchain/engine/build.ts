import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '../lock.ts'
import type { Engine } from './path.ts'

const MODULE = import.meta.dirname
const COMMAND = 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi'
const VERSION_SYMBOL = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version'

/** How to get a Go that is new enough; older ones fetch the one named in go.mod by themselves. */
export const GO_MISSING = [
  'No Pulumi engine was found, the vendor (get.pulumi.com) cannot be reached, and there is no',
  '`go` on PATH to build the engine with. Install either Pulumi 3.249 or later',
  '(https://www.pulumi.com/docs/iac/download-install/), or Go 1.21 or later:',
  '  Debian, Ubuntu  sudo apt-get install golang-go',
  '  Fedora          sudo dnf install golang',
  '  macOS           brew install go',
  'and run the command again.',
].join('\n')

/** The version that go.mod pins, without its `v`. */
export function pinnedVersion(): string {
  const pin = /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))
  if (!pin) throw new Error(`${MODULE}/go.mod names no version of the engine`)
  return pin[1]!
}

/** Where the built engine lies in the cache; another pin or platform has another path. */
export function builtEnginePath(cache: string): string {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(MODULE, file)))
  const key = `${pinnedVersion()}-${hash.digest('hex').slice(0, 12)}`
  return join(cache, 'engine', `${key}-${process.platform}-${process.arch}`, 'pulumi')
}

/**
 * The engine built from its published Go module, from the cache if it is there. Takes some three
 * minutes on two cores and 3 GB of disk meanwhile, of which the engine's 113 MB stay; everything
 * that Go keeps lies under the cache while it builds.
 */
export async function builtEngine(
  cache: string,
  env: NodeJS.ProcessEnv,
  progress: (message: string) => void,
): Promise<Engine> {
  const pulumi = builtEnginePath(cache)
  const version = pinnedVersion()
  if (existsSync(pulumi)) return { pulumi, version }
  const folder = join(cache, 'engine')
  mkdirSync(folder, { recursive: true })
  await withLock(join(folder, 'build.lock'), progress, async () => {
    if (existsSync(pulumi)) return
    await removeLeftovers(folder)
    progress(`building the Pulumi engine ${version} from its Go module, some minutes`)
    const work = mkdtempSync(join(folder, 'build-'))
    try {
      await goBuild(work, version, env)
      mkdirSync(join(pulumi, '..'), { recursive: true })
      renameSync(join(work, 'pulumi'), pulumi)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return { pulumi, version }
}

/** What a build that was killed left, some GB; nobody else builds while the lock is held. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('build-'))) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

function goBuild(work: string, version: string, env: NodeJS.ProcessEnv): Promise<void> {
  // Stripped: half the size, and nobody debugs it.
  const ldflags = `-s -w -X ${VERSION_SYMBOL}=v${version}`
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o']
  const config = env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config')
  const child = spawn('go', [...args, join(work, 'pulumi'), COMMAND], {
    cwd: MODULE,
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
      reject(error.code === 'ENOENT' ? new Error(GO_MISSING) : error),
    )
    child.once('close', (code, signal) => {
      if (code === 0) return resolve()
      const cause = signal ? `was ended by ${signal}` : 'failed'
      const lines = log.split('\n').filter((line) => line && !line.startsWith('go: downloading'))
      reject(new Error([`go build of the Pulumi engine ${version} ${cause}`, ...lines].join('\n')))
    })
  })
}
