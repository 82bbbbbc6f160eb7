import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { archive } from '../../../../components/release/archive.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-archive-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

async function entries(path: string): Promise<Record<string, Partial<Header> & { text: string }>> {
  const found: Record<string, Partial<Header> & { text: string }> = {}
  const tar = extract()
  tar.end(gunzipSync(readFileSync(path)))
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, ...header } = entry.header
    found[name] = { ...header, text: Buffer.concat(chunks).toString() }
  }
  return found
}

test('leaves out what the ignore file names, and always .git and .env', async () => {
  put({
    '.containerignore': 'tests/\n*.log\n!keep.log\n',
    '.dockerignore': 'Containerfile\n',
    '.env': 'TOKEN=hunter2',
    '.env.production': 'TOKEN=hunter2',
    '.git/config': 'x',
    'sub/.env': 'TOKEN=hunter2',
    Containerfile: 'FROM scratch',
    'app.log': 'x',
    'keep.log': 'x',
    'sub/app.log': 'x',
    'tests/test_app.py': 'x',
    'src/app.py': 'print()',
  })
  const { path } = await archive(folder)
  expect(Object.keys(await entries(path))).toEqual([
    '.containerignore',
    '.dockerignore',
    'Containerfile',
    'keep.log',
    'src/app.py',
    'sub/app.log',
  ])
})

test('the same tree gives the same digest, whatever the times and owners', async () => {
  put({ Containerfile: 'FROM scratch', 'b/x': '1', a: '2' })
  const before = await archive(folder)
  utimesSync(join(folder, 'a'), 1, 1)
  expect(await archive(folder)).toEqual(before)
  put({ a: '3' })
  expect((await archive(folder)).sha256).not.toBe(before.sha256)
})

test('the compressed bytes of a fixed tree are these, on every computer', async () => {
  put({ Containerfile: 'FROM scratch\n', 'src/app.py': 'print("compressed")\n'.repeat(500) })
  chmodSync(join(folder, 'src/app.py'), 0o755)
  const { path } = await archive(folder)
  const bytes = createHash('sha256').update(readFileSync(path)).digest('hex')
  expect(bytes).toBe('0063ed7dfc17236aa17b73ea27545adac5fcd94b52452f54f6df9f64ea8b6325')
})

test('keeps the executable bit and no other mode', async () => {
  put({ Containerfile: 'x', run: '#!/bin/sh' })
  chmodSync(join(folder, 'run'), 0o711)
  chmodSync(join(folder, 'Containerfile'), 0o600)
  const found = await entries((await archive(folder)).path)
  expect(found.run).toMatchObject({ mode: 0o755, mtime: new Date(0), text: '#!/bin/sh' })
  expect(found.Containerfile?.mode).toBe(0o644)
})

test('a link is packed as a link', async () => {
  put({ Containerfile: 'x', 'v2/app.py': 'x' })
  symlinkSync('v2', join(folder, 'current'))
  const { current } = await entries((await archive(folder)).path)
  expect(current).toMatchObject({ type: 'symlink', linkname: 'v2', text: '' })
})

test('an executable bit counts as a change', async () => {
  put({ run: '#!/bin/sh' })
  const before = await archive(folder)
  chmodSync(join(folder, 'run'), 0o755)
  expect((await archive(folder)).sha256).not.toBe(before.sha256)
})

test('a folder with nothing to send is refused by name', async () => {
  put({ '.env': 'x' })
  await expect(archive(folder)).rejects.toThrow(
    `appSource ${folder}: its ignore file leaves no file to send`,
  )
})
