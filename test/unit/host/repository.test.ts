/** The installer's step that changes where Caddy comes from: whole, or as it was. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, makeBundle, makeRoot, stub } from './scratch.ts'

const FINGERPRINT = 'A'.repeat(40)
const files = (name: string) => ({
  fingerprint: `${FINGERPRINT}\n`,
  'caddy.asc': `key of ${name}\n`,
  'caddy.sources': `URIs: https://${name}.example.com\n`,
})

let root: string
beforeEach(() => {
  root = makeRoot()
  stub(root, 'gpg', `printf 'pub::\\nfpr:::::::::${FINGERPRINT}:\\n'`)
  // Fails where the sources name a repository that cannot be reached.
  stub(
    root,
    'apt-get',
    `echo update >>${root}/calls; ! grep -q broken ${root}/etc/apt/sources.list.d/*`,
  )
  stub(root, 'pin-caddy', `echo pin >>${root}/calls`)
  stub(root, 'apply-units', 'true')
  // No package is installed, and none is wanted.
  stub(root, 'dpkg-query', 'true')
  stub(root, 'dpkg-deb', 'true')
  writeFileSync(join(root, 'etc/padlock/host.env'), '')
})
afterEach(() => rmSync(root, { recursive: true }))

const sources = () => readFileSync(join(root, 'etc/apt/sources.list.d/caddy.sources'), 'utf8')
const calls = () => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')
const clear = () => rmSync(join(root, 'calls'))

test('another repository is verified, read and pinned, and then left alone', () => {
  const first = makeBundle(root, 'first', files('first'))
  expect(install(root, first).status).toBe(0)
  expect(sources()).toContain('first.example.com')
  expect(calls()).toEqual(['update', 'pin'])
  clear()
  expect(install(root, first).status).toBe(0)
  expect(existsSync(join(root, 'calls'))).toBe(false)
})

test('a key with another fingerprint changes nothing', () => {
  install(root, makeBundle(root, 'first', files('first')))
  clear()
  const second = { ...files('second'), fingerprint: `${'B'.repeat(40)}\n` }
  const { status, stderr } = install(root, makeBundle(root, 'second', second))
  expect(status).toBe(1)
  expect(stderr).toContain(`expected ${'B'.repeat(40)} and no other`)
  expect(sources()).toContain('first.example.com')
})

test('another program that reads the package lists is waited for', () => {
  stub(
    root,
    'apt-get',
    `echo update >>${root}/calls
    [ "$(wc -l <${root}/calls)" -gt 2 ] || { echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100; }`,
  )
  expect(install(root, makeBundle(root, 'first', files('first'))).status).toBe(0)
  expect(calls()).toEqual(['update', 'update', 'update', 'pin'])
})

test('one that cannot be reached gives way to the former one again', () => {
  install(root, makeBundle(root, 'first', files('first')))
  const { status, stderr } = install(root, makeBundle(root, 'broken', files('broken')))
  expect(status).toBe(1)
  expect(stderr).toMatch(/step repository[\s\S]*the former packages are back/)
  expect(sources()).toContain('first.example.com')
  expect(calls().slice(-2)).toEqual(['update', 'pin'])
})

test('a run that was cut off before the lists were read is made up for by the next one', () => {
  const broken = makeBundle(root, 'only', files('broken'))
  expect(install(root, broken).status).toBe(1)
  clear()
  // The repository can be reached now; its files lie there since the first try.
  stub(root, 'apt-get', `echo update >>${root}/calls`)
  expect(install(root, broken).status).toBe(0)
  expect(calls()).toEqual(['update', 'pin'])
})
