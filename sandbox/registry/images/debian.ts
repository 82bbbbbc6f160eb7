import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readIfThere } from '../../files.ts'
import { withLock } from '../../lock.ts'
import { run } from '../../run.ts'
import type { OwnImage } from './image.ts'
import { writeLayout, ZSTD_LEVEL } from './write-layout.ts'

const SUITE = 'trixie'
const LEFT_OUT = ['doc', 'man', 'info', 'locale', 'lintian']
const TRIM = join(import.meta.dirname, 'trim.sh')

/**
 * Makes an image from Debian's packages, if it has any, and what its recipe adds. It lies as an OCI image layout in
 * `<cache>/images/<repository>`; made anew in a new month, for the packages' updates, or when its
 * recipe changes. If that fails, the old one goes on serving.
 */
export async function ensureImage(
  image: OwnImage,
  cache: string,
  progress: (detail: string) => void = () => {},
  now = new Date(),
): Promise<string> {
  const layout = join(cache, 'images', image.repository)
  const key = recipeKey(image, now)
  const isThere = async () => (await keyOf(layout)) === key
  if (await isThere()) return layout
  await mkdir(dirname(layout), { recursive: true })
  // Hidden: no repository's name begins with a dot.
  const own = join(dirname(layout), `.${image.repository}`)
  await withLock(`${own}.lock`, progress, async () => {
    if (!(await isThere())) await make(image, layout, key, `${own}-`, progress, now)
  })
  return layout
}

/** The recipe that an image was made by; undefined if there is none. */
async function keyOf(layout: string): Promise<string | undefined> {
  const kept = await readIfThere(join(layout, 'recipe.json'))
  return kept === undefined ? undefined : JSON.parse(kept).key
}

async function make(
  image: OwnImage,
  layout: string,
  key: string,
  prefix: string,
  progress: (detail: string) => void,
  now: Date,
): Promise<void> {
  const work = await mkdtemp(prefix)
  try {
    const { packages, repository, tags } = image
    const source = packages.length > 0 ? " from Debian's packages" : ''
    progress(`building the image ${repository}:${tags[0]}${source}`)
    const addition = await added(image, work, progress)
    // With no package in it an image is what its recipe adds, and nothing else.
    const tar = packages.length === 0 && addition ? addition : join(work, 'root.tar')
    if (tar !== addition) await bootstrap(image, tar, addition)
    progress('compressing the image')
    await writeLayout(join(work, 'layout'), tar, image, now)
    await writeFile(join(work, 'layout', 'recipe.json'), JSON.stringify({ key }))
    await rm(layout, { recursive: true, force: true })
    await rename(join(work, 'layout'), layout)
  } catch (error) {
    if ((await keyOf(layout)) === undefined) throw error
    progress(`an older image serves: ${(error as Error).message.split('\n')[0]}`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const hooksOf = ({ hooks = [] }: OwnImage) => [...hooks, TRIM]

function recipeKey(image: OwnImage, now: Date): string {
  const { tags, packages, pins, env, command } = image
  const recipe = [SUITE, LEFT_OUT, ZSTD_LEVEL, tags, packages, pins, env, command]
  const hash = createHash('sha256').update(JSON.stringify(recipe))
  for (const hook of hooksOf(image)) hash.update(readFileSync(hook))
  return `${hash.digest('hex').slice(0, 12)}-${now.toISOString().slice(0, 7)}`
}

/** A tar with what the recipe adds, owned by root; undefined if it adds nothing. */
async function added(
  image: OwnImage,
  work: string,
  progress: (detail: string) => void,
): Promise<string | undefined> {
  if (!image.add) return undefined
  const folder = join(work, 'add')
  const tar = join(work, 'add.tar')
  await mkdir(folder)
  await image.add(folder, work, progress)
  // Without the folders on the way: those of the image keep their own rights.
  const list = join(work, 'add.list')
  const things = ['(', '-type', 'f', '-o', '-type', 'l', '-o', '-empty', ')']
  await writeFile(list, await run('find', ['.', ...things], { cwd: folder }))
  const options = ['--owner=0', '--group=0', '--no-recursion']
  await run('tar', [...options, '-cf', tar, '-C', folder, '-T', list])
  return tar
}

async function bootstrap(image: OwnImage, tar: string, addition?: string): Promise<void> {
  const hooks = hooksOf(image)
  const names = hooks.map((_, at) => `HOOK${at}`)
  const args = [
    ...['--mode=auto', '--format=tar', '--variant=essential', '--architectures=amd64'],
    ...['--aptopt=Acquire::Languages "none"', '--dpkgopt=force-unsafe-io'],
    ...LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    `--include=${image.packages.join(',')}`,
    ...(addition ? [`--customize-hook=tar-in ${quoted(addition)} /`] : []),
    ...names.map((name) => `--customize-hook=sh "$${name}" "$1"`),
    '--skip=output/dev',
    ...[SUITE, tar],
  ]
  const env = {
    ...process.env,
    ...Object.fromEntries(names.map((name, at) => [name, hooks[at]])),
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  }
  await run('mmdebstrap', args, { env })
}

/** As a shell reads it, and mmdebstrap's own hooks (Text::ParseWords). */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
