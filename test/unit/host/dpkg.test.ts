import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../../../host/pack/bundle.ts'
import { readPackage } from '../../../host/pack/package.ts'
import { FIXTURE, newFolder, removeFolders } from './fixture.ts'

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } })
const long = `usr/lib/${'d'.repeat(80)}/${'f'.repeat(80)}`
let folder: string
let path: string

beforeAll(async () => {
  folder = newFolder()
  const extra = [{ path: long, content: Buffer.from('long\n') }]
  const { deb } = await readPackage(FIXTURE, { version: '1.2.3', extra })
  path = join(folder, 'fixture.deb')
  writeFileSync(path, deb)
})
afterAll(removeFolders)

test('dpkg-deb reads the fields, and dpkg accepts and orders the version', () => {
  const fields = run('dpkg-deb', '--field', path)
  expect(fields).toContain('Package: padlock-fixture\n')
  expect(fields).toContain('Depends: padlock-base, python3\n')
  expect(fields).toContain('Description: package of the tests\n It has a program,')
  const version = run('dpkg-deb', '--field', path, 'Version').trim()
  run('dpkg', '--validate-version', version)
  run('dpkg', '--compare-versions', version, 'gt', '1.2.3')
  run('dpkg', '--compare-versions', version, 'lt', '1.2.4')
})

test('dpkg-deb lists every directory and file as of root, with its mode', () => {
  const lines = run('dpkg-deb', '--contents', path).trim().split('\n')
  const entries = lines.map((line) => line.split(/\s+/))
  expect(new Set(entries.map(([, owner]) => owner))).toEqual(new Set(['root/root']))
  expect(new Set(entries.map(([, , , date]) => date))).toEqual(new Set(['2020-01-01']))
  const modes = Object.fromEntries(entries.map((entry) => [entry[5], entry[0]]))
  expect(modes).toMatchObject({
    './': 'drwxr-xr-x',
    './usr/lib/padlock-fixture/': 'drwxr-xr-x',
    './usr/lib/padlock-fixture/program': '-rwxr-xr-x',
    './usr/lib/padlock-fixture/text': '-rw-r--r--',
    [`./${long}`]: '-rw-r--r--',
    './usr/share/padlock/units/padlock-fixture': '-rw-r--r--',
  })
})

test('dpkg-deb extracts what lies in the folder, and the sums are those of the files', () => {
  const tree = join(folder, 'tree')
  run('dpkg-deb', '--raw-extract', path, tree)
  for (const name of ['usr/lib/padlock-fixture/program', 'usr/lib/padlock-fixture/text'])
    expect(readFileSync(join(tree, name))).toEqual(readFileSync(join(FIXTURE, 'files', name)))
  expect(readFileSync(join(tree, long), 'utf8')).toBe('long\n')
  expect(readFileSync(join(tree, 'DEBIAN/postinst'))).toEqual(
    readFileSync(join(FIXTURE, 'postinst')),
  )
  expect(run('sh', '-c', 'cd "$1" && md5sum --check --quiet DEBIAN/md5sums', 'sh', tree)).toBe('')
  expect(readFileSync(join(tree, 'DEBIAN/md5sums'), 'utf8').trim().split('\n')).toHaveLength(6)
})

test('the size that dpkg-deb computes from the extracted tree is ours', () => {
  const tree = join(folder, 'sizes')
  run('dpkg-deb', '--extract', path, tree)
  const sizes = run('find', tree, '-type', 'f', '-printf', '%s\n').trim().split('\n').map(Number)
  const directories = run('find', tree, '-type', 'd').trim().split('\n').length
  const kib = sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), directories)
  expect(run('dpkg-deb', '--field', path, 'Installed-Size').trim()).toBe(String(kib))
})

test('a bundle: the installer, the packages by name and version, and the rest', async () => {
  const built = await readPackage(FIXTURE, { version: '1.2.3' })
  const extra = [{ path: 'repository/key', content: Buffer.from('key') }]
  const { tar, sha256 } = await bundle([built], Buffer.from('#!/bin/sh\n'), extra)
  const file = join(folder, 'bundle.tar')
  writeFileSync(file, tar)
  expect(run('sha256sum', file).split(' ')[0]).toBe(sha256)
  const listed = run('tar', '--list', '--verbose', '--file', file).trim().split('\n')
  expect(listed.map((line) => line.replace(/ +\d+ 2020-01-01 00:00/, ''))).toEqual([
    '-rwxr-xr-x root/root install',
    `-rw-r--r-- root/root packages/padlock-fixture_${built.version}_all.deb`,
    '-rw-r--r-- root/root repository/key',
  ])
  expect((await bundle([built], Buffer.from('#!/bin/sh\n'), extra)).tar).toEqual(tar)
})
