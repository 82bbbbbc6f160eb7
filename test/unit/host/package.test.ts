import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { ensureApart, readPackage } from '../../../host/pack/package.ts'
import { copyOfFixture, FIXTURE, newFolder, removeFolders } from './fixture.ts'

/** Whoever changes these bytes changes the version of every package on every host. */
const VERSION = '1.2.3+e81a07a77d61'
const SHA256 = 'a33f9727f0e0fe2cd2fc2b22ec1965425e904017d2ae76a59b39c089cedc0ff7'

const TEXT = 'files/usr/lib/padlock-fixture/text'
const pack = (folder: string, extra = {}) => readPackage(folder, { version: '1.2.3', ...extra })
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

afterEach(removeFolders)

test('the fixture: name, version, units and bytes', async () => {
  const built = await pack(FIXTURE)
  expect({ ...built, deb: sha256(built.deb) }).toEqual({
    name: 'padlock-fixture',
    version: VERSION,
    units: [
      { unit: 'fixture.service', action: 'restart', sha256: '7cd823bc3ab3' },
      { unit: 'systemd-sysctl.service', action: 'restart', sha256: 'c38987d8617c' },
    ],
    paths: expect.arrayContaining(['usr/lib/padlock-fixture/text']),
    deb: SHA256,
  })
})

test('all packages of the project at once: no file is in two of them', async () => {
  const host = join(import.meta.dirname, '../../../host')
  const names = readdirSync(host).filter((name) => name.startsWith('padlock-'))
  expect(names.length).toBeGreaterThan(8)
  const all = await Promise.all(names.map((name) => pack(join(host, name))))
  expect(() => ensureApart(all)).not.toThrow()
  const path = 'usr/lib/systemd/system/one.service'
  const both = ['padlock-a', 'padlock-b'].map((name) => ({ name, paths: [path] }))
  expect(() => ensureApart(both)).toThrow(`${path} is in padlock-a and in padlock-b`)
})

test('another folder, other times and modes, what editors leave: the same bytes', async () => {
  const folder = copyOfFixture()
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name)
    if (file.isFile()) chmodSync(path, 0o600)
    utimesSync(path, 1, 1)
  }
  mkdirSync(join(folder, 'files/usr/lib/padlock-fixture/__pycache__'))
  for (const name of ['.text.swp', 'text~', 'text.swp', '__pycache__/x.pyc'])
    writeFileSync(join(folder, 'files/usr/lib/padlock-fixture', name), 'x')
  expect(await pack(folder)).toEqual(await pack(FIXTURE))
})

test('files made in another order: the same bytes', async () => {
  const paths = readdirSync(FIXTURE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(FIXTURE, join(entry.parentPath, entry.name)))
  const copy = (names: string[]) => {
    const folder = newFolder()
    for (const name of names) cpSync(join(FIXTURE, name), join(folder, name))
    return folder
  }
  const extra = ['a', 'b'].map((name) => ({ path: `usr/${name}`, content: Buffer.from(name) }))
  const { deb } = await pack(copy(paths.sort()), { extra })
  expect((await pack(copy(paths.reverse()), { extra: extra.reverse() })).deb).toEqual(deb)
})

test('a checkout with CRLF: the same bytes, and a binary file is left alone', async () => {
  const folder = copyOfFixture()
  for (const name of ['control', 'units', 'postinst', 'files/usr/lib/padlock-fixture/program']) {
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.replaceAll('\n', '\r\n'))
  }
  expect((await pack(folder)).deb).toEqual((await pack(FIXTURE)).deb)
  writeFileSync(join(folder, TEXT), 'a\0\r\n')
  const { version } = await pack(folder)
  writeFileSync(join(folder, TEXT), 'a\0\n')
  expect((await pack(folder)).version).not.toBe(version)
})

test.each<[string, (folder: string) => void]>([
  ['a byte', (folder) => writeFileSync(join(folder, TEXT), 'x', { flag: 'a' })],
  ['a name', (folder) => renameSync(join(folder, TEXT), join(folder, `${TEXT}2`))],
  ['a script', (folder) => writeFileSync(join(folder, 'prerm'), '# x\n', { flag: 'a' })],
  ['a new script', (folder) => writeFileSync(join(folder, 'postrm'), '#!/bin/sh\n')],
  ['a field', (folder) => writeFileSync(join(folder, 'control'), 'Bugs: x\n', { flag: 'a' })],
  ['an action', (folder) => writeFileSync(join(folder, 'units'), 'usr/lib/** x y\n')],
])('%s that changes is another version', async (_, change) => {
  const folder = copyOfFixture()
  change(folder)
  const { version, deb } = await pack(folder)
  expect(version).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/)
  expect(version).not.toBe(VERSION)
  expect(sha256(deb)).not.toBe(SHA256)
})

test('a mode that changes is another version, and another hash of its unit', async () => {
  const path = 'usr/lib/padlock-fixture/extra'
  const file = (executable: boolean) => [{ path, content: Buffer.from('x'), executable }]
  const plain = await pack(FIXTURE, { extra: file(false) })
  const program = await pack(FIXTURE, { extra: file(true) })
  expect(program.version).not.toBe(plain.version)
  expect(program.units[0]?.sha256).not.toBe(plain.units[0]?.sha256)
  expect(program.units[1]).toEqual(plain.units[1])
})

test('the project, with the same content, changes the first half of the version alone', async () => {
  const [, hash] = VERSION.split('+')
  expect((await readPackage(FIXTURE, { version: '2.0.0' })).version).toBe(`2.0.0+${hash}`)
})

test('the hash of a unit comes from the files that its lines match', async () => {
  const before = await pack(FIXTURE)
  const folder = copyOfFixture()
  const name = 'usr/share/padlock-fixture/etc/sysctl.d/60-fixture.conf'
  writeFileSync(join(folder, 'files', name), 'vm.swappiness = 20\n')
  const after = await pack(folder)
  expect(after.units[0]).toEqual(before.units[0])
  expect(after.units[1]).not.toEqual(before.units[1])
})

test.each<[string, (folder: string) => void, string]>([
  ['a line of units', (f) => writeFileSync(join(f, 'units'), 'usr/** x\n'), 'is not GLOB UNIT'],
  [
    'a line of control',
    (f) => writeFileSync(join(f, 'control'), 'Package\n'),
    'is not NAME: VALUE',
  ],
  [
    'a link',
    (f) => symlinkSync('/etc/shadow', join(f, 'files/usr/link')),
    'usr/link is not a plain',
  ],
  ['a conffile', (f) => put(f, 'files/etc/x'), 'etc/x is not under usr/'],
  ['a doubled file', (f) => put(f, 'files/usr/share/doc/padlock-fixture/copyright'), 'there twice'],
])('%s that cannot be packed is an error', async (_, change, message) => {
  const folder = copyOfFixture()
  change(folder)
  await expect(pack(folder)).rejects.toThrow(message)
})

function put(folder: string, path: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), 'x')
}
