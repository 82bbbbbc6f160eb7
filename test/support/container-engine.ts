import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../../sandbox/lock.ts'
import { ensureImage } from '../../sandbox/registry/images/debian.ts'
import type { OwnImage } from '../../sandbox/registry/images/image.ts'

const PINS = join(import.meta.dirname, 'podman-compose.txt')
/** What the computer itself trusts, which a build needs behind a proxy of its own. */
const TRUST = '/etc/ssl/certs/ca-certificates.crt'
const run = promisify(execFile)

/** Podman with images and containers of its own, and what reads a compose file for it. */
export interface Engine {
  podman(...words: string[]): Promise<string>
  /**
   * `podman-compose WORDS` in a folder.
   * @param build build arguments, `NAME=value`
   */
  compose(folder: string, words: string[], env?: object, build?: string[]): Promise<string>
  /** Has one of the sandbox's images under the name that Docker Hub has it. */
  image(own: OwnImage, tag: string): Promise<string>
  /** Nothing is left. */
  close(): Promise<void>
}

/** @param folder empty, for everything that it keeps */
export async function containerEngine(cache: string, folder: string): Promise<Engine> {
  const python = await ensureCompose(cache)
  const file = (name: string, lines: string[]) => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const [storage, containers] = [
    file('storage.conf', [
      '[storage]',
      'driver = "overlay"',
      `graphroot = "${folder}/images"`,
      `runroot = "${folder}/run"`,
    ]),
    file('containers.conf', [
      '[containers]',
      // Podman's own go beyond what a process may give away that has not all of root's rights.
      'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]',
      '[network]',
      `network_config_dir = "${folder}/networks"`,
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      // Nothing in common with the Podman of whoever runs this.
      `tmp_dir = "${folder}/tmp"`,
      'lock_type = "file"',
      // crun has no way with the first version of cgroups beside the second.
      ...(existsSync('/sys/fs/cgroup/cgroup.controllers') ? [] : ['runtime = "runc"']),
    ]),
  ]
  mkdirSync(join(folder, 'networks'))
  const env = {
    ...process.env,
    CONTAINERS_STORAGE_CONF: storage,
    CONTAINERS_CONF: containers,
  }
  const podman = async (...words: string[]) =>
    (await run('podman', words, { env, maxBuffer: 2 ** 24 })).stdout.trim()
  return {
    podman,
    async compose(cwd, words, more = {}, build = []) {
      const options = [
        ...(existsSync(TRUST)
          ? [`--volume ${TRUST}:${TRUST}:ro`, `--build-arg PIP_CERT=${TRUST}`]
          : []),
        ...build.map((one) => `--build-arg ${one}`),
      ]
      const all = [`--podman-build-args=--network host ${options.join(' ')}`, ...words]
      const asked = run(python, ['-m', 'podman_compose', ...all], {
        cwd,
        env: { ...env, ...more },
        maxBuffer: 2 ** 24,
      })
      const { stdout, stderr } = await asked
      return stdout + stderr
    },
    async image(own, tag) {
      const name = `docker.io/library/${own.repository}:${tag}`
      const layout = await ensureImage(own, cache, console.log)
      await podman('tag', await podman('pull', '--quiet', `oci:${layout}:${tag}`), name)
      return name
    },
    async close() {
      await podman('rm', '--force', '--all')
      await podman('system', 'reset', '--force')
    },
  }
}

/** podman-compose in an environment of its own, from the cache or installed into it; its Python. */
async function ensureCompose(cache: string): Promise<string> {
  const key = createHash('sha256').update(readFileSync(PINS)).digest('hex').slice(0, 12)
  const done = join(cache, `podman-compose-${key}`)
  mkdirSync(cache, { recursive: true })
  return withLock(join(cache, 'podman-compose.lock'), console.log, async () => {
    const work = `${done}.part`
    if (!existsSync(done)) {
      await rm(work, { recursive: true, force: true })
      await run('python3', ['-m', 'venv', work])
      const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
      const pins = ['--only-binary', ':all:', '--require-hashes', '-r', PINS]
      await run(join(work, 'bin', 'python'), [...pip, ...pins])
      await rename(work, done)
    }
    return join(done, 'bin', 'python')
  })
}
