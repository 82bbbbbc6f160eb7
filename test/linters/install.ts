import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../../sandbox/lock.ts'

const HERE = import.meta.dirname
const run = promisify(execFile)

export interface Linters {
  actionlint: string
  zizmor: string
  ruff: string
}

/**
 * The pinned linters of workflows and of Python, from the cache or built and installed into it: some 20 s and
 * 40 MB. What they are made of is held against the checksums beside this file.
 */
export async function ensureLinters(
  cache: string,
  progress: (message: string) => void,
): Promise<Linters> {
  const folder = join(cache, 'linters')
  mkdirSync(folder, { recursive: true })
  return withLock(join(folder, 'install.lock'), progress, async () => {
    const built = await once(folder, 'actionlint', 'go.sum', progress, buildGo)
    const wheels = await once(folder, 'wheels', 'requirements.txt', progress, installWheels)
    const [zizmor, ruff] = ['zizmor', 'ruff'].map((name) => join(wheels, 'bin', name)) as [
      string,
      string,
    ]
    return { actionlint: join(built, 'actionlint'), zizmor, ruff }
  })
}

/** A folder whose name changes with the pins; there only when it is complete. */
async function once(
  folder: string,
  name: string,
  pins: string,
  progress: (message: string) => void,
  make: (into: string) => Promise<void>,
): Promise<string> {
  const digest = createHash('sha256')
    .update(readFileSync(join(HERE, pins)))
    .digest('hex')
  const key = [name, digest.slice(0, 12), process.platform, process.arch].join('-')
  const done = join(folder, key)
  if (existsSync(done)) return done
  progress(`installing ${name}`)
  const work = `${done}.part`
  await rm(work, { recursive: true, force: true })
  await make(work)
  await rename(work, done)
  return done
}

async function buildGo(into: string): Promise<void> {
  mkdirSync(into, { recursive: true })
  const command = 'github.com/rhysd/actionlint/cmd/actionlint'
  const scratch = `${into}.build`
  const env = {
    ...process.env,
    // What Go keeps goes with the build; its module proxy and checksums are the user's own.
    GOPATH: scratch,
    GOMODCACHE: join(scratch, 'mod'),
    GOCACHE: join(scratch, 'cache'),
    GOFLAGS: '-modcacherw -mod=readonly',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  }
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', into, command]
  await run('go', args, { cwd: HERE, env })
  await rm(scratch, { recursive: true, force: true })
}

async function installWheels(into: string): Promise<void> {
  await run('python3', ['-m', 'venv', into])
  const pip = [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
  ]
  const pins = ['--require-hashes', '-r', join(HERE, 'requirements.txt')]
  await run(join(into, 'bin', 'python'), [...pip, ...pins])
}
