import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readIfThere } from '../files.ts'
import { withLock } from '../lock.ts'
import { DISK_SIGNATURE, HOOK, IMAGE_MIB, PACKAGES, recipeKey, SUITE } from './recipe.ts'

/** The files of a base image, in a folder of their own. */
export const imageFiles = (folder: string) => ({
  /** Raw disk with one partition. */
  disk: join(folder, 'disk.raw'),
  kernel: join(folder, 'vmlinuz'),
  /** The authorities that the image trusts by itself, PEM. */
  trust: join(folder, 'ca-certificates.crt'),
})

/**
 * The folder of the base image, built by mmdebstrap (about a minute) where the cache has none of
 * this recipe and month. A lock keeps two processes from building it twice; a build that
 * dies leaves nothing that looks like an image. If the build fails (no network, say) and the
 * cache holds the same recipe of an earlier month, that one serves.
 */
export async function ensureBaseImage(
  cache: string,
  progress: (message: string) => void = () => {},
): Promise<string> {
  const images = join(cache, 'base-image')
  const key = recipeKey()
  const folder = join(images, key)
  await mkdir(images, { recursive: true })
  if (await isThere(folder)) return folder
  try {
    return await withLock(`${folder}.lock`, progress, async () =>
      (await isThere(folder)) ? folder : build(images, folder, progress),
    )
  } catch (error) {
    const older = (await readdir(images))
      .filter((name) => name.startsWith(`${key.split('-')[0]}-`) && /^\w+-\d{6}$/.test(name))
      .sort()
      .at(-1)
    if (!older) throw error
    progress(`an older base image serves: ${(error as Error).message.split('\n')[0]}`)
    return join(images, older)
  }
}

async function isThere(folder: string): Promise<boolean> {
  return (await readIfThere(join(folder, 'recipe.json'))) !== undefined
}

async function build(
  images: string,
  folder: string,
  progress: (message: string) => void,
): Promise<string> {
  progress(`building the base image: Debian ${SUITE} from its packages`)
  const began = Date.now()
  const draft = await mkdtemp(join(images, 'draft-'))
  // Where root of a user namespace, which is nobody here, can write.
  const shared = await mkdtemp(join(tmpdir(), 'base-image-'))
  try {
    const out = imageFiles(shared)
    await chmod(shared, 0o711)
    for (const path of Object.values(out)) {
      await writeFile(path, '')
      await chmod(path, 0o666)
    }
    await mmdebstrap(out, join(images, 'build.log'))
    const into = imageFiles(draft)
    for (const name of ['disk', 'kernel', 'trust'] as const) {
      await move(out[name], into[name])
      await chmod(into[name], 0o444)
    }
    const recipe = { suite: SUITE, packages: PACKAGES, built: new Date().toISOString() }
    await writeFile(join(draft, 'recipe.json'), JSON.stringify(recipe, null, 2))
    await chmod(draft, 0o755)
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
    progress(`base image built in ${Math.round((Date.now() - began) / 1000)} s`)
    return folder
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(shared, { recursive: true, force: true })
  }
}

/** Root mode for root; otherwise a user namespace, or fakechroot, whichever mmdebstrap finds. */
async function mmdebstrap(out: ReturnType<typeof imageFiles>, log: string): Promise<void> {
  const args = [
    ...['--mode=auto', '--format=null', '--variant=apt', '--architectures=amd64'],
    ...['--aptopt=Acquire::Languages "none"', '--dpkgopt=force-unsafe-io'],
    `--include=${PACKAGES.join(',')}`,
    '--customize-hook=sh "$HOOK" "$1"',
    ...[SUITE, '-'],
  ]
  const env = {
    ...process.env,
    // The kernel package's own switch: an initrd takes a while to make and nobody boots it.
    INITRD: 'No',
    HOOK,
    OUT_IMAGE: out.disk,
    OUT_KERNEL: out.kernel,
    OUT_TRUST: out.trust,
    IMAGE_MIB: String(IMAGE_MIB),
    DISK_SIGNATURE,
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  }
  const lines: string[] = []
  const child = spawn('mmdebstrap', args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  await writeFile(log, lines.join(''))
  if (code !== 0) {
    const last = lines.join('').trim().split('\n').slice(-15).join('\n')
    throw new Error(`mmdebstrap could not build the base image (whole log: ${log}):\n${last}`)
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copySparse(from, to)
  }
}

/** Another file system: cp(1) keeps the holes of the image, which is mostly holes. */
async function copySparse(from: string, to: string): Promise<void> {
  if (process.platform !== 'linux') return copyFile(from, to)
  const child = spawn('cp', ['--sparse=always', from, to])
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(`cannot copy ${from} to ${to}`)
}
