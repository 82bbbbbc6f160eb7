/** The images that the sandbox makes: laid out, kept, made anew; mmdebstrap is a script here. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import type { OwnImage } from '../../../sandbox/registry/images/image.ts'
import { ensureImage, ownImages, python } from '../../../sandbox/registry/images/index.ts'
import { blobPath, readManifest, readTags } from '../../../sandbox/registry/layout.ts'
import { EXAMPLES } from '../../examples/support/app.ts'

const NOVEMBER = new Date('2026-11-03')
const DECEMBER = new Date('2026-12-03')
const path = process.env.PATH
let dir: string

/** Stands for mmdebstrap: its root is what it is told to unpack. */
const script = `#!/bin/sh
echo "$*" >> "$CALLS"
[ ! -e "$CALLS.fail" ] || exit 1
for each; do
  case "$each" in --customize-hook=tar-in*) addition=\${each#*\\'} addition=\${addition%%\\'*};; esac
  last=$each
done
if [ -n "\${addition-}" ]; then cp "$addition" "$last"; else echo root > "$last"; fi
`

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'own-images-'))
  mkdirSync(join(dir, 'bin'))
  writeFileSync(join(dir, 'bin/mmdebstrap'), script)
  chmodSync(join(dir, 'bin/mmdebstrap'), 0o755)
  process.env.PATH = `${dir}/bin:${path}`
  process.env.CALLS = join(dir, 'calls')
})
afterEach(() => {
  process.env.PATH = path
  delete process.env.CALLS
  rmSync(dir, { recursive: true })
})

const calls = () => {
  const file = join(dir, 'calls')
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
}
const image: OwnImage = {
  repository: 'tool',
  tags: ['1', '1.2'],
  packages: ['bash', 'curl'],
  env: { PATH: '/bin', LANG: 'C' },
  command: ['tool'],
}
const silent = () => {}

test('whoever asks while it is made waits for it', async () => {
  const both = [1, 2].map(() => ensureImage(image, dir, silent, NOVEMBER))
  const [one, two] = await Promise.all(both)
  expect(one).toBe(two)
  expect(calls()).toHaveLength(1)
})

test('an image is one manifest under all its tags, with its environment and its command', async () => {
  const layout = await ensureImage(image, dir, silent, NOVEMBER)
  expect(calls()).toEqual([expect.stringContaining('--include=bash,curl')])
  expect(await readTags(layout)).toEqual(['1', '1.2'])
  const [one, two] = await Promise.all(image.tags.map((tag) => readManifest(layout, tag)))
  expect(one?.digest).toBe(two?.digest)
  const { config, layers } = JSON.parse(String(one?.bytes))
  const described = JSON.parse(readFileSync(blobPath(layout, config.digest), 'utf8'))
  expect(described.config).toEqual({ Env: ['PATH=/bin', 'LANG=C'], Cmd: ['tool'] })
  const layer = readFileSync(blobPath(layout, layers[0].digest))
  expect(String(zstdDecompressSync(layer))).toBe('root\n')
})

test('it is kept for a month, and made anew for another recipe', async () => {
  await ensureImage(image, dir, silent, NOVEMBER)
  await ensureImage(image, dir, silent, NOVEMBER)
  expect(calls()).toHaveLength(1)
  await ensureImage(image, dir, silent, DECEMBER)
  expect(calls()).toHaveLength(2)
  const layout = await ensureImage({ ...image, tags: ['2'] }, dir, silent, DECEMBER)
  expect(calls()).toHaveLength(3)
  expect(await readTags(layout)).toEqual(['2'])
  await ensureImage({ ...image, tags: ['2'], pins: { tool: '2' } }, dir, silent, DECEMBER)
  expect(calls()).toHaveLength(4)
})

test('where it cannot be made an older one serves, and the first failure is an error', async () => {
  writeFileSync(join(dir, 'calls.fail'), '')
  await expect(ensureImage(image, dir, silent, NOVEMBER)).rejects.toThrow(/mmdebstrap failed/)
  rmSync(join(dir, 'calls.fail'))
  const layout = await ensureImage(image, dir, silent, NOVEMBER)
  writeFileSync(join(dir, 'calls.fail'), '')
  const said: string[] = []
  await ensureImage(image, dir, (line) => said.push(line), DECEMBER)
  expect(said.at(-1)).toMatch(/^an older image serves: mmdebstrap failed/)
  expect(await readTags(layout)).toEqual(['1', '1.2'])
})

test('what a recipe adds is root’s, and lands in the image', async () => {
  const add = async (folder: string) => {
    mkdirSync(join(folder, 'opt/empty'), { recursive: true })
    writeFileSync(join(folder, 'opt/tool'), 'tool')
    chmodSync(join(folder, 'opt/tool'), 0o755)
    if (process.getuid?.() === 0) chownSync(join(folder, 'opt/tool'), 1234, 1234)
  }
  const layout = await ensureImage({ ...image, add }, dir, silent, NOVEMBER)
  const { layers } = JSON.parse(String((await readManifest(layout, '1'))?.bytes))
  const tar = zstdDecompressSync(readFileSync(blobPath(layout, layers[0].digest)))
  const entries = Object.fromEntries(headers(tar).map(({ name, ...rest }) => [name, rest]))
  expect(entries).toEqual({
    './opt/empty/': expect.objectContaining({ uid: 0, gid: 0 }),
    './opt/tool': { mode: 0o755, uid: 0, gid: 0 },
  })
})

test('with no package in it an image is what its recipe adds alone', async () => {
  const add = async (folder: string) => {
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/tool'), 'tool')
  }
  const layout = await ensureImage({ ...image, packages: [], add }, dir, silent, NOVEMBER)
  expect(calls()).toEqual([])
  const { layers } = JSON.parse(String((await readManifest(layout, '1'))?.bytes))
  const tar = zstdDecompressSync(readFileSync(blobPath(layout, layers[0].digest)))
  expect(headers(tar).map(({ name }) => name)).toEqual(['./bin/tool'])
})

/** Of the files in a tar (ustar). */
function headers(tar: Buffer) {
  const found = []
  for (let at = 0; tar[at]; ) {
    const text = (from: number, length: number) =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const octal = (from: number, length: number) => Number.parseInt(text(from, length), 8)
    found.push({ name: text(0, 100), mode: octal(100, 8), uid: octal(108, 8), gid: octal(116, 8) })
    at += 512 * (1 + Math.ceil(octal(124, 12) / 512))
  }
  return found
}

test.each(['express', 'fastapi', 'django', 'go'])(
  'there is one for each that %s is built on',
  (name) => {
    const text = readFileSync(join(EXAMPLES, name, 'Dockerfile'), 'utf8')
    const named = [...text.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)
    const ours = ownImages.flatMap(({ repository, tags }) =>
      tags.map((tag) => `${repository}:${tag}`),
    )
    expect(named.length).toBeGreaterThan(0)
    expect([...ours, 'scratch']).toEqual(expect.arrayContaining(named))
  },
)

test('what pip installs in the image of Python lies where the official one has it', () => {
  const root = join(dir, 'root')
  for (const folder of ['usr/bin', 'usr/local/bin', 'usr/lib/python3.13']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  mkdirSync(join(root, 'usr/local/lib/python3.13/dist-packages'), { recursive: true })
  for (const hook of python.hooks ?? []) execFileSync('sh', [hook, root])
  const lib = join(root, 'usr/local/lib/python3.13')
  // Debian's pip writes to the one, Containerfiles copy from the other.
  writeFileSync(join(lib, 'dist-packages/django.py'), '')
  expect(lstatSync(join(lib, 'site-packages')).isDirectory()).toBe(true)
  expect(readdirSync(join(lib, 'site-packages'))).toEqual(['django.py'])
  expect(python.packages).toContain('passwd')
})
