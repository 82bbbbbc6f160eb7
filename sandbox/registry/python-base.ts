import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { readIfThere } from '../files.ts'
import { run } from '../run.ts'
import { blobPath, type Descriptor, digestOf, MEDIA, REF_NAME } from './layout.ts'

export const PYTHON_REPOSITORY = 'python'
export const PYTHON_TAG = '3-trixie'

const SUITE = 'trixie'
const PACKAGES = ['python3', 'python3-venv', 'python3-pip', 'ca-certificates', 'tzdata']
const LEFT_OUT = ['doc', 'man', 'info', 'locale', 'lintian']
const HOOK = join(import.meta.dirname, 'python-base', 'customize.sh')
/** 3 s of work; level 15 takes ten times that for 2 % less. */
const ZSTD_LEVEL = 9

/**
 * The image `python:3-trixie`, made from Debian's packages where no image registry can be reached:
 * Python with venv and pip, time zones, authorities, a shell; no apt, no compiler. One layer,
 * compressed with zstd, which an emulated machine unpacks several times faster than gzip.
 * Lies as an OCI image layout in `<cache>/images/python`; made anew in a new month, for the
 * packages' updates, or when its recipe changes. If that fails, the old one goes on serving.
 */
export async function ensurePythonBase(
  cache: string,
  progress: (detail: string) => void = () => {},
  now = new Date(),
): Promise<string> {
  const layout = join(cache, 'images', PYTHON_REPOSITORY)
  const key = recipeKey(now)
  const kept = await readIfThere(join(layout, 'recipe.json'))
  if (kept !== undefined && JSON.parse(kept).key === key) return layout
  await mkdir(dirname(layout), { recursive: true })
  // Hidden: no repository's name begins with a dot.
  const work = await mkdtemp(join(dirname(layout), '.python-'))
  try {
    progress(`building the image ${PYTHON_REPOSITORY}:${PYTHON_TAG} from Debian's packages`)
    await bootstrap(join(work, 'root.tar'))
    progress('compressing the image')
    await writeLayout(join(work, 'layout'), join(work, 'root.tar'), now)
    await writeFile(join(work, 'layout', 'recipe.json'), JSON.stringify({ key }))
    await rm(layout, { recursive: true, force: true })
    await rename(join(work, 'layout'), layout)
  } catch (error) {
    if (kept === undefined) throw error
    progress(`an older image serves: ${(error as Error).message.split('\n')[0]}`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return layout
}

function recipeKey(now: Date): string {
  const recipe = JSON.stringify([SUITE, PACKAGES, LEFT_OUT, ZSTD_LEVEL])
  const hash = createHash('sha256').update(recipe).update(readFileSync(HOOK)).digest('hex')
  return `${hash.slice(0, 12)}-${now.toISOString().slice(0, 7)}`
}

async function bootstrap(tar: string): Promise<void> {
  const args = [
    ...['--mode=auto', '--format=tar', '--variant=essential', '--architectures=amd64'],
    ...['--aptopt=Acquire::Languages "none"', '--dpkgopt=force-unsafe-io'],
    ...LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    `--include=${PACKAGES.join(',')}`,
    '--customize-hook=sh "$HOOK" "$1"',
    '--skip=output/dev',
    ...[SUITE, tar],
  ]
  const PATH = `${process.env.PATH}:/usr/sbin:/sbin`
  await run('mmdebstrap', args, { env: { ...process.env, HOOK, PATH } })
}

async function writeLayout(layout: string, tar: string, now: Date): Promise<void> {
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true })
  const layer = await writeLayer(layout, tar)
  const config = await writeBlob(layout, MEDIA.config, {
    created: now.toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
      Cmd: ['python3'],
    },
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [{ created: now.toISOString(), created_by: `mmdebstrap ${SUITE}` }],
  })
  const manifest = await writeBlob(layout, MEDIA.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config,
    layers: [layer.descriptor],
  })
  const named = { ...manifest, annotations: { [REF_NAME]: PYTHON_TAG } }
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [named] }),
  )
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

async function writeLayer(
  layout: string,
  tar: string,
): Promise<{ diffId: string; descriptor: Descriptor }> {
  const draft = join(layout, 'layer.draft')
  const level = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }
  await pipeline(
    createReadStream(tar),
    createZstdCompress({ params: level }),
    createWriteStream(draft),
  )
  const [diffId, digest] = await Promise.all([digestOfFile(tar), digestOfFile(draft)])
  const { size } = await stat(draft)
  await rename(draft, blobPath(layout, digest))
  return { diffId, descriptor: { mediaType: MEDIA.layer, digest, size } }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

async function writeBlob(layout: string, mediaType: string, content: object): Promise<Descriptor> {
  const text = JSON.stringify(content)
  const digest = digestOf(text)
  await writeFile(blobPath(layout, digest), text)
  return { mediaType, digest, size: Buffer.byteLength(text) }
}
